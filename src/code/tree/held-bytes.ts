/**
 * Bytes of the small files of a checkout as they were when it was listed, in memory that all threads see: a file is
 * opened once, whoever asks for its text, and opening it is what takes the time. Lasts as long as the job that read it.
 */
export interface HeldBytes {
  readonly parts: readonly SharedArrayBuffer[];
  /** For each file of the inventory, in its order: in which part, -1 for one that is not held, where, and how many. */
  readonly places: Int32Array;
}

/** Larger ones are few, and take longer to be parsed than to be read again. */
const LARGEST = 64 * 1024;
/** Most bytes that are held of one checkout. */
const MOST_BYTES = 48 * 1024 * 1024;

/** Takes the bytes of files as they are read, as far as there is room for them. */
export class ByteHolder {
  readonly #most: number;
  readonly #pieces: Uint8Array[] = [];
  readonly #places = new Map<string, readonly [offset: number, length: number]>();
  #length = 0;

  /** `holders` is how many share what may be held. */
  constructor(holders: number) {
    this.#most = Math.floor(MOST_BYTES / holders);
  }

  /** Holds the bytes of a file, unless they are too many; they must not change any more. */
  hold(path: string, bytes: Uint8Array): void {
    if (bytes.length > LARGEST || this.#length + bytes.length > this.#most) return;
    this.#pieces.push(bytes);
    this.#places.set(path, [this.#length, bytes.length]);
    this.#length += bytes.length;
  }

  /** Offset and length of each file in what `shared` gives, one after the other; -1 for one that is not held. */
  placesOf(paths: readonly string[]): Int32Array {
    const places = new Int32Array(paths.length * 2);
    for (const [index, path] of paths.entries()) places.set(this.#places.get(path) ?? [-1, 0], index * 2);
    return places;
  }

  /** All that is held, one after the other. */
  shared(): SharedArrayBuffer {
    const shared = new SharedArrayBuffer(this.#length);
    const view = new Uint8Array(shared);
    let at = 0;
    for (const piece of this.#pieces) {
      view.set(piece, at);
      at += piece.length;
    }
    return shared;
  }
}

/**
 * What some holders hold, for the files that `isKept` says are of the inventory. `read` is in the order of all files.
 */
export function heldOf(
  read: readonly { readonly bytes: SharedArrayBuffer; readonly places: Int32Array }[],
  isKept: (index: number) => boolean,
): HeldBytes {
  const found: number[] = [];
  let index = 0;
  for (const [part, { places }] of read.entries())
    for (let at = 0; at < places.length; at += 2, index += 1) {
      const offset = places[at] ?? -1;
      if (isKept(index)) found.push(offset < 0 ? -1 : part, offset, places[at + 1] ?? 0);
    }
  return { parts: read.map(({ bytes }) => bytes), places: Int32Array.from(found) };
}

/** The bytes of the file at an index of the inventory, as they stand in shared memory; null when they are not held. */
export function heldAt({ parts, places }: HeldBytes, index: number): Uint8Array | null {
  const part = parts[places[index * 3] ?? -1];
  return part === undefined ? null : new Uint8Array(part, places[index * 3 + 1], places[index * 3 + 2]);
}
