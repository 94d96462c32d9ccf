import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { OutputLimitError, ProcessTimeoutError, runProcess } from '../../platform/child-process.ts';
import { sourceVersion } from '../../platform/source-version.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import { workInThread } from '../thread-work.ts';
import { type LintResult, lintResult } from './file-facts.ts';
import type { InstalledEngine } from './installed.ts';
import { contentKey, keep, readKept } from './kept.ts';
import type { LintedFiles } from './oxlint-judgement.ts';
import { isDoubtful } from './oxlint-meant.ts';
import { oxlintConfig } from './oxlint-rules.ts';
import { isServed } from './page-scripts.ts';

const TIMEOUT_MILLISECONDS = 120_000;
const MAX_OUTPUT_BYTES = 128 * 1024 * 1024;
/** What the command line of a child may hold is bounded by the system. */
const BATCH_FILES = 1_000;
const BATCH_CHARACTERS = 60_000;
const LONGEST_MESSAGE = 300;
/** What a batch takes is some hundred milliseconds; hostile text could take hours. */
const BATCH_MILLISECONDS = 30_000;
const FILE_MILLISECONDS = 5_000;
const JUDGE: ThreadTask<LintedFiles, readonly LintResult[]> = {
  module: new URL('./oxlint-judgement.ts', import.meta.url),
};

/** Said of all files at once: asking for fewer of them would not help. */
const REFUSED = 'oxlint does not run on this machine';

const answer = z.object({
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().optional(),
      help: z.string().optional(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.int(), column: z.int() }) })),
    }),
  ),
});

/** What oxlint said of each file, and why it said nothing of some. */
export interface OxlintResult {
  readonly lint: ReadonlyMap<string, LintResult>;
  readonly failures: ReadonlyMap<string, string>;
}

/** What a child is started with. */
interface Run {
  readonly input: AnalyserInput;
  readonly engine: InstalledEngine;
  /** Path of the configuration, outside of the tree. */
  readonly config: string;
  readonly lint: Map<string, LintResult>;
  readonly failures: Map<string, string>;
}

/**
 * Lints JavaScript and TypeScript files by oxlint, but for those whose content is known. It reads a configuration of
 * our own and none of the tree's, so nothing of the tree is run; comments of suppression are heeded. Rejects with the
 * signal's reason only.
 */
