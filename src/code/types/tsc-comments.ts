import { parseSync } from 'oxc-parser';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { BROKEN } from './tsc-rules.ts';
import { offsetOf } from './tsc-syntax.ts';

/**
 * What the compiler said of files, without what does not parse in the comments of JavaScript. Nothing that runs reads
 * these: the file is none that does not parse, and its types are said all the same.
 */
export function withoutComments(
  diagnostics: readonly Diagnostic[],
  files: readonly MirroredFile[],
): readonly Diagnostic[] {
  const isOfComments = ({ file, rule }: Diagnostic) => BROKEN.has(rule) && /\.[cm]?jsx?$/.test(file);
  const asked = new Set(diagnostics.filter(isOfComments).map(({ file }) => file));
  if (asked.size === 0) return diagnostics;
  const isComment = new Map(
    files.flatMap(({ path, text }) => (asked.has(path) ? [[path, commentsOf(path, text)] as const] : [])),
  );
  return diagnostics.filter((one) => !isOfComments(one) || isComment.get(one.file)?.(one.line, one.column) !== true);
}

/** Says of places of a script, counted from 1, whether they are in one of its comments. */
function commentsOf(path: string, text: string): (line: number, column: number) => boolean {
  const { comments } = parseSync(path, text, /\.[cm]?js$/.test(path) ? { lang: 'jsx' } : {});
  return (line, column) => {
    const offset = offsetOf(text, line, column);
    return comments.some(({ start, end }) => start < offset && offset <= end);
  };
}
