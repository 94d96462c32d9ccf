import type { Skip, SkipReason } from './source-text.ts';
import { compareBytes } from './source-tree.ts';

/** How much a rule left out. */
export interface LeftOut {
  readonly reason: SkipReason;
  /** Files, those in folders that were left out whole among them as far as they were listed. */
  readonly files: number;
  /** Folders that were left out whole without being opened: what is in them is not counted. */
  readonly folders: number;
}

/** Counts what was left out by the rule that did it, most files first. */
export function countLeftOut(skips: readonly Skip[]): LeftOut[] {
  const counts = new Map<SkipReason, { files: number; folders: number }>();
  for (const { reason, folderOf } of skips) {
    const count = counts.get(reason) ?? { files: 0, folders: 0 };
    if (folderOf === null) count.folders += 1;
    else count.files += folderOf ?? 1;
    counts.set(reason, count);
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, ...count }))
    .sort((a, b) => b.files - a.files || b.folders - a.folders || compareBytes(a.reason, b.reason));
}
