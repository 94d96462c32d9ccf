import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import { workInThread } from '../thread-work.ts';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { parseScript } from './script-tree.ts';
import { BROKEN } from './tsc-rules.ts';
import { offsetOf } from './tsc-syntax.ts';

/** What does not parse, with the files that it is told of. Plain data. */
interface BrokenPlaces {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly MirroredFile[];
}

const FIND_COMMENTED: ThreadTask<BrokenPlaces, readonly boolean[]> = { module: new URL(import.meta.url) };

/**
 * What the compiler said of files, without what does not parse in the comments of JavaScript. Nothing that runs reads
 * these: the file is none that does not parse, and its types are said all the same.
 */
export async function withoutComments(
  diagnostics: readonly Diagnostic[],
  files: readonly MirroredFile[],
  input: Pick<AnalyserInput, 'threads' | 'signal'>,
): Promise<readonly Diagnostic[]> {
  const isOfScript = ({ file, rule }: Diagnostic) => BROKEN.has(rule) && /\.[cm]?jsx?$/.test(file);
  const asked = new Set(diagnostics.filter(isOfScript).map(({ file }) => file));
  if (asked.size === 0) return diagnostics;
  const inScripts = diagnostics.filter(isOfScript);
  const places = { diagnostics: inScripts, files: files.filter(({ path }) => asked.has(path)) };
  const found = await workInThread(input, FIND_COMMENTED, places, { urgent: true });
  if ('exceeded' in found) return diagnostics;
  const commented = new Set(inScripts.filter((_, index) => found[index]));
  return diagnostics.filter((one) => !commented.has(one));
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
