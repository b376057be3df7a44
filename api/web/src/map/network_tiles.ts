/** Tiles of a base map of one's own network: by address, out of one file, shifted into place. */

import { addProtocol, type RasterSourceSpecification } from "maplibre-gl";
import type { Basemap } from "../service/shapes";
import { shiftedTile, type ReadTile } from "./gcj02";
import { Archive } from "./pmtiles";

const SCHEME = "network";
const TILE_PX = 256;
const CLOSEST = 18;

let known = "";
let archive: Archive | null = null;
let read: ReadTile = () => Promise.resolve(null);

/** The source that draws a base map; what has to be put together here is asked for by a scheme. */
export function networkSource({ tiles, crs, attribution }: Basemap): RasterSourceSpecification {
  const address = tiles.startsWith("/") ? location.origin + tiles : tiles;
  const packed = new URL(address).pathname.endsWith(".pmtiles");
  const source = { type: "raster", tileSize: TILE_PX, attribution } as const;
  if (!packed && crs !== "gcj02") return { ...source, tiles: [address], maxzoom: CLOSEST };
  begin(address, packed, crs === "gcj02");
  return { ...source, url: `${SCHEME}://source` };
}

function begin(address: string, packed: boolean, shifted: boolean): void {
  if (known === address) return;
  if (known === "") {
    addProtocol(SCHEME, async ({ url }, abort) => ({
      data: url.endsWith("source") ? await told() : await pictureOf(url, abort.signal),
    }));
  }
  known = address;
  archive = packed ? new Archive(address) : null;
  const whole = archive ? fromArchive(archive) : byAddress(address);
  read = shifted ? (z, x, y, signal) => shiftedTile(whole, [z, x, y], signal) : whole;
}

/** What MapLibre has to know of the tiles: how far in there are some. */
async function told(): Promise<object> {
  const [minzoom, maxzoom] = archive ? await archive.zooms() : [0, CLOSEST];
  return { tilejson: "3.0.0", tiles: [`${SCHEME}://{z}/{x}/{y}`], minzoom, maxzoom };
}

/** A tile that is not there is empty, and no fault. */
async function pictureOf(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const [z, x, y] = url.replace(`${SCHEME}://`, "").split("/").map(Number) as [number, number, number];
  return (await read(z, x, y, signal)) ?? createImageBitmap(new ImageData(1, 1));
}

function fromArchive(file: Archive): ReadTile {
  return async (z, x, y, signal) => {
    const picture = await file.tile(z, x, y, signal);
    return picture && createImageBitmap(picture);
  };
}

function byAddress(address: string): ReadTile {
  return async (z, x, y, signal) => {
    const places = { z, x, y } as const;
    const url = address.replace(/\{([zxy])\}/g, (_, name: "z" | "x" | "y") => String(places[name]));
    const response = await fetch(url, { signal });
    return response.ok ? createImageBitmap(await response.blob()) : null;
  };
}
