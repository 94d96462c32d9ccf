import { createHash } from 'node:crypto';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { OutputLimitError, ProcessStartError, ProcessTimeoutError, runProcess } from '../../platform/child-process.ts';
import { sourceVersion } from '../../platform/source-version.ts';
import type { AnalyserInput } from '../analyser.ts';
import type { RawFinding } from '../findings.ts';
import { decodeSource, readSourceBytes } from '../source-text.ts';
import type { InstalledEngine } from './installed.ts';
import { keep, readKept } from './kept.ts';

const TIMEOUT_MILLISECONDS = 180_000;
/** What two places must have in common to be told. */
const MIN_TOKENS = 70;
const MIN_LINES = 6;
/** Lines that are no import, no bracket, no parameter, no comment and no docstring. */
const MIN_CODE_LINES = 6;
const LARGEST_FILE = 2 * 1024 * 1024;
const MEDIUM_LINES = 40;
const MOST_CLONES = 5_000;

const place = z.object({ name: z.string(), start: z.int(), end: z.int() });
const report = z.object({
  duplicates: z.array(
    z.object({ firstFile: place, secondFile: place, lines: z.int(), tokens: z.int(), fragment: z.string() }),
  ),
});

const clone = z.object({
  first: place,
  second: place,
  tokens: z.int(),
  /** Of the text they share, to know them again when lines move. */
  digest: z.string(),
});
const clones = z.object({ clones: z.array(clone) });
type Clone = z.infer<typeof clone>;

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
async function run(
  { root, signal }: AnalyserInput,
  engine: InstalledEngine,
  paths: readonly string[],
): Promise<Clone[] | string> {
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
    const { duplicates } = report.parse(JSON.parse(await readFile(join(folder, 'jscpd-report.json'), 'utf8')));
    return await clonesOf(root, duplicates);
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

async function clonesOf(root: string, duplicates: z.infer<typeof report>['duplicates']): Promise<Clone[]> {
  const inTree = (one: z.infer<typeof place>) => ({
    ...one,
    name: one.name.slice(root.length + 1).replaceAll('\\', '/'),
  });
  const code = new Map<string, readonly boolean[]>();
  const found: Clone[] = [];
  for (const { firstFile, secondFile, tokens, fragment } of duplicates) {
    const [one, other] = [inTree(firstFile), inTree(secondFile)];
    const [first, second] = byPlace(one, other) < 0 ? [one, other] : [other, one];
    const lines = code.get(second.name) ?? (await codeLinesOf(root, second.name));
    code.set(second.name, lines);
    if (lines.slice(second.start - 1, second.end).filter(Boolean).length < MIN_CODE_LINES) continue;
    const digest = createHash('sha256').update(fragment.replace(/\s+/g, ' ')).digest('hex').slice(0, 16);
    found.push({ first, second, tokens, digest });
  }
  return withoutNested(found)
    .sort((a, b) => byPlace(a.second, b.second) || byPlace(a.first, b.first))
    .slice(0, MOST_CLONES);
}

/**
 * Of each line, whether it says something of its own: imports, brackets, comments and docstrings are alike everywhere.
 */
async function codeLinesOf(root: string, path: string): Promise<readonly boolean[]> {
  const read = await readSourceBytes(root, path, LARGEST_FILE);
  const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
  if (!('text' in decoded)) return [];
  const prose = /\.pyi?$/.test(path) ? /("""|''')[\s\S]*?\1/g : /\/\*[\s\S]*?\*\//g;
  const text = decoded.text.replace(prose, (block) => block.replace(/[^\n]+/g, ''));
  let inImport = false;
  return text.split('\n').map((line) => {
    const written = line.trim();
    if (inImport) {
      inImport = !/[)}]/.test(written);
      return false;
    }
    if (IMPORT.test(written)) {
      inImport = /[({]\s*$/.test(written);
      return false;
    }
    return !NO_CODE.test(written);
  });
}

/** Brackets, comments, and one entry of a list of parameters or fields: who overrides a method repeats those. */
const NO_CODE = /^(?:[\])};,(\s[{]*|\/\/.*|#.*|\*{0,2}\w+\s*(?::[^(]*)?(?:=[^(]*)?,)$/;

const IMPORT =
  /^(?:import\b|from\s+\S+\s+import\b|export\s+(?:\*|\{|type\s*\{)|(?:const|let|var)\s.+=\s*require\()|^@(?:t\.|typing\.)?overload$/;

/** One finding a place: what begins in a block that is told already is told with it. */
function withoutNested(found: readonly Clone[]): Clone[] {
  const told = new Map<string, { start: number; end: number }[]>();
  const sorted = [...found].sort(
    (a, b) =>
      b.second.end - b.second.start - (a.second.end - a.second.start) ||
      byPlace(a.second, b.second) ||
      byPlace(a.first, b.first),
  );
  return sorted.filter(({ second }) => {
    const blocks = told.get(second.name) ?? [];
    if (blocks.some(({ start, end }) => second.start < end && second.end > start)) return false;
    told.set(second.name, [...blocks, second]);
    return true;
  });
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

function byPlace(a: z.infer<typeof place>, b: z.infer<typeof place>): number {
  return (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || a.start - b.start || a.end - b.end;
}
