import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { parseScript } from './script-tree.ts';
import { offsetOf } from './tsc-syntax.ts';

/** What does not parse, with the files that it is told of. Plain data. */
export interface BrokenPlaces {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly MirroredFile[];
}

/** Thread entry: of each place, whether it is in a comment. */
export default function areCommented({ diagnostics, files }: BrokenPlaces): readonly boolean[] {
  const isComment = new Map(files.map(({ path, text }) => [path, commentsOf(path, text)]));
  return diagnostics.map(({ file, line, column }) => isComment.get(file)?.(line, column) === true);
}

/** Says of places of a script, counted from 1, whether they are in one of its comments. */
function commentsOf(path: string, text: string): (line: number, column: number) => boolean {
  const comments = parseScript(path, text)?.comments ?? [];
  return (line, column) => {
    const offset = offsetOf(text, line, column);
    return comments.some(({ start, end }) => start < offset && offset <= end);
  };
}
