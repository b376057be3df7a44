-- OSRM profile that drives every way in the milliseconds of its tag "ms".
-- OSRM counts durations in tenths of a second: one of its tenths stands for one millisecond.

api_version = 4

function setup()
  return {
    properties = {
      weight_name = 'duration',
      weight_precision = 1,
      u_turn_penalty = 0,
      continue_straight_at_waypoint = false,
      use_turn_restrictions = false,
      max_speed_for_map_matching = 100,
      left_hand_driving = false,
    },
  }
end

function process_node(profile, node, result, relations)
end

function process_way(profile, way, result, relations)
  local ms = tonumber(way:get_value_by_key('ms'))
  if not ms then
    return
  end
  result.duration = ms / 10
  result.weight = ms / 10
  result.forward_speed = 36
  result.backward_speed = 36
  result.forward_mode = mode.driving
  if way:get_value_by_key('oneway') == 'yes' then
    result.backward_mode = mode.inaccessible
  else
    result.backward_mode = mode.driving
  end
end

function process_turn(profile, turn)
  turn.duration = 0
  turn.weight = 0
end

return {
  setup = setup,
  process_way = process_way,
  process_node = process_node,
  process_turn = process_turn,
}
