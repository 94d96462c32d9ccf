import type { SourceTree } from '../../code/source-tree.ts';
import type { AnalysisType } from '../../generated/prisma/enums.ts';

/** Something that was not looked at; `file` is null where it concerns the whole tree. */
export interface FileGap {
  readonly type: AnalysisType;
  readonly file: string | null;
  readonly engine: string;
  readonly reason: string;
}

/**
 * Tells of a file whether one of two analyses could not read it for a type as well as the other. What both could not
 * read in the same way is comparable.
 */
export function unreadByOne(
  before: readonly FileGap[],
  now: readonly FileGap[],
): (one: { readonly type: AnalysisType; readonly file: string }) => boolean {
  const [reasonsBefore, reasonsNow] = [reasonsOf(before), reasonsOf(now)];
  return ({ type, file }) => {
    const place = `${type}\0${file}`;
    return reasonsBefore.get(place) !== reasonsNow.get(place);
  };
}

/** By type and file, why it was not read. */
function reasonsOf(gaps: readonly FileGap[]): Map<string, string> {
  const sayings = gaps.flatMap(({ type, file, engine, reason }) =>
    file === null ? [] : [{ place: `${type}\0${file}`, said: `${engine}: ${reason}` }],
  );
  const reasons = new Map<string, string>();
  for (const { place, said } of sayings.sort((a, b) => (a.said < b.said ? -1 : 1)))
    reasons.set(place, `${reasons.get(place) ?? ''}${said}\n`);
  return reasons;
}

/**
 * Tells of a file whether it may be in a folder still and is not in its tree: by a rule, or because a limit was
 * reached. A file that has gone is not left out.
 */
export function leftOutOf({ files, skips, limitsReached }: SourceTree): (file: string) => boolean {
  const seen = new Set(files.map(({ path }) => path));
  const skipped = new Set(skips.map(({ path }) => path));
  return (file) => !seen.has(file) && (limitsReached.length > 0 || isBelow(file, skipped));
}

/** Whether a path or a folder above it is among these. */
function isBelow(path: string, paths: ReadonlySet<string>): boolean {
  if (paths.has(path)) return true;
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (paths.has(path.slice(0, at))) return true;
  }
  return false;
}
