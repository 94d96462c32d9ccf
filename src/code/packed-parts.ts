import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const LENGTH_BYTES = 4;

/**
 * One JSON text, compressed, after its length. Parts written one after the other are a pack: threads make and read
 * them, and the serving thread only hands bytes on.
 */
export function packJson(json: string): Uint8Array {
  const bytes = zstdCompressSync(json, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const part = Buffer.allocUnsafe(LENGTH_BYTES + bytes.length);
  part.writeUInt32LE(bytes.length);
  part.set(bytes, LENGTH_BYTES);
  return part;
}

/** The first part of a pack as it stands there. */
export function firstPart(pack: Uint8Array): Uint8Array {
  const view = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
  return view.subarray(0, LENGTH_BYTES + view.readUInt32LE(0));
}

/** The texts of a pack, one at a time: all of them would take more memory than what is made of them. */
export function* textsOf(pack: Uint8Array): Generator<string> {
  const view = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
  for (let at = 0; at < view.length; ) {
    const start = at + LENGTH_BYTES;
    at = start + view.readUInt32LE(at);
    yield zstdDecompressSync(view.subarray(start, at)).toString('utf8');
  }
}
