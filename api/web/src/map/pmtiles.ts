/**
 * Pictures out of one PMTiles file (version 3), read piece by piece with range requests.
 *
 * The file is a header, directories of tiles by their place on a Hilbert curve, and the tiles.
 * https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
 */

const HEADER_BYTES = 127;
const MAGIC = "PMTiles";
const VERSION = 3;
const GZIP = 2;
const PLAIN = 1;
const PICTURES: Readonly<Record<number, string>> = {
  2: "image/png",
  3: "image/jpeg",
  4: "image/webp",
  5: "image/avif",
};
/** Directories that are kept, of some thousand tiles each. */
const KEPT = 64;
/** As deep as directories may lie in one another. */
const DEEPEST = 3;

interface Header {
  root: Piece;
  leavesAt: number;
  tilesAt: number;
  packed: boolean;
  type: string;
  zooms: [number, number];
}

interface Piece {
  at: number;
  length: number;
}

interface Entry extends Piece {
  tile: number;
  /** How many tiles in a row are this one; 0 for a directory. */
  run: number;
}

/** One file. */
export class Archive {
  private header: Promise<Header> | null = null;
  private readonly directories = new Map<number, Promise<Entry[]>>();

  constructor(private readonly address: string) {}

  /** The zooms between which it has tiles. */
  async zooms(): Promise<[number, number]> {
    return (await this.open()).zooms;
  }

  /** The picture of a tile; null where the file has none. */
  async tile(z: number, x: number, y: number, signal: AbortSignal): Promise<Blob | null> {
    const header = await this.open();
    const wanted = curvePlace(z, x, y);
    let piece = header.root;
    for (let depth = 0; depth <= DEEPEST; depth += 1) {
      const entry = entryOf(await this.directory(header, piece), wanted);
      if (!entry) return null;
      if (entry.run > 0) {
        const at = header.tilesAt + entry.at;
        return new Blob([await this.read({ at, length: entry.length }, signal)], { type: header.type });
      }
      piece = { at: header.leavesAt + entry.at, length: entry.length };
    }
    return null;
  }

  private open(): Promise<Header> {
    this.header ??= this.readHeader().catch((error: unknown) => {
      this.header = null; // it is asked for again with the next tile
      throw error;
    });
    return this.header;
  }

  private async readHeader(): Promise<Header> {
    return headerOf(await this.read({ at: 0, length: HEADER_BYTES }), this.address);
  }

  private directory(header: Header, piece: Piece): Promise<Entry[]> {
    const known = this.directories.get(piece.at);
    if (known) return known;
    const [oldest] = this.directories.keys();
    if (oldest !== undefined && this.directories.size >= KEPT) this.directories.delete(oldest);
    const read = this.readDirectory(header, piece);
    this.directories.set(piece.at, read);
    read.catch(() => this.directories.delete(piece.at));
    return read;
  }

  private async readDirectory({ packed }: Header, piece: Piece): Promise<Entry[]> {
    const bytes = await this.read(piece);
    return entriesOf(packed ? await unpacked(bytes) : bytes);
  }

  private async read({ at, length }: Piece, signal?: AbortSignal): Promise<ArrayBuffer> {
    const headers = { range: `bytes=${at}-${at + length - 1}` };
    const answer = await fetch(this.address, signal ? { headers, signal } : { headers });
    if (answer.status !== 206) {
      throw new Error(`${this.address}: asked for a range, its server answered ${answer.status}.`);
    }
    return answer.arrayBuffer();
  }
}

function headerOf(bytes: ArrayBuffer, address: string): Header {
  const view = new DataView(bytes);
  const long = (at: number): number => Number(view.getBigUint64(at, true));
  const magic = new TextDecoder().decode(bytes.slice(0, MAGIC.length));
  const packing = view.getUint8(97);
  const type = PICTURES[view.getUint8(99)];
  if (magic !== MAGIC || view.getUint8(7) !== VERSION || !type || ![PLAIN, GZIP].includes(packing)) {
    throw new Error(`${address} is no PMTiles file of version 3 with pictures in it.`);
  }
  return {
    root: { at: long(8), length: long(16) },
    leavesAt: long(40),
    tilesAt: long(56),
    packed: packing === GZIP,
    type,
    zooms: [view.getUint8(100), view.getUint8(101)],
  };
}

async function unpacked(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Columns one after the other: tiles as differences, runs, lengths, places. */
function entriesOf(bytes: ArrayBuffer): Entry[] {
  const next = numbersOf(new Uint8Array(bytes));
  const entries: Entry[] = Array.from({ length: next() }, () => ({ tile: 0, run: 0, length: 0, at: 0 }));
  let tile = 0;
  for (const entry of entries) entry.tile = tile += next();
  for (const entry of entries) entry.run = next();
  for (const entry of entries) entry.length = next();
  let following = 0;
  for (const entry of entries) {
    const said = next();
    entry.at = said === 0 ? following : said - 1; // 0: right after the one before
    following = entry.at + entry.length;
  }
  return entries;
}

/** Reads numbers of seven bits a byte, the lowest first. */
function numbersOf(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      number += (byte & 127) * scale;
      if (byte < 128) return number;
    }
  };
}

/** The entry that holds a tile, or the directory in which to look on. */
function entryOf(entries: readonly Entry[], wanted: number): Entry | null {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.tile ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  const entry = entries[low - 1];
  if (!entry) return null;
  return entry.run === 0 || wanted < entry.tile + entry.run ? entry : null;
}

/** Place of a tile on the Hilbert curve of its zoom, after all tiles of the zooms before. */
function curvePlace(z: number, x: number, y: number): number {
  let place = (4 ** z - 1) / 3;
  for (let half = 2 ** (z - 1); half >= 1; half /= 2) {
    const right = (x & half) > 0 ? 1 : 0;
    const below = (y & half) > 0 ? 1 : 0;
    place += half * half * ((3 * right) ^ below);
    if (below === 0) [x, y] = right === 1 ? [~y, ~x] : [y, x];
  }
  return place;
}
