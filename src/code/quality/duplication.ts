import { createHash } from 'node:crypto';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputLimitError, ProcessStartError, ProcessTimeoutError, runProcess } from '../../platform/child-process.ts';
import { sourceVersion } from '../../platform/source-version.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput } from '../analyser.ts';
import type { RawFinding } from '../findings.ts';
import { workInThread } from '../thread-work.ts';
import { type Clone, clones, duplicateReport, type FoundDuplicates } from './clones.ts';
import type { InstalledEngine } from './installed.ts';
import { keep, readKept } from './kept.ts';

const TIMEOUT_MILLISECONDS = 180_000;
/** What two places must have in common to be told. */
const MIN_TOKENS = 70;
const MIN_LINES = 6;
const MEDIUM_LINES = 40;
const JUDGING_MILLISECONDS = 60_000;
const JUDGE: ThreadTask<FoundDuplicates, readonly Clone[]> = { module: new URL('./clones.ts', import.meta.url) };

/** What is there more than once, or why that is not known. */
export interface Duplication {
  readonly findings: readonly RawFinding[];
  /** Lines that stand in a block which is there more than once, by file. */
  readonly lines: number;
  readonly reason: string | null;
}

/**
 * Looks for blocks that stand in several places of these files, by jscpd. Key of what is known are the contents of all
 * of them. Rejects with the signal's reason only.
 */
export async function findDuplication(
  input: AnalyserInput,
  engine: InstalledEngine | null,
  paths: readonly string[],
): Promise<Duplication> {
  if (engine === null) return { findings: [], lines: 0, reason: 'jscpd is not installed for this machine' };
  if (paths.length === 0) return { findings: [], lines: 0, reason: null };
  const kind = `quality jscpd ${engine.version} ${sourceVersion(new URL(import.meta.url))}`;
  const key = keyOf(input, paths);
  const known = key === null ? undefined : readKept(input.cache, kind, [key], clones).get(key);
  const found = known?.clones ?? (await run(input, engine, paths));
  if (typeof found === 'string') return { findings: [], lines: 0, reason: found };
  if (known === undefined && key !== null) keep(input.cache, kind, [[key, { clones: found }]]);
  return { findings: found.map(findingOf), lines: duplicatedLines(found), reason: null };
}

function keyOf({ hashes }: AnalyserInput, paths: readonly string[]): string | null {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = hashes.get(path);
    if (content === undefined) return null;
    hash.update(`${path}\0${content}\n`);
  }
  return hash.digest('hex');
}

/** Runs jscpd in a folder of its own: it reads the configuration of the folder it is started in. */
async function run(input: AnalyserInput, engine: InstalledEngine, paths: readonly string[]): Promise<Clone[] | string> {
  const { root, signal } = input;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'millwright-jscpd-')));
  try {
    const config = join(folder, 'files.json');
    await writeFile(config, JSON.stringify({ path: paths.map((path) => join(root, path)) }));
    const sizes = ['--min-tokens', `${MIN_TOKENS}`, '--min-lines', `${MIN_LINES}`, '--max-size', '2mb'];
    const output = ['--reporters', 'json', '--output', folder, '--absolute', '--silent', '--no-tips', '--no-gitignore'];
    const { exitCode } = await runProcess(engine.path, ['-c', config, ...sizes, ...output], {
      cwd: folder,
      env: { HOME: folder },
      signal,
      timeoutMs: TIMEOUT_MILLISECONDS,
      givesWay: true,
    });
    if (exitCode !== 0) return `jscpd ended with code ${exitCode}`;
    const { duplicates } = duplicateReport.parse(JSON.parse(await readFile(join(folder, 'jscpd-report.json'), 'utf8')));
    const judged = await workInThread(input, JUDGE, { root, duplicates }, { milliseconds: JUDGING_MILLISECONDS });
    return 'exceeded' in judged ? `${judged.exceeded} did not do to judge what jscpd found` : [...judged];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProcessTimeoutError) return `jscpd took longer than ${TIMEOUT_MILLISECONDS / 1000} s`;
    if (error instanceof OutputLimitError) return 'jscpd had too much to say';
    if (error instanceof ProcessStartError) return 'jscpd cannot be started on this machine';
    return 'jscpd gave no answer';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function findingOf({ first, second, tokens, digest }: Clone): RawFinding {
  const lines = second.end - second.start + 1;
  return {
    rule: 'duplicated-block',
    engine: 'jscpd',
    severity: lines >= MEDIUM_LINES ? 'medium' : 'low',
    file: second.name,
    line: second.start,
    column: null,
    endLine: second.end,
    message: `${lines} lines (${tokens} tokens) are the same as ${first.name}:${first.start}-${first.end}.`,
    suggestion: `Write what ${first.name}:${first.start} and this have in common once.`,
    cwe: null,
    subject: `${digest} ${first.name}`,
  };
}

/** How many lines stand in a block that is there more than once; each line counts once. */
function duplicatedLines(found: readonly Clone[]): number {
  const lines = new Map<string, Set<number>>();
  for (const { name, start, end } of found.flatMap(({ first, second }) => [first, second])) {
    const seen = lines.get(name) ?? new Set();
    lines.set(name, seen);
    for (let line = start; line <= end; line += 1) seen.add(line);
  }
  return [...lines.values()].reduce((sum, { size }) => sum + size, 0);
}
