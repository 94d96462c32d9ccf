import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { AnalyserInput, Gap } from '../analyser.ts';
import { roleOf } from '../file-roles.ts';
import type { RawFinding } from '../findings.ts';
import type { SourceFile } from '../source-file.ts';
import { isInside } from '../source-text.ts';
import type { InstalledEngine } from './engine-places.ts';
import { type EngineResult, eachOnce, findingOf, nameSome } from './messages.ts';
import { type Mirror, withMirror } from './mirror.ts';
import { DEFAULT_PYTHON, pyrightSettings } from './pyright-config.ts';
import { classOf, judgePyright, type PythonPlace } from './pyright-rules.ts';
import { askPyright, type PyrightAnswer } from './pyright-run.ts';
import { CHECKED_ELSEWHERE, isCheckedElsewhere, saysHowChecked } from './python-checked.ts';
import { PythonClasses } from './python-classes.ts';
import { withoutBound } from './python-doubts.ts';
import { PythonEvidence } from './python-evidence.ts';
import { shadowedModules, writeStubs } from './python-foreign.ts';
import {
  absenceOf,
  absentName,
  mayBeLeftOut,
  modulesAskedOf,
  readStandardModules,
  type StandardModule,
} from './python-standard.ts';
import { PythonSurroundings } from './python-surroundings.ts';
import { Violations } from './python-violations.ts';

const ENGINE = 'pyright';
/** Files that have a say in what pyright finds. */
export function isPythonInput(file: SourceFile): boolean {
  return (
    isPython(file) ||
    saysHowChecked(file.path) ||
    /(?:^|\/)py\.typed$|(?:^|\/)pyproject\.toml$|^pyrightconfig\.json$/.test(file.path)
  );
}

export function isPython(file: SourceFile): boolean {
  return /\.pyi?$/.test(file.path);
}

/** Checks the Python of a tree. Rejects with the signal's reason only. */
export async function checkPython(
  input: AnalyserInput,
  pyright: InstalledEngine,
  limits: { readonly timeoutMs: number; readonly memoryMegabytes: number },
): Promise<EngineResult> {
  const request = { root: input.root, files: input.files.filter(isPythonInput), engine: ENGINE, signal: input.signal };
  return withMirror(request, async (mirror) => {
    const texts = new Map(mirror.files.map(({ path, text }) => [path, text]));
    const venv = 'empty';
    // Without this very path pyright runs the machine's own interpreter to ask for another.
    const packages = join(mirror.generated, venv, 'lib', `python${DEFAULT_PYTHON}`, 'site-packages');
    await mkdir(packages, { recursive: true });
    const declarations = join(dirname(pyright.path), 'dist', 'typeshed-fallback');
    const shadowed = shadowedModules(mirror.files, await modulesIn(join(declarations, 'stdlib')));
    await writeStubs(packages, new Set([...shadowed.values()].flatMap((one) => [...one])));
    const { config, problems } = pyrightSettings(texts, { venvPath: mirror.generated, venv });
    const asked = await askPyright({ mirror, pyright, config, limits: { ...limits, signal: input.signal } });
    const gaps: Gap[] = [...mirror.gaps, ...problems.map((reason) => ({ file: null, engine: ENGINE, reason }))];
    if ('failure' in asked) {
      const gap = { file: null, engine: ENGINE, reason: asked.failure };
      return { findings: [], gaps: [...gaps, gap], files: 0, complete: false };
    }
    const { said, testsLeftOut } = asked;
    if (testsLeftOut !== null) {
      const reason = `${testsLeftOut.files} Python files of tests were not checked: with them ${testsLeftOut.reason}.`;
      gaps.push({ file: null, engine: ENGINE, reason });
    }
    const analysed = said.summary.filesAnalyzed;
    const python = mirror.files.filter(({ path }) => /\.pyi?$/.test(path)).length;
    const present = python - (testsLeftOut?.files ?? 0);
    if (analysed < present) {
      const reason = `${present - analysed} of ${python} Python files are left out by the project's own settings.`;
      gaps.push({ file: null, engine: ENGINE, reason });
    }
    const bundled = await bundledModules(join(declarations, 'stubs'));
    const messages = said.generalDiagnostics.map(({ file, message }) => ({
      file: relative(mirror.root, file).replaceAll(sep, '/'),
      message,
    }));
    const standard = await readStandardModules(join(declarations, 'stdlib'), modulesAskedOf(messages, texts));
    const read = readAnswer(await withoutBound(said, mirror), mirror, { texts, shadowed, bundled, standard });
    return { findings: read.findings, gaps: [...gaps, ...read.gaps], files: analysed, complete: testsLeftOut === null };
  });
}