export async function lintScripts(
  input: AnalyserInput,
  engine: InstalledEngine,
  paths: readonly string[],
): Promise<OxlintResult> {
  const kind = `quality oxlint ${engine.version} ${sourceVersion(new URL(import.meta.url))}`;
  const keys = new Map(paths.map((path) => [path, keyOf(input, path)]));
  const known = readKept(
    input.cache,
    kind,
    [...keys.values()].filter((key) => key !== null),
    lintResult,
  );
  const lint = new Map<string, LintResult>();
  const fresh: string[] = [];
  for (const path of paths) {
    const kept = known.get(keys.get(path) ?? '');
    if (kept === undefined) fresh.push(path);
    else lint.set(path, kept);
  }
  if (fresh.length === 0) return { lint, failures: new Map() };
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'millwright-oxlint-')));
  try {
    const config = join(folder, 'oxlintrc.json');
    await writeFile(config, JSON.stringify(oxlintConfig));
    const run: Run = { input, engine, config, lint, failures: new Map() };
    for (const batch of batchesOf(fresh)) {
      await lintBatch(run, batch);
      keep(
        input.cache,
        kind,
        batch.flatMap((path) => keptOf(run, path, keys.get(path) ?? null)),
      );
    }
    return run;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What is kept of a file is kept under its content, its name and what else is looked at here. oxlint takes every file
 * below a folder of that name for a test, also where that folder is above the tree.
 */
function keyOf({ hashes, root }: AnalyserInput, path: string): string | null {
  const key = contentKey(hashes, path);
  const folders = [isServed(path) ? ' served' : '', /[/\\]__tests__[/\\]/.test(`${root}/${path}`) ? ' tests' : ''];
  return key === null ? null : `${key}${folders.join('')}`;
}

function keptOf({ lint }: Run, path: string, key: string | null): [string, LintResult][] {
  const found = lint.get(path);
  return found === undefined || key === null ? [] : [[key, found]];
}

function batchesOf(paths: readonly string[]): string[][] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let characters = 0;
  for (const path of paths) {
    if (batch.length >= BATCH_FILES || characters + path.length > BATCH_CHARACTERS) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(path);
    characters += path.length + 3;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/** Lints a batch; one that kills the linter is halved until it is known which file it is. */
async function lintBatch(run: Run, batch: readonly string[]): Promise<void> {
  const result = await ask(run, batch);
  if (typeof result !== 'string') {
    for (const path of batch) {
      if (!run.failures.has(path)) run.lint.set(path, result.get(path) ?? { hits: [], problem: null });
    }
    return;
  }
  const [only] = batch;
  if ((only !== undefined && batch.length === 1) || result === REFUSED) {
    for (const path of batch) run.failures.set(path, result);
    return;
  }
  const middle = batch.length >> 1;
  await lintBatch(run, batch.slice(0, middle));
  await lintBatch(run, batch.slice(middle));
}

/** What oxlint says of files, or why it gave no answer. */
async function ask(run: Run, batch: readonly string[]): Promise<Map<string, LintResult> | string> {
  const { engine, config, input } = run;
  const options = ['-c', config, '--disable-nested-config', '--no-ignore', '--no-error-on-unmatched-pattern'];
  try {
    const { exitCode, stdout } = await runProcess(
      process.execPath,
      [engine.path, ...options, '-f', 'json', ...batch.map((path) => `./${path}`)],
      {
        cwd: input.root,
        signal: input.signal,
        timeoutMs: TIMEOUT_MILLISECONDS,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        givesWay: true,
      },
    );
    // It ends with 1 for faults too, but not without saying them; what kills it has a code of its own.
    if (exitCode === 1 && !stdout.trimStart().startsWith('{')) return REFUSED;
    return await withoutMeantHits(run, resultsOf(answer.parse(JSON.parse(stdout))));
  } catch (error) {
    input.signal.throwIfAborted();
    if (error instanceof ProcessTimeoutError) return `oxlint took longer than ${TIMEOUT_MILLISECONDS / 1000} s`;
    if (error instanceof OutputLimitError) return 'oxlint had too much to say of it';
    return 'oxlint gave no answer';
  }
}

/**
 * Leaves out what is meant, in a thread: for that the text is looked at where there is doubt. A file of which that
 * takes too long is a failure of its own.
 */
async function withoutMeantHits(run: Run, results: ReadonlyMap<string, LintResult>): Promise<Map<string, LintResult>> {
  const judged = new Map(results);
  const doubtful = [...results].filter(([, { hits }]) => hits.some(isDoubtful));
  if (doubtful.length === 0) return judged;
  const { input, failures } = run;
  const judge = (some: typeof doubtful, milliseconds: number) =>
    workInThread(input, JUDGE, { root: input.root, results: some }, { milliseconds });
  const take = (some: typeof doubtful, found: readonly LintResult[]) => {
    for (const [index, [path]] of some.entries()) judged.set(path, found[index] ?? { hits: [], problem: null });
  };
  const found = await judge(doubtful, BATCH_MILLISECONDS);
  if (!('exceeded' in found)) {
    take(doubtful, found);
    return judged;
  }
  for (const one of doubtful) {
    const alone = await judge([one], FILE_MILLISECONDS);
    if (!('exceeded' in alone)) take([one], alone);
    else {
      judged.delete(one[0]);
      failures.set(one[0], `${alone.exceeded} did not do to judge what oxlint said`);
    }
  }
  return judged;
}

/** Rules that first show what stands there already, and then what must not: that is the place to change. */
const SECOND_IS_WRONG =
  /^eslint\((?:no-dupe-keys|no-dupe-class-members|no-dupe-else-if|no-duplicate-case|no-redeclare|no-const-assign)\)$/;

type Label = z.infer<typeof answer>['diagnostics'][number]['labels'][number];

function spanOf(code: string | undefined, labels: readonly Label[]): Label['span'] {
  const label = code !== undefined && SECOND_IS_WRONG.test(code) ? labels.at(-1) : labels[0];
  return label?.span ?? { line: 1, column: 1 };
}

function resultsOf({ diagnostics }: z.infer<typeof answer>): Map<string, LintResult> {
  const found = new Map<string, { hits: LintResult['hits'][number][]; problem: string | null }>();
  for (const { message, code, help, filename, labels } of diagnostics) {
    const path = filename.replaceAll('\\', '/').replace(/^\.\//, '');
    const result = found.get(path) ?? { hits: [], problem: null };
    found.set(path, result);
    const span = spanOf(code, labels);
    const said = message.slice(0, LONGEST_MESSAGE);
    if (code === undefined) {
      result.problem ??= `Line ${span.line}: ${said}`;
      continue;
    }
    const [, plugin = '', name = ''] = /^([^(]+)\((.+)\)$/.exec(code) ?? [];
    // Rules of hooks are asked for under one plugin's name and answered under another's.
    const rule = `${plugin.replace(/^eslint-plugin-|-hooks$/g, '')}/${name}`;
    const { line, column } = span;
    result.hits.push({
      code: rule,
      message: said,
      help: help?.slice(0, LONGEST_MESSAGE) ?? null,
      line,
      column,
      endLine: line,
    });
  }
  for (const { hits } of found.values()) {
    hits.sort((a, b) => a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1));
  }
  return found;
}
