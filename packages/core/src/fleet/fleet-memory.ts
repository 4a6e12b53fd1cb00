const ROWS_PER_PAGE = 1024;

/** Rows of numbers, all of one width; a page of them is one array. */
export class NumberRows {
  readonly #width: number;
  #page = new Float64Array(0);
  #used = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** A row that nobody else has: its page, and where in it the row begins. */
  take(): { readonly page: Float64Array; readonly at: number } {
    if (this.#used === this.#page.length) {
      // The first page is small: a fleet of a few drones takes little.
      const rows = this.#used === 0 ? ROWS_PER_PAGE / 16 : ROWS_PER_PAGE;
      this.#page = new Float64Array(rows * this.#width);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += this.#width;
    return { page: this.#page, at };
  }
}

/**
 * Two sizes an octave: at most a third of a cell is empty. A cell is given back where a longer message comes, so however
 * messages grow, there are at most as many cells of each size as drones: 14 KB a drone.
 */
const CELL_BYTES = [256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];
/** A whole number of cells of any size. */
const CHUNK_BYTES = 3 * 65_536;

/** Not in a cell. */
export const NO_CELL = -1;

interface CellSize {
  readonly bytes: number;
  /** Given back, to be used again. */
  readonly free: number[];
  /** The next cell of the newest chunk, and the end of that chunk. */
  next: number;
  end: number;
}

/**
 * Cells for bytes of at most 4 KiB each. A cell is a number: chunk × CHUNK_BYTES ÷ 64 + place ÷ 64, so that it stays a
 * small integer up to 128 GiB.
 */
export class MessageCells {
  readonly #chunks: Uint8Array[] = [];
  readonly #sizeOfChunk: CellSize[] = [];
  readonly #sizes: readonly CellSize[] = CELL_BYTES.map((bytes) => ({ bytes, free: [], next: 0, end: 0 }));

  /** Bytes of all chunks. */
  get bytes(): number {
    return this.#chunks.length * CHUNK_BYTES;
  }

  /**
   * Copies the bytes into `cell`; where they do not fit there (or it is NO_CELL), into another one. Returns the cell they
   * are in, NO_CELL where there are none or more of them than any cell holds: then `cell` is given back.
   */
  put(cell: number, bytes: Uint8Array | undefined): number {
    const fits = bytes !== undefined && cell !== NO_CELL && bytes.length <= this.#sizeOf(cell).bytes;
    if (!fits && cell !== NO_CELL) this.#sizeOf(cell).free.push(cell);
    if (!bytes) return NO_CELL;
    const to = fits ? cell : this.#take(bytes.length);
    if (to !== NO_CELL) (this.#chunks[chunkOf(to)] as Uint8Array).set(bytes, placeOf(to));
    return to;
  }

  /** A copy of what was put there. */
  read(cell: number, length: number): Uint8Array {
    const at = placeOf(cell);
    return (this.#chunks[chunkOf(cell)] as Uint8Array).slice(at, at + length);
  }

  #sizeOf(cell: number): CellSize {
    return this.#sizeOfChunk[chunkOf(cell)] as CellSize;
  }

  #take(length: number): number {
    const size = this.#sizes.find(({ bytes }) => bytes >= length);
    if (!size) return NO_CELL;
    const known = size.free.pop();
    if (known !== undefined) return known;
    if (size.next === size.end) this.#addChunk(size);
    const cell = size.next;
    size.next += size.bytes / UNIT_BYTES;
    return cell;
  }

  #addChunk(size: CellSize): void {
    size.next = this.#chunks.length * UNITS_PER_CHUNK;
    size.end = size.next + UNITS_PER_CHUNK;
    this.#chunks.push(new Uint8Array(CHUNK_BYTES));
    this.#sizeOfChunk.push(size);
  }
}

const UNIT_BYTES = 64;
const UNITS_PER_CHUNK = CHUNK_BYTES / UNIT_BYTES;

const chunkOf = (cell: number): number => Math.floor(cell / UNITS_PER_CHUNK);
const placeOf = (cell: number): number => (cell % UNITS_PER_CHUNK) * UNIT_BYTES;

/**
 * Where the numbers and messages of all drones stand: in a few large arrays beside the heap. With 100 000 drones, fields
 * that change would be as many small objects, and messages that are kept until the next one comes would be promoted into
 * the old generation one by one; walking and moving them is what stalls the line. Drones are met and never leave, so
 * neither do their rows.
 */
export class FleetMemory {
  readonly numbers: NumberRows;
  readonly messages = new MessageCells();

  constructor(numbersPerDrone: number) {
    this.numbers = new NumberRows(numbersPerDrone);
  }
}
