/** Live officers: only those that moved are sent to the map. */

import type { GeoJSONSource, GeoJSONSourceDiff, Map as MapLibre } from "maplibre-gl";
import type { Position } from "../service/shapes";

const MOVING_MPS = 0.5;

/** Heading of an officer who stands still; the style draws no arrow for it. */
export const STANDING = -1;

/** Feeds positions to the map's source, as differences to what it already shows. */
export class OfficerFeed {
  private shown: ReadonlyMap<string, Position> = new Map();

  constructor(private readonly map: MapLibre) {}

  show(positions: ReadonlyMap<string, Position>): void {
    const diff: Required<Pick<GeoJSONSourceDiff, "add" | "update" | "remove">> = {
      add: [],
      update: [],
      remove: [],
    };
    for (const [officer, position] of positions) {
      const before = this.shown.get(officer);
      if (!before) diff.add.push(featureOf(position));
      else if (before !== position) diff.update.push(changeOf(position));
    }
    for (const officer of this.shown.keys()) if (!positions.has(officer)) diff.remove.push(officer);
    this.shown = positions;
    void this.map.getSource<GeoJSONSource>("officers")?.updateData(diff);
  }
}

function propertiesOf(position: Position): Record<string, string | number> {
  const { officer, status, heading_deg: heading, speed_mps: speed } = position;
  const moving = heading !== null && (speed ?? 0) > MOVING_MPS;
  return { officer, status, heading: moving ? heading : STANDING };
}

function featureOf(position: Position): GeoJSON.Feature {
  return {
    type: "Feature",
    properties: propertiesOf(position),
    geometry: { type: "Point", coordinates: [position.lon, position.lat] },
  };
}

function changeOf(position: Position): NonNullable<GeoJSONSourceDiff["update"]>[number] {
  const properties = propertiesOf(position);
  return {
    id: position.officer,
    newGeometry: { type: "Point", coordinates: [position.lon, position.lat] },
    addOrUpdateProperties: Object.entries(properties).map(([key, value]) => ({ key, value })),
  };
}
