import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'jsonc-parser';
import { z } from 'zod';
import { findPyright, findTsc } from '../src/code/types/engine-places.ts';
import { describeMachine, median } from './machine.ts';
import { type ProcessCost, runWatched } from './process-tree.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const project = fileURLToPath(new URL('..', import.meta.url));
const runner = fileURLToPath(new URL('./analyses-run.ts', import.meta.url));

/** One thing that is run on a tree. */
interface Way {
  readonly name: string;
  /** Whether it is one of those a person would run by hand. */
  readonly byHand: boolean;
  readonly run: (cache: string) => Promise<ProcessCost>;
}

/**
 * Seconds and peak memory of a whole analysis (quality, security and types, with measures), for the first time and of
 * the unchanged tree again, against running ruff, oxlint, pyright and tsc by hand on the same tree, each alone and as a
 * person would: from the root of the tree, with its own configuration. The rounds are interleaved. Trees: those given
 * by path, else this project.
 */
export async function benchAnalyses(): Promise<void> {
  const given = process.argv.slice(3).map((path) => resolve(path));
  const trees = given.length === 0 ? [project] : given;
  console.log(`${describeMachine()}; ${rounds} rounds, median\n`);
  console.log('| tree | way | seconds | over the slowest by hand | CPU s | over it | peak MB | over it |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const tree of trees) await benchTree(tree);
}

async function benchTree(tree: string): Promise<void> {
  const ways = await waysFor(tree);
  const costs = new Map<Way, ProcessCost[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1) {
    const cache = await mkdtemp(join(tmpdir(), 'bench-'));
    for (const way of ways) costs.get(way)?.push(await way.run(cache));
    await rm(cache, { recursive: true });
  }
  const of = (way: Way, figure: (cost: ProcessCost) => number | null) => {
    const known = (costs.get(way) ?? []).flatMap((cost) => figure(cost) ?? []);
    return known.length === 0 ? null : median(known);
  };
  const seconds = (way: Way) => of(way, (cost) => cost.seconds) ?? 0;
  const slowest = ways.filter(({ byHand }) => byHand).toSorted((one, other) => seconds(other) - seconds(one))[0];
  for (const way of ways) {
    const compared = (figure: (cost: ProcessCost) => number | null, digits: number) => {
      const [part, base] = [of(way, figure), slowest === undefined ? null : of(slowest, figure)];
      const ratio = part === null || base === null ? '–' : `${(part / base).toFixed(2)}×`;
      return `${part?.toFixed(digits) ?? '–'} | ${ratio}`;
    };
    const figures = [compared((one) => one.seconds, 2), compared((one) => one.processor, 2)];
    console.log(`| ${nameOf(tree)} | ${way.name} | ${figures.join(' | ')} | ${compared((one) => one.megabytes, 0)} |`);
  }
}

async function waysFor(tree: string): Promise<Way[]> {
  const [tsc, pyright] = [await findTsc(), await findPyright()];
  const [python, script] = [hasFiles(tree, /\.py$/), hasFiles(tree, /\.[cm]?[jt]sx?$/)];
  const hand = (name: string, command: string, ...args: string[]): Way => ({
    name: `${name} by hand`,
    byHand: true,
    run: () => runWatched(command, args, tree),
  });
  const own = (name: string): Way => ({
    name,
    byHand: false,
    run: (cache) => runWatched(process.execPath, [runner, 'all', tree, cache], tree),
  });
  const oxlint = join(project, 'node_modules/.bin/oxlint');
  const byTsc = tsc === null || !script ? [] : tscByHand(tree, tsc.path);
  return [
    ...(python && isThere('ruff')
      ? [hand('ruff (native)', 'ruff', 'check', '--no-cache', '--exit-zero', '-q', tree)]
      : []),
    ...(python ? [hand('ruff (wasm)', process.execPath, runner, 'ruff', tree)] : []),
    ...(script ? [hand('oxlint', oxlint, '--quiet', '--silent', tree)] : []),
    ...(python && pyright !== null ? [hand('pyright', process.execPath, pyright.path, '--outputjson', tree)] : []),
    ...(byTsc.length > 0 ? [hand('tsc', 'sh', '-c', byTsc.map(quoted).join('; '))] : []),
    own('analysis, first run'),
    own('analysis, unchanged tree'),
  ];
}

const solution = z.object({
  files: z.array(z.string()).length(0),
  references: z.array(z.object({ path: z.string() })),
});

/**
 * The commands that check a tree as its authors set it up: with the configuration of the root, or those that this only
 * lists, and with each further `tsconfig.json` that names scripts which those before it do not reach.
 */
function tscByHand(tree: string, tsc: string): string[][] {
  const reached = new Set<string>();
  const own = new Set(listed(tree).map((path) => join(tree, path)));
  return [...new Set([...rootConfigs(tree), ...nestedConfigs(tree)])].flatMap((config) => {
    // The compiler checks nothing at all while a type package that a configuration names is not installed.
    const stops = /\bTS2688\b/.test(
      spawnSync(tsc, ['--noEmit', '-p', config, ...KEEPING_NOTHING], {
        ...output,
        cwd: tree,
      }).stdout,
    );
    const options = ['-p', config, ...KEEPING_NOTHING, ...(stops ? ['--types', ''] : [])];
    const { stdout } = spawnSync(tsc, ['--listFilesOnly', ...options], { ...output, cwd: tree });
    const before = reached.size;
    for (const path of stdout.split('\n')) if (own.has(path)) reached.add(path);
    return reached.size === before ? [] : [[tsc, '--noEmit', ...options]];
  });
}

/** A second run would look up what the first has found, in a file that it writes into the tree. */
const KEEPING_NOTHING = ['--composite', 'false', '--incremental', 'false'];
const output = { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 } as const;

/** The configuration of the root, or those it is only a list of. */
function rootConfigs(tree: string): string[] {
  const config = join(tree, 'tsconfig.json');
  if (!existsSync(config)) return [];
  const parsed = solution.safeParse(parse(readFileSync(config, 'utf8')));
  if (!parsed.success) return [config];
  return parsed.data.references.map(({ path }) => join(tree, path)).filter((path) => existsSync(path));
}

/** Those of the folders below, the ones nearest to the root first. */
function nestedConfigs(tree: string): string[] {
  const depth = (path: string) => path.split('/').length;
  return listed(tree)
    .filter((path) => path.endsWith('/tsconfig.json'))
    .toSorted((one, other) => depth(one) - depth(other))
    .map((path) => join(tree, path));
}

function quoted(command: readonly string[]): string {
  return command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
}

/** Whether git lists files of that kind. */
function hasFiles(tree: string, pattern: RegExp): boolean {
  return listed(tree).some((path) => pattern.test(path));
}

function listed(tree: string): string[] {
  const { stdout } = spawnSync('git', ['-C', tree, 'ls-files', '-co', '-z', '--exclude-standard'], output);
  return stdout.split('\0').filter((path) => path !== '');
}

function isThere(command: string): boolean {
  return spawnSync(command, ['--version']).error === undefined;
}

function nameOf(tree: string): string {
  return tree === project ? 'this project' : (tree.split('/').findLast((part) => part !== '') ?? tree);
}
