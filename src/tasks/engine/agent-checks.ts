import { isRuffSettings } from '../../code/quality/ruff-settings.ts';
import { isScriptSettings } from '../../code/quality/script-settings.ts';
import { ThreadDiedError, type ThreadTask } from '../../platform/thread-pool.ts';
import type { ParsedEdit } from '../check-parsing.ts';
import type { WorkingCopy } from './agent-copy.ts';
import { type AnalysedFinding, type AnalysedTree, analyseTree, quickTypes } from './analysed-tree.ts';
import type { FileEdit, TaskTools } from './task-engine.ts';

/** What became of the edits of a model when they were checked. */
export interface CheckedWork {
  /** Those that are kept. */
  readonly edits: readonly FileEdit[];
  /** Those that are not, with the reason as the end of a sentence. */
  readonly dropped: readonly { readonly path: string; readonly reason: string }[];
  /** Findings that the kept edits bring. */
  readonly worse: readonly AnalysedFinding[];
  /** Findings that are gone with them. */
  readonly better: number;
  /** Who compared; empty where nobody reads the languages of the edits. */
  readonly engines: AnalysedTree['engines'];
  /** Why they could not be compared, as a sentence; null when they were. */
  readonly unchecked: string | null;
}

const CHECK_PARSING: ThreadTask<readonly ParsedEdit[], readonly (string | null)[]> = {
  module: new URL('../check-parsing.ts', import.meta.url),
};
/** Seconds for both versions together: a task must come to its end. */
const SECONDS = 240;

/** Why changed files would no longer parse, as the end of a sentence, by path. */
export async function parsingProblems(
  edits: readonly FileEdit[],
  tools: Pick<TaskTools, 'threads' | 'signal'>,
): Promise<ReadonlyMap<string, string>> {
  const parsed = edits.flatMap(({ path, before, after }) => (after === null ? [] : [{ path, before, after }]));
  if (parsed.length === 0) return new Map();
  const problems = await problemsOf(parsed, tools);
  return new Map(
    parsed.flatMap(({ path }, index) => {
      const problem = problems[index] ?? null;
      return problem === null ? [] : [[path, problem] as const];
    }),
  );
}

async function problemsOf(
  edits: readonly ParsedEdit[],
  tools: Pick<TaskTools, 'threads' | 'signal'>,
): Promise<readonly (string | null)[]> {
  try {
    return await tools.threads.run(CHECK_PARSING, edits, { signal: tools.signal });
  } catch (error) {
    if (!(error instanceof ThreadDiedError)) throw error;
    if (edits.length === 1) return ['would take its parser more memory than there is'];
    const alone: (string | null)[] = [];
    for (const one of edits) alone.push(...(await problemsOf([one], tools)));
    return alone;
  }
}

/**
 * Drops the edits of files that would no longer parse, and compares what the analysers say of the rest with what they
 * said before. Rejects with the signal's reason only.
 */
export async function checkWork(copy: WorkingCopy, tools: TaskTools): Promise<CheckedWork> {
  const problems = await parsingProblems(copy.edits, tools);
  for (const path of problems.keys()) await copy.revert(path);
  const dropped = [...problems].map(([path, reason]) => ({ path, reason }));
  const { edits } = copy;
  const none = { edits, dropped, worse: [], better: 0, engines: [], unchecked: null };
  if (edits.length === 0) return none;
  const limit = AbortSignal.timeout(SECONDS * 1000);
  const signal = AbortSignal.any([tools.signal, limit]);
  try {
    const paths = new Set(edits.map(({ path }) => path));
    const before = await analyseFiles(copy, 'before', paths, { signal, withTypes: true });
    tools.report(0.95, 'Comparing what the analysers say');
    const now = await analyseFiles(copy, 'now', paths, { signal, withTypes: true });
    return { ...none, ...compared(before, now), engines: now.engines };
  } catch (error) {
    tools.signal.throwIfAborted();
    if (!limit.aborted) throw error;
    return { ...none, unchecked: `The analysers did not come to an end within ${SECONDS} seconds.` };
  }
}

/** What the analysers say of some files of the copy, or of the checkout as it was. Types are told of all files. */
export async function analyseFiles(
  copy: WorkingCopy,
  side: 'before' | 'now',
  paths: ReadonlySet<string>,
  { signal, withTypes }: { readonly signal: AbortSignal; readonly withTypes: boolean },
): Promise<AnalysedTree> {
  const isSettings = (path: string) => isRuffSettings(path) || isScriptSettings(path);
  const some = copy.analyserInput(side, (path) => paths.has(path) || isSettings(path));
  const quick = await analyseTree({ ...some, signal }, quickTypes);
  // A name that is changed in one file is missed in another.
  if (!withTypes || ![...paths].some((path) => /\.(?:pyi?|[cm]?[jt]sx?)$/.test(path))) return quick;
  const types = await analyseTree({ ...copy.analyserInput(side, () => true), signal }, ['TYPES']);
  return {
    findings: [...quick.findings, ...types.findings],
    all: [...quick.all, ...types.all],
    engines: [...quick.engines, ...types.engines],
    gaps: [...quick.gaps, ...types.gaps],
    done: [...quick.done, ...types.done],
  };
}

/**
 * What is told more often of a file than before, by rule: a finding on a line that was rewritten is no new one. Types
 * of analysis that only one side has are not compared.
 */
function compared(before: AnalysedTree, now: AnalysedTree): Pick<CheckedWork, 'worse' | 'better' | 'unchecked'> {
  const kind = ({ engine, rule, file }: AnalysedFinding) => `${engine}\0${rule}\0${file}`;
  const isDone = ({ type }: AnalysedFinding) => before.done.includes(type) && now.done.includes(type);
  const was = Map.groupBy(before.all.filter(isDone), kind);
  const is = Map.groupBy(now.all.filter(isDone), kind);
  const worse = [...is].flatMap(([key, there]) => {
    const known = was.get(key) ?? [];
    const more = there.length - known.length;
    if (more <= 0) return [];
    const prints = new Set(known.map(({ fingerprint }) => fingerprint));
    return there
      .toSorted((a, b) => Number(prints.has(a.fingerprint)) - Number(prints.has(b.fingerprint)))
      .slice(0, more);
  });
  const better = [...was].reduce(
    (sum, [key, there]) => sum + Math.max(0, there.length - (is.get(key)?.length ?? 0)),
    0,
  );
  const missed = [...new Set([...before.done, ...now.done])].filter(
    (type) => !before.done.includes(type) || !now.done.includes(type),
  );
  const all = [...missed, ...quickTypes.filter((type) => !before.done.includes(type) && !now.done.includes(type))];
  return {
    worse,
    better,
    unchecked: all.length === 0 ? null : `The analysis of ${all.join(' and ').toLowerCase()} came to no end.`,
  };
}
