/**
 * Tiles drawn in GCJ-02, put together anew so that they lie where WGS-84 says.
 *
 * The offset of that system is one of some hundred metres that hardly changes within a tile, so
 * that each tile is cut out of the up to four that hold its ground.
 */

import type { LonLat } from "../service/ask";

const TILE_PX = 256;
const AXIS_M = 6_378_245;
const ECCENTRICITY = 0.006693421622965943;

/** Reads the picture of a tile; null where there is none. */
export type ReadTile = (
  z: number,
  x: number,
  y: number,
  signal: AbortSignal,
) => Promise<ImageBitmap | null>;

/** A tile where WGS-84 says, out of tiles that were drawn in GCJ-02. */
export async function shiftedTile(
  read: ReadTile,
  [z, x, y]: readonly [number, number, number],
  signal: AbortSignal,
): Promise<ImageBitmap> {
  const [left, top] = cornerOf(z, x, y);
  const canvas = new OffscreenCanvas(TILE_PX, TILE_PX);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser cannot draw on a canvas.");
  const [west, north] = [Math.floor(left / TILE_PX), Math.floor(top / TILE_PX)];
  const parts = [0, 1].flatMap((across) => [0, 1].map((down) => [west + across, north + down] as const));
  await Promise.all(
    parts.map(async ([column, row]) => {
      const [at, below] = [column * TILE_PX - left, row * TILE_PX - top];
      if (at <= -TILE_PX || at >= TILE_PX || below <= -TILE_PX || below >= TILE_PX) return;
      const picture = await read(z, column, row, signal);
      if (picture) pen.drawImage(picture, Math.round(at), Math.round(below), TILE_PX, TILE_PX);
    }),
  );
  return canvas.transferToImageBitmap();
}

/** Pixel of the world in GCJ-02 at which the ground of a WGS-84 tile begins. */
function cornerOf(z: number, x: number, y: number): [number, number] {
  const world = TILE_PX * 2 ** z;
  const middle: LonLat = lonLatOf([(x + 0.5) * TILE_PX, (y + 0.5) * TILE_PX], world);
  const [there, here] = [pixelOf(gcj02Of(middle), world), pixelOf(middle, world)];
  return [x * TILE_PX + there[0] - here[0], y * TILE_PX + there[1] - here[1]];
}

function pixelOf([lon, lat]: LonLat, world: number): [number, number] {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [
    (lon / 360 + 0.5) * world,
    (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world,
  ];
}

function lonLatOf([across, down]: [number, number], world: number): LonLat {
  const lat = (360 / Math.PI) * Math.atan(Math.exp((0.5 - down / world) * 2 * Math.PI)) - 90;
  return [(across / world - 0.5) * 360, lat];
}

/** A place of WGS-84 in GCJ-02, both in degrees. */
export function gcj02Of([lon, lat]: LonLat): LonLat {
  const [x, y] = [lon - 105, lat - 35];
  const radians = (lat / 180) * Math.PI;
  const magic = 1 - ECCENTRICITY * Math.sin(radians) ** 2;
  const north = (northOf(x, y) * 180) / (((AXIS_M * (1 - ECCENTRICITY)) / magic ** 1.5) * Math.PI);
  const east = (eastOf(x, y) * 180) / ((AXIS_M / Math.sqrt(magic)) * Math.cos(radians) * Math.PI);
  return [lon + east, lat + north];
}

const wave = (turns: number) => Math.sin(turns * Math.PI);

function northOf(x: number, y: number): number {
  const plain = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  const short = ((20 * wave(6 * x) + 20 * wave(2 * x)) * 2) / 3;
  const middle = ((20 * wave(y) + 40 * wave(y / 3)) * 2) / 3;
  return plain + short + middle + ((160 * wave(y / 12) + 320 * wave(y / 30)) * 2) / 3;
}

function eastOf(x: number, y: number): number {
  const plain = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const short = ((20 * wave(6 * x) + 20 * wave(2 * x)) * 2) / 3;
  const middle = ((20 * wave(x) + 40 * wave(x / 3)) * 2) / 3;
  return plain + short + middle + ((150 * wave(x / 12) + 300 * wave(x / 30)) * 2) / 3;
}
