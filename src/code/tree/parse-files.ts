import { type ContentCache, type ContentCachePlace, openContentCache } from '../../platform/content-cache.ts';
import { packResults } from './packed.ts';
import { parseFile, resultAt, resultKey } from './parse-file.ts';

/** Where results are kept, and under which version of the parsers. */
export interface KeptResults {
  readonly place: ContentCachePlace;
  readonly kind: string;
}

/** One file of a batch, with its bytes where they were read before. */
export interface ParsedInBatch {
  readonly path: string;
  readonly sha256: string | null;
  readonly bytes: Uint8Array | null;
}

/** A batch for one thread. */
export interface ParseBatch {
  readonly root: string;
  readonly files: readonly ParsedInBatch[];
  readonly maxBytes: number;
  /** Null: everything is parsed anew. */
  readonly kept: KeptResults | null;
  /** Give nothing unless every file of it is known already. */
  readonly onlyKnown: boolean;
}

export interface ParsedBatch {
  /** Null where only what is known was asked for, and it is not. */
  readonly part: Uint8Array | null;
  /** How many files a parser was run on; the others were known. */
  readonly parsed: number;
  /** What the cache had to complain of. */
  readonly warnings: readonly string[];
}

/** Thread entry: parses the files of a batch in order, but for those whose content is known, and packs the results. */
export default async function parseFiles(batch: ParseBatch): Promise<ParsedBatch> {
  const warnings: string[] = [];
  const cache = batch.kept === null ? null : openOnce(batch.kept.place, warnings);
  const kind = batch.kept?.kind ?? '';
  const keys = batch.files.flatMap(({ path, sha256 }) => (sha256 === null ? [] : [resultKey(sha256, path)]));
  const known = cache?.read(kind, keys) ?? new Map<string, Uint8Array>();
  const results: string[] = [];
  const fresh: [string, Uint8Array][] = [];
  for (const { path, sha256, bytes } of batch.files) {
    const kept = sha256 === null ? undefined : known.get(resultKey(sha256, path));
    if (kept !== undefined) {
      results.push(resultAt(path, new TextDecoder().decode(kept)));
      continue;
    }
    if (batch.onlyKnown) return { part: null, parsed: 0, warnings };
    const parse = await parseFile(batch.root, path, batch.maxBytes, bytes);
    if ('skip' in parse) results.push(JSON.stringify(parse));
    else {
      const json = JSON.stringify(parse.result);
      results.push(resultAt(path, json));
      fresh.push([resultKey(parse.sha256, path), new TextEncoder().encode(json)]);
    }
  }
  cache?.write(kind, fresh);
  return { part: packResults(results), parsed: fresh.length, warnings };
}

/** A thread's own: one connection for all its batches, which ends with the thread. */
let opened: { readonly folder: string; readonly cache: ContentCache } | null = null;
let listener: string[] = [];

function openOnce(place: ContentCachePlace, warnings: string[]): ContentCache {
  listener = warnings;
  if (opened?.folder === place.folder) return opened.cache;
  opened?.cache.close();
  const warn = (what: object, message: string): void => {
    listener.push(`${message}: ${'err' in what ? String(what.err) : ''}`);
  };
  opened = { folder: place.folder, cache: openContentCache({ ...place, log: { warn } }) };
  return opened.cache;
}
