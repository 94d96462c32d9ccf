import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '../app.ts';
import type { ThreadTask } from '../platform/thread-pool.ts';
import type { ParsedEdit } from './check-parsing.ts';
import type { FileEdit } from './engine/task-engine.ts';
import { safePath } from './safe-path.ts';

/** An edit that was not kept, and why, as the end of a sentence. */
export interface DroppedEdit {
  readonly path: string;
  readonly reason: string;
}

/** Edits that may be made, and those that may not. */
export interface CheckedEdits {
  readonly kept: readonly FileEdit[];
  readonly dropped: readonly DroppedEdit[];
}

/** Bytes of a changed file, of all together, and how many there may be. */
const largestFile = 2_000_000;
const largestSum = 20_000_000;
const mostFiles = 1000;

const CHECK: ThreadTask<readonly ParsedEdit[], readonly (string | null)[]> = {
  module: new URL('./check-parsing.ts', import.meta.url),
};

/**
 * Keeps the edits that stay within the checkout, were made of what stands there, and leave files that still parse. What
 * engines give is looked at as something foreign: a model may have been talked into anything by what it read.
 */
export async function checkEdits(
  app: App,
  root: string,
  edits: readonly FileEdit[],
  signal: AbortSignal,
): Promise<CheckedEdits> {
  const candidates: FileEdit[] = [];
  const dropped: DroppedEdit[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  for (const edit of edits) {
    signal.throwIfAborted();
    if (edit.before === edit.after) continue;
    const key = edit.path.normalize('NFC').toLowerCase();
    bytes += Buffer.byteLength(edit.after ?? '');
    const complaint = seen.has(key)
      ? 'was changed twice'
      : bytes > largestSum || candidates.length >= mostFiles
        ? 'is more than one task may change'
        : await complaintAbout(root, edit);
    seen.add(key);
    if (complaint === null) candidates.push(edit);
    else dropped.push({ path: edit.path, reason: complaint });
  }
  const problems = await parsingProblems(app, candidates, signal);
  const kept = candidates.filter((edit) => !problems.has(edit.path));
  for (const [path, reason] of problems) dropped.push({ path, reason });
  return { kept, dropped };
}

async function complaintAbout(root: string, { path, before, after }: FileEdit): Promise<string | null> {
  const found = await safePath(root, path);
  if (found.kind === 'refused') return found.reason;
  if (after !== null && (after.includes('\0') || !after.isWellFormed())) return 'would not be text';
  if (after !== null && Buffer.byteLength(after) > largestFile) return 'would be too large';
  if (before === null) return found.kind === 'file' ? 'exists already' : null;
  if (found.kind === 'nothing') return 'is not there';
  const present = await readFile(join(root, path));
  return present.equals(Buffer.from(before)) ? null : 'is not what the change was made of';
}

/** Why changed files would no longer parse, by path. */
async function parsingProblems(
  app: App,
  edits: readonly FileEdit[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const parsed = edits.flatMap(({ path, before, after }) => (after === null ? [] : [{ path, before, after }]));
  if (parsed.length === 0) return new Map();
  const problems = await app.threads.run(CHECK, parsed, { signal });
  return new Map(
    parsed.flatMap(({ path }, index) => {
      const problem = problems[index] ?? null;
      return problem === null ? [] : [[path, problem] as const];
    }),
  );
}
