import { parseSync } from 'oxc-parser';
import { parsedLanguageOf } from '../../code/languages.ts';
import { LineIndex } from '../../code/lines.ts';
import { withPythonTree } from '../../code/python-grammar.ts';
import { measureFunctions } from '../../code/quality/complexity.ts';
import { pythonFlow } from '../../code/quality/python-flow.ts';
import { copyTree } from '../../code/quality/python-nodes.ts';
import { scriptFlow } from '../../code/quality/script-flow.ts';
import { ThreadDiedError, type ThreadPool, type ThreadTask } from '../../platform/thread-pool.ts';
import { countBranches } from './branch-counts.ts';
import { textAt } from './tree-texts.ts';

/** A function of a file and how complex it is. */
export interface MeasuredFunction {
  readonly name: string | null;
  readonly line: number;
  readonly endLine: number;
  readonly cyclomatic: number;
  /** Null where its language has no measure of it here. */
  readonly cognitive: number | null;
}

/** How complex a file is. */
export interface FileMeasure {
  readonly path: string;
  readonly functions: number;
  /** Sum over its functions. */
  readonly cyclomatic: number;
  /** The most complex ones, the worst first. */
  readonly worst: readonly MeasuredFunction[];
}

interface MeasureBatch {
  readonly root: string;
  readonly paths: readonly string[];
}

const MEASURE: ThreadTask<MeasureBatch, FileMeasure[]> = { module: new URL(import.meta.url) };

const BATCH_FILES = 48;
const BATCH_MILLISECONDS = 60_000;
/** The deepest nesting that fits into so many bytes does not overflow the stack of a thread. */
const LARGEST_SCRIPT = 256 * 1024;
const MOST_WORST = 3;

/**
 * Measures the functions of files in threads. A file that cannot be measured is left out. Rejects with the signal's
 * reason only.
 */
export async function measureComplexity(
  root: string,
  files: readonly { readonly path: string; readonly size: number }[],
  { threads, signal }: { readonly threads: ThreadPool; readonly signal: AbortSignal },
): Promise<Map<string, FileMeasure>> {
  const paths = files
    .filter(({ path, size }) => size <= LARGEST_SCRIPT || !/\.[cm]?[jt]sx?$/.test(path))
    .map(({ path }) => path);
  const batches = Array.from({ length: Math.ceil(paths.length / BATCH_FILES) }, (_, at) =>
    paths.slice(at * BATCH_FILES, (at + 1) * BATCH_FILES),
  );
  const found = new Map<string, FileMeasure>();
  const waiting = batches.values();
  const stop = new AbortController();
  const work = async (): Promise<void> => {
    for (const batch of waiting) {
      const limit = AbortSignal.timeout(BATCH_MILLISECONDS);
      try {
        const both = AbortSignal.any([signal, stop.signal, limit]);
        for (const one of await threads.run(MEASURE, { root, paths: batch }, { signal: both }))
          found.set(one.path, one);
      } catch (error) {
        signal.throwIfAborted();
        if (!(limit.aborted || error instanceof ThreadDiedError)) throw error;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: threads.threads }, work));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  return found;
}

/** Thread entry: measures the functions of some files. */
export default async function measureFiles({ root, paths }: MeasureBatch): Promise<FileMeasure[]> {
  const found: FileMeasure[] = [];
  for (const path of paths) {
    const file = textAt(root, path);
    if (file === null) continue;
    const functions = await functionsOf(path, file.text).catch(() => null);
    if (functions === null) continue;
    const worst = [...functions].sort((a, b) => weight(b) - weight(a) || a.line - b.line).slice(0, MOST_WORST);
    found.push({
      path,
      functions: functions.length,
      cyclomatic: functions.reduce((sum, one) => sum + one.cyclomatic, 0),
      worst,
    });
  }
  return found;
}

function weight({ cyclomatic, cognitive }: MeasuredFunction): number {
  return Math.max(cyclomatic, cognitive ?? 0);
}

async function functionsOf(path: string, text: string): Promise<MeasuredFunction[]> {
  const language = parsedLanguageOf(path);
  if (language === null) return [];
  if (language === 'python') {
    const { tree } = await withPythonTree(text, copyTree);
    return measureFunctions(pythonFlow(text, tree)).map(kept);
  }
  if (language === 'typescript' || language === 'javascript') {
    const lang = /\.[mc]?jsx?$/.test(path) ? ({ lang: 'jsx' } as const) : {};
    const { program } = parseSync(path, text, { preserveParens: false, ...lang });
    return measureFunctions(scriptFlow({ text, lines: new LineIndex(text), visit: () => undefined }, program)).map(
      kept,
    );
  }
  return (await countBranches(language, text)).map((one) => ({ ...one, cognitive: null }));
}

function kept({ name, line, endLine, cyclomatic, cognitive }: MeasuredFunction): MeasuredFunction {
  return { name, line, endLine, cyclomatic, cognitive };
}
