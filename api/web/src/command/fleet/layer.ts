/**
 * The layer of officers: one buffer and one draw, however many they are.
 *
 * Age is a matter of the shader, so that nothing is sent anew because time goes by.
 */

import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from "maplibre-gl";
import { now } from "../../frame/screen";
import type { Palette } from "../../map/palette";
import { STALE_MS, type Fleet } from "./fleet";
import { GONE, STATUSES } from "./pack";
import { FRAGMENT, VERTEX } from "./shaders";

export const FLEET_LAYER = "officers";

const FLOATS = 5;
const BY_HAND = 8;
/** From this zoom on headings, rings and marks are drawn. */
const DETAILED = 12.5;
const RADIUS: readonly (readonly [zoom: number, px: number])[] = [
  [9, 1.8],
  [12, 3.6],
  [16, 7],
];

/** Radius of an officer's dot in pixels of the page. */
export function radiusAt(zoom: number): number {
  const [first, , last] = RADIUS as [readonly [number, number], unknown, readonly [number, number]];
  if (zoom <= first[0]) return first[1];
  for (let at = 1; at < RADIUS.length; at += 1) {
    const [below, above] = [RADIUS[at - 1], RADIUS[at]] as [readonly [number, number], readonly [number, number]];
    if (zoom <= above[0]) {
      return below[1] + ((above[1] - below[1]) * (zoom - below[0])) / (above[0] - below[0]);
    }
  }
  return last[1];
}

/** Draws the officers of a fleet. */
export class FleetLayer implements CustomLayerInterface {
  readonly id = FLEET_LAYER;
  readonly type = "custom";
  readonly renderingMode = "2d";
  private map: MapLibre | null = null;
  private gl: WebGL2RenderingContext | null = null;
  private program: WebGLProgram | null = null;
  private buffer: WebGLBuffer | null = null;
  private vertices: WebGLVertexArrayObject | null = null;
  private uniforms: ReadonlyMap<string, WebGLUniformLocation | null> = new Map();
  private columns = new Float32Array(0);
  private count = 0;
  private fresh = false;
  private shown = true;
  private readonly begunMs = now.peek();

  constructor(
    private readonly fleet: Fleet,
    private readonly palette: Palette,
    private readonly anchor: readonly [number, number],
  ) {}

  onAdd(map: MapLibre, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    this.map = map;
    this.gl = gl;
    this.program = programOf(gl);
    this.uniforms = uniformsOf(gl, this.program);
    this.buffer = gl.createBuffer();
    this.vertices = gl.createVertexArray();
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const sizes = { a_place: 2, a_time: 1, a_heading: 1, a_kind: 1 };
    let offset = 0;
    for (const [name, size] of Object.entries(sizes)) {
      const at = gl.getAttribLocation(this.program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, FLOATS * 4, offset * 4);
      offset += size;
    }
    gl.bindVertexArray(null);
    this.update();
  }

  onRemove(): void {
    this.gl?.deleteBuffer(this.buffer);
    this.gl?.deleteVertexArray(this.vertices);
    this.gl?.deleteProgram(this.program);
    this.gl = null;
    this.map = null;
  }

  /** Takes over what has changed, or hides everybody; drawn with the next frame. */
  show(shown: boolean): void {
    this.shown = shown;
    this.update();
  }

  private update(): void {
    const { ids, places, timesMs, headings, status, byHand } = this.fleet;
    this.count = ids.length;
    if (this.columns.length < FLOATS * this.count) {
      this.columns = new Float32Array(FLOATS * status.length);
    }
    const [east, south] = this.anchor;
    const columns = this.columns;
    for (let row = 0, at = 0; row < this.count; row += 1, at += FLOATS) {
      columns[at] = (places[2 * row] as number) - east;
      columns[at + 1] = (places[2 * row + 1] as number) - south;
      columns[at + 2] = ((timesMs[row] as number) - this.begunMs) / 1000;
      columns[at + 3] = headings[row] as number;
      columns[at + 4] =
        status[row] === GONE ? GONE : (status[row] as number) + BY_HAND * (byHand[row] as number);
    }
    this.fresh = true;
    this.map?.triggerRepaint();
  }

  render(gl: WebGL2RenderingContext, { defaultProjectionData }: CustomRenderMethodInput): void {
    if (!this.map || !this.program || !this.shown || this.count === 0) return;
    gl.useProgram(this.program);
    gl.bindVertexArray(this.vertices);
    if (this.fresh) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
      gl.bufferData(gl.ARRAY_BUFFER, this.columns.subarray(0, FLOATS * this.count), gl.DYNAMIC_DRAW);
      this.fresh = false;
    }
    this.setUniforms(gl, this.map, defaultProjectionData.mainMatrix as ArrayLike<number>);
    for (const pass of [0, 1]) {
      gl.uniform1f(this.uniforms.get("u_pass") ?? null, pass);
      gl.drawArrays(gl.POINTS, 0, this.count);
    }
    gl.bindVertexArray(null);
  }

  private setUniforms(gl: WebGL2RenderingContext, map: MapLibre, matrix: ArrayLike<number>): void {
    const at = (name: string) => this.uniforms.get(name) ?? null;
    const radius = radiusAt(map.getZoom()) * devicePixelRatio;
    const extent = map.getZoom() >= DETAILED ? 2.3 : 1.4;
    gl.uniformMatrix4fv(at("u_matrix"), false, moved(matrix, this.anchor));
    gl.uniform1f(at("u_sprite"), 2 * radius * extent);
    gl.uniform1f(at("u_extent"), extent);
    gl.uniform1f(at("u_pixel"), 1.4 / radius);
    gl.uniform1f(at("u_now"), (now.peek() - this.begunMs) / 1000);
    gl.uniform1f(at("u_stale"), STALE_MS / 1000);
    gl.uniform3fv(at("u_edge"), rgb(this.palette.routeCasing));
    gl.uniform3fv(
      at("u_colors"),
      STATUSES.flatMap((status) => rgb(this.palette.status[status])),
    );
  }
}

/** A matrix whose places count from an anchor: single precision then holds a centimetre. */
function moved(matrix: ArrayLike<number>, [east, south]: readonly [number, number]): Float32Array {
  const out = Float32Array.from(matrix);
  for (let row = 0; row < 4; row += 1) {
    const [x, y, w] = [matrix[row], matrix[4 + row], matrix[12 + row]] as [number, number, number];
    out[12 + row] = x * east + y * south + w;
  }
  return out;
}

function rgb(color: string): number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
}

/** Where a program takes what is the same for all: asked once, for every answer waits for all drawing. */
function uniformsOf(
  gl: WebGL2RenderingContext,
  program: WebGLProgram,
): ReadonlyMap<string, WebGLUniformLocation | null> {
  const count = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) as number;
  const names = Array.from({ length: count }, (_, at) => gl.getActiveUniform(program, at)?.name ?? "");
  return new Map(
    names.map((name) => [name.replace("[0]", ""), gl.getUniformLocation(program, name)]),
  );
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind) as WebGLShader;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
      throw new Error(gl.getShaderInfoLog(shader) ?? "A shader could not be compiled.");
    }
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(gl.getProgramInfoLog(program) ?? "A program could not be linked.");
  }
  return program;
}
