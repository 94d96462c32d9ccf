import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { z } from 'zod';
import { OutputLimitError, ProcessStartError, ProcessTimeoutError, runProcess } from '../../platform/child-process.ts';
import type { ThreadPool } from '../../platform/thread-pool.ts';
import type { CheckedFiles } from './checked-files.ts';
import type { InstalledEngine } from './engine-places.ts';
import type { Diagnostic } from './messages.ts';
import type { Mirror } from './mirror.ts';
import { withoutComments } from './tsc-comments.ts';
import { candidatesOf } from './tsc-imports.ts';
import { safeOptions } from './tsc-options.ts';
import { dividedOutput, type ProgramOutput, readOutput } from './tsc-output.ts';
import type { TypeScriptProject } from './tsc-projects.ts';
import { BROKEN, DANGLING, OUTDATED } from './tsc-rules.ts';
import { type ImportedModule, isNodeModule, JSX_SHIM, shimText } from './tsc-shims.ts';

/** What the compiler needs beside a project. */
export interface TscSetup {
  readonly tsc: InstalledEngine;
  /** Folder with the declarations of Node.js, or null. */
  readonly nodeTypes: InstalledEngine | null;
  readonly mirror: Mirror;
  readonly imported: ReadonlyMap<string, ImportedModule>;
  /** Packages that these declarations stand on: to declare one anew would take from them what they have from there. */
  readonly nodeModules: ReadonlySet<string>;
  /** Packages that the tree itself holds or declares: they are resolved, not assumed. */
  readonly known: ReadonlySet<string>;
  /** Whether the tree declares itself what JSX is. */
  readonly ownJsx: boolean;
  /** Names of the compiler's own libraries, as `lib` has them. */
  readonly libraries: ReadonlySet<string>;
  readonly timeoutMs: number;
  readonly memoryMegabytes: number;
  readonly signal: AbortSignal;
  readonly threads: ThreadPool;
  /** Whether something larger is checked meanwhile, which everybody waits for. */
  readonly givesWay?: boolean;
}

/** What the compiler said of a project, or why it said nothing. */
export type TscAnswer =
  | {
      readonly diagnostics: readonly Diagnostic[];
      readonly general: readonly string[];
      readonly assumed: readonly string[];
    }
  | { readonly failure: string };

