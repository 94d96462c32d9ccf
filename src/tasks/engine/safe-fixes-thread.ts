import { parseSource } from '../../code/symbols.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { FixableFile, SafeFix } from './safe-fix.ts';
import { scriptFixes } from './safe-fixes-imports.ts';
import { pythonFixes } from './safe-fixes-python.ts';

/** Files to be mended, or texts to be parsed. Plain data. */
export interface FixBatch {
  readonly files: readonly FixableFile[];
}

/** What could be done in each file. */
export interface FixedFile {
  readonly path: string;
  /** How many places of the text cannot be parsed. */
  readonly problems: number;
  readonly fixes: readonly SafeFix[];
}

/** This module as a task for a thread. */
export const FIND_FIXES: ThreadTask<FixBatch, FixedFile[]> = { module: new URL(import.meta.url) };

/** Thread entry: parses each text and finds what could safely be done about its findings. */
export default async function findFixes({ files }: FixBatch): Promise<FixedFile[]> {
  const found: FixedFile[] = [];
  for (const file of files) {
    const { problems } = await parseSource(file.path, file.text);
    const isWhole = problems.length === 0;
    found.push({ path: file.path, problems: problems.length, fixes: isWhole ? await fixesOf(file) : [] });
  }
  return found;
}

async function fixesOf(file: FixableFile): Promise<readonly SafeFix[]> {
  if (file.findings.length === 0) return [];
  if (/\.py$/.test(file.path)) return pythonFixes(file);
  return /\.[cm]?[jt]sx?$/.test(file.path) ? scriptFixes(file) : [];
}
