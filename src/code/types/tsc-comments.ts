import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import { workInThread } from '../thread-work.ts';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import type { BrokenPlaces } from './tsc-commented-places.ts';
import { BROKEN } from './tsc-rules.ts';

/** A module of its own: the parser is loaded by threads only. */
const FIND_COMMENTED: ThreadTask<BrokenPlaces, readonly boolean[]> = {
  module: new URL('./tsc-commented-places.ts', import.meta.url),
};

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
