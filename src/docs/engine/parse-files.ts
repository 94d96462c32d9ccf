import { packPart } from './packed.ts';
import { type FileResult, parseFile } from './parse-file.ts';

/** A batch for one thread. */
export interface ParseBatch {
  readonly root: string;
  readonly paths: readonly string[];
  readonly maxBytes: number;
}

/** Thread entry: parses the files of a batch in order and packs the results. */
export default async function parseFiles(batch: ParseBatch): Promise<Uint8Array> {
  const results: FileResult[] = [];
  for (const path of batch.paths) results.push(await parseFile(batch.root, path, batch.maxBytes));
  return packPart(results);
}
