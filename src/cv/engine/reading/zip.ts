import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import type { CvLimits } from './limits.ts';
import { CvUnreadable, damaged } from './refusal.ts';

/** A zip archive whose directory keeps to the limits. */
export interface Archive {
  readonly names: readonly string[];
  /** Bytes of one entry; null when there is none of the name. Throws CvUnreadable when it is too large or damaged. */
  read(name: string, maximumBytes: number): Promise<Buffer | null>;
}

/** Entries smaller than this may be packed as well as they can be: repeated XML packs well. */
const RATIO_FROM_BYTES = 1024 * 1024;

/** Opens an archive. Its directory is checked before a byte is unpacked. Throws CvUnreadable. */
export async function openArchive(bytes: Buffer, limits: CvLimits): Promise<Archive> {
  const { zip, entries } = await directoryOf(bytes, limits);
  return {
    names: [...entries.keys()],
    async read(name, maximumBytes) {
      const entry = entries.get(name);
      if (entry === undefined) return null;
      if (entry.uncompressedSize > maximumBytes) throw bomb();
      return await unpack(zip, entry, maximumBytes);
    },
  };
}

async function directoryOf(bytes: Buffer, limits: CvLimits): Promise<{ zip: ZipFile; entries: Map<string, Entry> }> {
  const entries = new Map<string, Entry>();
  let unpacked = 0;
  let packed = 0;
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false });
    if (zip.entryCount > limits.zipEntries) throw bomb();
    for await (const entry of zip.eachEntry()) {
      if (entries.size >= limits.zipEntries) throw bomb();
      if (entry.isEncrypted())
        throw new CvUnreadable('encrypted', 'The document is protected by a password: remove it and upload it again');
      entries.set(entry.fileName.replaceAll('\\', '/'), entry);
      unpacked += entry.uncompressedSize;
      packed += entry.compressedSize;
      const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize);
      if (entry.uncompressedSize > RATIO_FROM_BYTES && ratio > limits.zipRatio) throw bomb();
    }
    if (unpacked > limits.zipBytes) throw bomb();
    if (unpacked > RATIO_FROM_BYTES && unpacked / Math.max(1, packed) > limits.zipRatio) throw bomb();
    return { zip, entries };
  } catch (error) {
    throw error instanceof CvUnreadable ? error : damaged('document');
  }
}

async function unpack(zip: ZipFile, entry: Entry, maximumBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      // The directory may lie about sizes.
      if (length > maximumBytes) throw bomb();
      chunks.push(bytes);
    }
  } catch (error) {
    throw error instanceof CvUnreadable ? error : damaged('document');
  }
  return Buffer.concat(chunks);
}

function bomb(): CvUnreadable {
  return new CvUnreadable('zip-bomb', 'The document unpacks to far more data than a CV needs, and was not read');
}