const pathMap = z.record(z.string(), z.array(z.string()));
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_REPAIRS = 4;
/** What says of an import which type it has, in words of earlier versions. */
const ASSERTING = /\bassert\b(?=\s*\{)/g;
/** The part of the memory limit at which the collector begins to work harder. */
const COLLECTED_AT = 0.85;
/**
 * Percent by which the memory in use may grow before it is collected. The compiler drops little of what it makes, so
 * the collector's usual 100 takes a fifth of its time to find next to nothing. What runs beside another one has time,
 * and is not to add to the memory that this one takes.
 */
const COLLECTED_AFTER = { alone: '800', beside: '200' } as const;

/** Names of the libraries that stand beside the compiler. */
export async function librariesOf(tsc: InstalledEngine): Promise<Set<string>> {
  const names = await readdir(dirname(tsc.path));
  return new Set(['es6', 'es7', ...names.flatMap((name) => /^lib\.(.+)\.d\.ts$/.exec(name)?.[1] ?? [])]);
}

const dependent = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** Names of the packages that the declarations of Node.js stand on. */
export async function nodeModulesOf(nodeTypes: InstalledEngine | null): Promise<Set<string>> {
  if (nodeTypes === null) return new Set();
  const written = await readFile(join(nodeTypes.path, 'package.json'), 'utf8');
  return new Set(Object.keys(dependent.parse(JSON.parse(written)).dependencies));
}

/** Makes the folder that type packages are looked up in: it holds the declarations of Node.js and nothing else. */
export async function prepareTypeRoot(mirror: Mirror, nodeTypes: InstalledEngine | null): Promise<string> {
  const folder = join(mirror.generated, 'types');
  await mkdir(folder);
  if (nodeTypes !== null) await symlink(nodeTypes.path, join(folder, 'node'));
  return folder;
}

/**
 * Checks one project in child processes. The compiler says nothing of types while a file does not parse, a reference
 * leads nowhere or an import is written as it was once: such a file is taken out of the copy, such a line is emptied or
 * renewed, and it is asked again. `onBroken` is told of files that do not parse. Rejects with the signal's reason only.
 */
export async function checkProject(
  setup: TscSetup,
  project: TypeScriptProject,
  place: { readonly typeRoot: string; readonly number: number; readonly checked: CheckedFiles },
  onBroken: (diagnostic: Diagnostic) => void,
): Promise<TscAnswer> {
  let left = project;
  const outdated: Diagnostic[] = [];
  for (let repairs = 0; ; repairs += 1) {
    const answer = await askAlone(setup, left, place);
    if ('failure' in answer) return answer;
    const broken = answer.diagnostics.filter(({ rule }) => BROKEN.has(rule));
    const dangling = answer.diagnostics.filter(({ rule }) => DANGLING.has(rule));
    const old = answer.diagnostics.filter(({ rule }) => OUTDATED.has(rule));
    if (broken.length + dangling.length + old.length === 0)
      return { ...answer, diagnostics: [...outdated, ...answer.diagnostics] };
    if (repairs === MAX_REPAIRS) return { failure: 'Too many of its files do not parse' };
    for (const diagnostic of broken) onBroken(diagnostic);
    const gone = new Set(broken.map(({ file }) => file));
    for (const file of gone) await place.checked.remove(file);
    for (const { file, line } of dangling) place.checked.changeLine(file, line, () => '//');
    for (const { file, line } of old) place.checked.changeLine(file, line, (one) => one.replace(ASSERTING, 'with'));
    outdated.push(...old);
    const stays = (path: string) => !gone.has(path);
    left = { ...left, files: left.files.filter(stays), declarations: left.declarations.filter(stays) };
    if (left.files.length === 0) return { diagnostics: [], general: [], assumed: [] };
  }
}

async function askAlone(
  setup: TscSetup,
  project: TypeScriptProject,
  place: { readonly typeRoot: string; readonly number: number },
): Promise<TscAnswer> {
  const { config, assumed } = await writeProgram(setup, project, place);
  const said = await runTsc(setup, ['-p', config, ...threadsFor(project)]);
  if ('failure' in said) return said;
  const answer = await readAnswer(said.stdout, setup);
  return 'failure' in answer ? answer : { ...answer, assumed };
}

/**
 * Asks once about projects that do not import from each other, in one run of the compiler. What it says of each, in
 * their order; null where it has to be asked again about that one alone: something in it stopped the compiler, or the
 * run did not come to its end.
 */
export async function checkTogether(
  setup: TscSetup,
  projects: readonly (readonly [number: number, project: TypeScriptProject])[],
  typeRoot: string,
): Promise<(TscAnswer | null)[]> {
  const programs: Program[] = [];
  for (const [number, project] of projects) programs.push(await writeProgram(setup, project, { typeRoot, number }));
  const configs = programs.map(({ config }) => config);
  // Small ones only: groupProjects leaves the others alone.
  const said = await runTsc(setup, ['--build', ...configs, '--force', '--verbose', '--singleThreaded']);
  const parts =
    'failure' in said
      ? null
      : dividedOutput(
          said.stdout,
          configs.map((config) => basename(config)),
        );
  const answers: (TscAnswer | null)[] = [];
  for (const [index, { assumed }] of programs.entries()) {
    const part = parts?.[index];
    const answer = part === undefined ? null : await readAnswer(part, setup);
    const isStopped =
      answer === null ||
      ('diagnostics' in answer &&
        answer.diagnostics.some(({ rule }) => [BROKEN, DANGLING, OUTDATED].some((one) => one.has(rule))));
    answers.push(isStopped ? null : { ...answer, assumed });
  }
  return answers;
}

async function readAnswer(stdout: string, setup: TscSetup): Promise<ProgramOutput> {
  const output = readOutput(stdout, setup);
  if ('failure' in output) return output;
  return { ...output, diagnostics: await withoutComments(output.diagnostics, setup.mirror.files, setup) };
}

/** What the compiler is given of a project. */
interface Program {
  readonly config: string;
  /** Names of the modules that are taken as any type. */
  readonly assumed: readonly string[];
}

async function writeProgram(
  setup: TscSetup,
  project: TypeScriptProject,
  { typeRoot, number }: { readonly typeRoot: string; readonly number: number },
): Promise<Program> {
  const { mirror, nodeTypes, ownJsx } = setup;
  const types = project.usesNode && nodeTypes !== null ? ['node'] : [];
  const shims = join(mirror.generated, `packages-${number}.d.ts`);
  const assumed = assumedModules(setup, project, types.length > 0);
  const isScript = project.files.every((path) => /\.[cm]?jsx?$/.test(path));
  const isBare = ({ required }: ImportedModule) => isScript && project.files.some((path) => required.has(path));
  // What Node.js' own declarations stand on is not found from the tree either, so any type all the same.
  const shimmed = types.length === 0 ? assumed : assumed.filter(([name]) => !setup.nodeModules.has(name));
  await writeFile(shims, `${shimText(shimmed, isBare)}\n${ownJsx ? '' : JSX_SHIM}\n`);
  const config = join(mirror.generated, `project-${number}.json`);
  const files = [...project.files, ...project.declarations].map((path) => join(mirror.root, path));
  const unsettled = project.missing.length > 0;
  const places = { root: mirror.root, typeRoot, types, unsettled, major: project.major, libraries: setup.libraries };
  const compilerOptions = safeOptions(project.options, places);
  await writeFile(config, JSON.stringify({ compilerOptions, files: [...files, shims] }));
  return { config, assumed: assumed.map(([name]) => name) };
}

/** Runs the compiler. Rejects with the signal's reason only. */
async function runTsc(
  setup: TscSetup,
  asked: readonly string[],
): Promise<{ readonly stdout: string } | { readonly failure: string }> {
  try {
    const [program, ...before] = walledCommand(setup);
    const { exitCode, stdout, stderr } = await runProcess(
      program,
      [...before, ...asked, '--pretty', 'false', '--listFiles'],
      {
        cwd: setup.mirror.root,
        env: {
          HOME: setup.mirror.generated,
          GOGC: COLLECTED_AFTER[setup.givesWay === true ? 'beside' : 'alone'],
          GOMEMLIMIT: `${Math.ceil(setup.memoryMegabytes * COLLECTED_AT)}MiB`,
        },
        signal: setup.signal,
        timeoutMs: setup.timeoutMs,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        givesWay: setup.givesWay,
      },
    );
    if (/\bout of memory\b|cannot allocate memory/.test(stderr)) return { failure: 'The compiler ran out of memory' };
    return exitCode > 2 ? { failure: `The compiler ended with code ${exitCode}${firstLine(stderr)}` } : { stdout };
  } catch (error) {
    if (error instanceof ProcessTimeoutError) return { failure: 'The compiler ran out of time' };
    if (error instanceof OutputLimitError) return { failure: 'The compiler said more than is read' };
    if (error instanceof ProcessStartError) return { failure: error.message };
    throw error;
  }
}

/** From how many files on a program is worth threads, and from how many on it is divided among two checkers. */
const FILES_FOR_THREADS = 400;
const FILES_FOR_TWO = 1000;

/**
 * On how many threads a program is checked. Each checker works out for itself what the types are that its files share,
 * so two take a quarter more time of the processors than one, and the usual four half as much again: while files are
 * looked at beside it, that is slower. In programs of a few hundred files, threads wait for each other more than they
 * work. The number does not follow the machine: what the compiler says may depend on which files a checker sees
 * together.
 */
function threadsFor({ files }: TypeScriptProject): string[] {
  if (files.length < FILES_FOR_THREADS) return ['--singleThreaded'];
  return ['--checkers', files.length < FILES_FOR_TWO ? '1' : '2'];
}

/** The compiler's own collector only aims at a limit; the system holds it to one, where there is a shell to ask it. */
function walledCommand({ tsc, memoryMegabytes }: TscSetup): [string, ...string[]] {
  if (process.platform === 'win32') return [tsc.path];
  return ['/bin/sh', '-c', `ulimit -d ${memoryMegabytes * 1024}; exec "$0" "$@"`, tsc.path];
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line === '' ? '' : `: ${line.slice(0, 200)}`;
}

/** The modules that are declared as `any`: what is imported and neither part of the tree nor of Node.js. */
function assumedModules(
  { imported, known, mirror }: TscSetup,
  { options, packages }: TypeScriptProject,
  hasNode: boolean,
): [string, ImportedModule][] {
  const paths = Object.entries(pathMap.safeParse(options.paths).data ?? {});
  const prefixes = paths.filter(([one]) => one !== '*').map(([one]) => one.split('*')[0] ?? one);
  const bases = paths.flatMap(([one, targets]) => (one === '*' ? targets : [])).map((one) => one.replace(/\*.*$/, ''));
  const there = new Set(bases.length === 0 ? [] : mirror.files.map(({ path }) => path));
  // A folder of a package's name holds nothing of the package where the name does not lead to a file in it.
  const isBelow = (name: string) =>
    bases.some((base) => candidatesOf(posix.join(base, name)).some((one) => there.has(one)));
  const isMapped = (name: string) =>
    prefixes.some((prefix) => (prefix.endsWith('/') ? name.startsWith(prefix) : name === prefix)) || isBelow(name);
  const isOwn = (name: string) => packages.some((one) => name === one || name.startsWith(`${one}/`));
  return [...imported].filter(
    ([name]) => !known.has(name) && !isOwn(name) && !isMapped(name) && !(hasNode && isNodeModule(name)),
  );
}