const PYTHON_2 =
  /^[ \t]*(?:print[ \t]+["'\w%]|print[ \t]*>>|exec[ \t]+["'\w]|raise[ \t]+[\w.]+[ \t]*,[ \t]*\S|except[ \t]+[\w.()]+[ \t]*,[ \t]*\w+[ \t]*:)/m;

/** Top-level modules that a folder holds declarations of. */
async function modulesIn(folder: string): Promise<Set<string>> {
  const names = await readdir(folder).catch(() => []);
  return new Set(names.map((name) => name.replace(/\.pyi$/, '')));
}

/** Top-level modules that pyright brings declarations of, beside those of Python's own library. */
async function bundledModules(library: string): Promise<Set<string>> {
  const packages = await readdir(library).catch(() => []);
  const inner = await Promise.all(packages.map((name) => modulesIn(join(library, name))));
  return new Set(inner.flatMap((one) => [...one]));
}

interface Known {
  readonly texts: ReadonlyMap<string, string>;
  /** Modules of each file that a folder of the tree only shares its name with. */
  readonly shadowed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly bundled: ReadonlySet<string>;
  readonly standard: ReadonlyMap<string, StandardModule>;
}

function readAnswer(
  said: PyrightAnswer,
  mirror: Mirror,
  { texts, shadowed, bundled, standard }: Known,
): { findings: RawFinding[]; gaps: Gap[] } {
  const classes = new PythonClasses(mirror.files);
  const evidence = new PythonEvidence(mirror.files);
  const { placed, missing, standIns } = surveyOf(said, mirror, { texts, shadowed }, classes);
  const surroundings = new Map<string, PythonSurroundings>();
  const checked = isCheckedElsewhere(texts);
  const violated = new Violations(placed, texts);
  const argued = new Set(
    placed.flatMap((one) => (one.rule === 'reportArgumentType' ? `${one.file}:${one.range?.start.line}` : [])),
  );
  const findings: RawFinding[] = [];
  const broken = new Map<string, string>();
  for (const { file, text, severity, message, range, rule } of placed) {
    const around = surroundings.get(file) ?? new PythonSurroundings(text, missing.get(file) ?? new Set());
    surroundings.set(file, around);
    const line = (range?.start.line ?? 0) + 1;
    const column = (range?.start.character ?? 0) + 1;
    const spot = {
      file,
      line: around.line(line),
      above: around.above(line, /is unknown import symbol|is possibly unbound|should take a "/.test(message)),
      below: around.below(line),
      column,
      rule,
      message,
    };
    // What a stand-in lacks is not missing in the value that takes its place either.
    if (rule?.startsWith('reportOptional') === true && standIns.has(placeKey({ file, range }))) continue;
    // Which argument does not fit is said as well.
    if (/^No overloads for/.test(message) && argued.has(`${file}:${line - 1}`)) continue;
    if (evidence.explains(spot) || violated.explains(spot, line)) continue;
    const place = placeOf(file, line, { around, classes, bundled, standard, incomplete: missing.size > 0, checked });
    const absent = absentName(message, place.importedFrom);
    const module = standard.get(absent?.module ?? '');
    const isImported = /is unknown import symbol/.test(message);
    if (absent !== null && module !== undefined && mayBeLeftOut(absent.name, module, isImported)) continue;
    const verdict = judgePyright({ severity, rule, message }, place);
    if (verdict.kind === 'broken' && !broken.has(file)) broken.set(file, brokenReason(text, line, message));
    if (verdict.kind !== 'finding') continue;
    const endLine = range === undefined ? null : range.end.line + 1;
    findings.push(findingOf(ENGINE, verdict.severity, { file, line, column, endLine, rule: verdict.rule, message }));
  }
  const whole = findings.filter(({ file }) => !broken.has(file));
  return { findings: eachOnce(whole), gaps: gapsOf(broken, missing, checked) };
}

/** What was not checked: files that do not parse, and all that hangs on packages that are not installed. */
function gapsOf(
  broken: ReadonlyMap<string, string>,
  missing: ReadonlyMap<string, ReadonlySet<string>>,
  checked: boolean,
): Gap[] {
  const gaps: Gap[] = [...broken].map(([file, reason]) => ({ file, engine: ENGINE, reason }));
  if (checked) gaps.push({ file: null, engine: ENGINE, reason: CHECKED_ELSEWHERE });
  const names = [...missing.values()].flatMap((one) => [...one]);
  if (names.length > 0) {
    gaps.push({ file: null, engine: ENGINE, reason: `Not installed, so taken as any type: ${nameSome(names)}.` });
  }
  return gaps;
}

/** What pyright said of files of the tree, which modules each of them misses, and where it spoke of a stand-in. */
function surveyOf(
  said: PyrightAnswer,
  mirror: Mirror,
  { texts, shadowed }: Pick<Known, 'texts' | 'shadowed'>,
  classes: PythonClasses,
) {
  const placed = said.generalDiagnostics.flatMap(({ file: absolute, rule, ...rest }) => {
    const file = relative(mirror.root, absolute).replaceAll(sep, '/');
    const text = texts.get(file);
    return text === undefined || !isInside(mirror.root, absolute) ? [] : [{ ...rest, rule: rule ?? null, file, text }];
  });
  const missing = new Map([...shadowed].map(([file, modules]) => [file, new Set(modules)]));
  for (const { file, rule, message } of placed) {
    const name = rule === 'reportMissingImports' ? /"([^"]+)"/.exec(message)?.[1] : undefined;
    if (name !== undefined) missing.set(file, (missing.get(file) ?? new Set()).add(name));
  }
  const standIns = new Set(
    placed.flatMap((one) => (one.rule !== null && isOfDynamic(one.rule, one.message, classes) ? [placeKey(one)] : [])),
  );
  return { placed, missing, standIns };
}

function placeKey({ file, range }: Pick<PyrightAnswer['generalDiagnostics'][number], 'file' | 'range'>): string {
  return `${file}:${range?.start.line}:${range?.start.character}`;
}

/** Whether something is said of a class whose values something else takes the place of. */
function isOfDynamic(rule: string, message: string, classes: PythonClasses): boolean {
  const holder = classOf(message);
  return rule === 'reportAttributeAccessIssue' && holder !== null && classes.dynamic.has(holder);
}

interface Surroundings {
  readonly around: PythonSurroundings;
  readonly classes: PythonClasses;
  readonly bundled: ReadonlySet<string>;
  readonly standard: Known['standard'];
  readonly incomplete: boolean;
  readonly checked: boolean;
}

/** What the judgement is told of a line (from 1). */
function placeOf(file: string, line: number, known: Surroundings): PythonPlace {
  const { around, classes, bundled, standard, incomplete, checked } = known;
  return {
    typed: around.typed,
    hasForeign: around.hasForeign,
    takesAll: around.takesAll,
    usesForeign: around.usesForeign(line),
    incomplete,
    checked,
    isTest: roleOf(file) === 'test',
    isDynamic: (name) => classes.dynamic.has(name) || classes.filled.has(name),
    isWhole: (name) => classes.isWhole(name),
    line: around.line(line),
    importedFrom: around.importedFrom(line),
    annotated: around.isAnnotated(line),
    callsMaker: classes.callsMaker(around.line(line)),
    absence: (module, name) => absenceOf(name, standard.get(module)),
    isBundled: (module) => bundled.has(module.split('.')[0] ?? module),
  };
}

function brokenReason(text: string, line: number, message: string): string {
  if (PYTHON_2.test(text)) return 'Not analysed: it is Python 2.';
  return `It does not parse: line ${line}, ${message.split('\n')[0] ?? ''}.`;
}
