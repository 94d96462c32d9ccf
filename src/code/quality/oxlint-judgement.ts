import { decodeSource, readSourceBytes } from '../source-text.ts';
import type { LintResult } from './file-facts.ts';
import { withoutMeant } from './oxlint-meant.ts';
import { isServed } from './page-scripts.ts';

/** What a linter said of files. Plain data. */
export interface LintedFiles {
  /** Resolved path of the tree. */
  readonly root: string;
  readonly results: readonly (readonly [path: string, result: LintResult])[];
}

const LARGEST_FILE = 2 * 1024 * 1024;

/** Thread entry: the same without what is meant, in the same order. */
export default async function judgeLint({ root, results }: LintedFiles): Promise<readonly LintResult[]> {
  const judged: LintResult[] = [];
  for (const [path, result] of results) {
    const read = await readSourceBytes(root, path, LARGEST_FILE);
    const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
    const file = { name: path.slice(path.lastIndexOf('/') + 1), served: isServed(path) };
    judged.push('text' in decoded ? { ...result, hits: withoutMeant(result.hits, decoded.text, file) } : result);
  }
  return judged;
}
