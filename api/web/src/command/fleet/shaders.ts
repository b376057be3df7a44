/** How an officer is drawn: a shape by status, an arrowhead to the heading, paler and ringed with age. */

export const VERTEX = `#version 300 es
precision highp float;
in vec2 a_place;
in float a_time;
in float a_heading;
in float a_kind;
uniform mat4 u_matrix;
uniform float u_sprite;
uniform float u_now;
uniform float u_pass;
out float v_age;
out float v_heading;
flat out int v_status;
flat out int v_hand;
void main() {
  int kind = int(a_kind + 0.5);
  v_status = kind % 8;
  v_hand = kind >= 8 ? 1 : 0;
  bool off = v_status == 4;
  bool drawn = kind < 200 && (u_pass < 0.5 ? off : !off);
  gl_Position = drawn ? u_matrix * vec4(a_place, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = u_sprite;
  v_age = u_now - a_time;
  v_heading = a_heading;
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
in float v_age;
in float v_heading;
flat in int v_status;
flat in int v_hand;
uniform vec3 u_colors[5];
uniform vec3 u_edge;
uniform float u_extent;
uniform float u_pixel;
uniform float u_stale;
out vec4 o_color;

float shape(vec2 p) {
  if (v_status == 1) return (abs(p.x) + abs(p.y) - 1.3) * 0.75;
  if (v_status == 2) return max(abs(p.x) * 0.9 + p.y * 0.55, -p.y) - 0.8;
  if (v_status == 3) return max(abs(p.x), abs(p.y)) - 0.95;
  if (v_status == 4) return abs(length(p) - 0.62) - 0.3;
  return length(p) - 1.0;
}

void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * u_extent;
  vec3 color = u_colors[v_status];
  float age = clamp(v_age / u_stale, 0.0, 1.0);
  float strength = v_status == 4 ? 0.75 : mix(1.0, 0.55, age);
  float d = shape(p);
  float edge = v_status == 4 ? 0.0 : 1.0 - smoothstep(0.34, 0.34 + u_pixel, d);
  float fill = 1.0 - smoothstep(0.0, u_pixel, d);
  vec4 drawn = vec4(mix(u_edge, color, fill), 1.0) * max(edge, fill) * strength;
  if (u_extent > 1.5) {
    if (v_hand == 1) {
      float cross = min(max(abs(p.x) - 0.16, abs(p.y) - 0.6), max(abs(p.y) - 0.16, abs(p.x) - 0.6));
      drawn = mix(drawn, vec4(u_edge, 1.0), 1.0 - smoothstep(0.0, u_pixel, cross));
    }
    if (v_age > u_stale && v_status != 4) {
      float dash = step(0.0, sin(atan(p.y, p.x) * 8.0));
      float ring = (1.0 - smoothstep(0.12, 0.12 + u_pixel, abs(length(p) - 1.75))) * dash;
      drawn = mix(drawn, vec4(color, 1.0), ring * 0.9);
    }
    if (v_heading >= 0.0 && v_status != 4) {
      float h = radians(v_heading);
      vec2 ahead = vec2(sin(h), -cos(h));
      vec2 q = vec2(dot(p, vec2(-ahead.y, ahead.x)), dot(p, ahead));
      float wedge = max(abs(q.x) - (2.15 - q.y) * 0.6, 1.3 - q.y);
      drawn = mix(drawn, vec4(color, 1.0) * strength, 1.0 - smoothstep(0.0, u_pixel, wedge));
    }
  }
  if (drawn.a < 0.01) discard;
  o_color = drawn;
}`;
