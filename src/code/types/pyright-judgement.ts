import { relative, sep } from 'node:path';
import type { Gap } from '../analyser.ts';
import { roleOf } from '../file-roles.ts';
import type { RawFinding } from '../findings.ts';
import { isInside } from '../source-text.ts';
import { type EngineResult, eachOnce, findingOf, nameSome } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { classOf, judgePyright, type PythonPlace } from './pyright-rules.ts';
import type { PyrightAnswer } from './pyright-run.ts';
import { NoTypes } from './python-annotations.ts';
import { callIn } from './python-calls.ts';
import { checkedElsewhere } from './python-checked.ts';
import { PythonClasses } from './python-classes.ts';
import { withoutBound } from './python-doubts.ts';
import { PythonEvidence } from './python-evidence.ts';
import { withoutLeftOut } from './python-left-out.ts';
import { type MissingModules, withoutMisread } from './python-misread.ts';
import type { PythonSpot } from './python-spot.ts';
import { absenceOf, absentName, mayBeLeftOut, type StandardModule } from './python-standard.ts';
import { PythonSurroundings } from './python-surroundings.ts';
import { Violations } from './python-violations.ts';

const ENGINE = 'pyright';

const PYTHON_2 =
  /^[ \t]*(?:print[ \t]+["'\w%]|print[ \t]*>>|exec[ \t]+["'\w]|raise[ \t]+[\w.]+[ \t]*,[ \t]*\S|except[ \t]+[\w.()]+[ \t]*,[ \t]*\w+[ \t]*:)/m;

type Said = PyrightAnswer['generalDiagnostics'][number];

/** What pyright said of a tree, and what it is judged by. Plain data. */
export interface PyrightSaid {
  /** Resolved path of the copy that was checked. */
  readonly root: string;
  /** Resolved path of the tree that was copied. */
  readonly tree: string;
  readonly files: readonly MirroredFile[];
  readonly said: PyrightAnswer;
  /** Modules of each file that a folder of the tree only shares its name with. */
  readonly shadowed: ReadonlyMap<string, ReadonlySet<string>>;
  /** Modules that pyright brings declarations of, beside those of Python's own library. */
  readonly bundled: ReadonlySet<string>;
  /** Modules of Python's own library that something was said of. */
  readonly standard: ReadonlyMap<string, StandardModule>;
}

/** Thread entry: what of pyright's messages is a finding, and what was not checked. */
export default async function judgePyrightAnswer(asked: PyrightSaid): Promise<EngineResult> {
  const missing = missingModules(asked);
  const read = await withoutMisread(asked, missing);
  const left = await withoutLeftOut({ ...asked, said: read });
  const said = await withoutBound({ ...asked, said: left.said });
  return { ...readAnswer({ ...asked, said }, missing), asked: left.asked };
}

function readAnswer(asked: PyrightSaid, missing: MissingModules): Omit<EngineResult, 'asked'> {
  const { files, bundled, standard } = asked;
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const classes = new PythonClasses(files);
  const evidence = new PythonEvidence(files, missing);
  const { placed, standIns } = surveyOf(asked, texts, classes);
  const surroundings = new Map<string, PythonSurroundings>();
  const checked = checkedElsewhere(texts);
  const violated = new Violations(placed, texts);
  const noTypes = new NoTypes(placed, classes);
  const argued = linesOfArguments(placed);
  const findings: RawFinding[] = [];
  const broken = new Map<string, string>();
  for (const { file, text, severity, message, range, rule } of placed) {
    const around = surroundings.get(file) ?? new PythonSurroundings(text, missing.get(file) ?? new Set());
    surroundings.set(file, around);
    const line = (range?.start.line ?? 0) + 1;
    const column = (range?.start.character ?? 0) + 1;
    const spot = spotOf({ file, line, column, rule, message }, around);
    // What a stand-in lacks is not missing in the value that takes its place either.
    if (rule?.startsWith('reportOptional') === true && standIns.has(placeKey({ file, range }))) continue;
    // Which argument does not fit is said as well.
    if (/^No overloads for/.test(message) && isArgued(argued, file, range)) continue;
    if (evidence.explains(spot) || violated.explains(spot, line) || noTypes.isRepeated(spot)) continue;
    const place = placeOf(file, line, {
      around,
      classes,
      bundled,
      standard,
      incomplete: missing.size > 0,
      checked: checked.has(file),
      call: callIn(spot),
    });
    const absent = absentName(message, place.importedFrom);
    const module = standard.get(absent?.module ?? '');
    const isImported = /is unknown import symbol/.test(message);
    if (absent !== null && module !== undefined && mayBeLeftOut(absent.name, module, isImported)) continue;
    const verdict = judgePyright({ severity, rule, message }, place);
    if (verdict.kind === 'broken' && !broken.has(file)) broken.set(file, brokenReason(text, line, message));
    if (verdict.kind !== 'finding') continue;
    const endLine = range === undefined ? null : range.end.line + 1;
    const weight = noTypes.weightOf(spot, around, text) ?? verdict.severity;
    const gravest = evidence.isOfOrder(spot) ? 'low' : weight;
    findings.push(findingOf(ENGINE, gravest, { file, line, column, endLine, rule: verdict.rule, message }));
  }
  const whole = findings.filter(({ file }) => !broken.has(file));
  const gaps = gapsOf(broken, missing, checked.reason);
  return { findings: eachOnce(whole), gaps, files: files.length, complete: true };
}

/** Lines on which something is said of an argument, each behind its file. */
function linesOfArguments(placed: readonly (Pick<Said, 'file' | 'range'> & { rule: string | null })[]): Set<string> {
  return new Set(
    placed.flatMap(({ file, rule, range }) => (rule === 'reportArgumentType' ? `${file}:${range?.start.line}` : [])),
  );
}

/** Whether something is said of an argument that stands on one of the lines of a call. */
function isArgued(argued: ReadonlySet<string>, file: string, range: Said['range']): boolean {
  const { start, end } = range ?? { start: { line: 0 }, end: { line: 0 } };
  for (let line = start.line; line <= end.line; line += 1) if (argued.has(`${file}:${line}`)) return true;
  return false;
}

/** Where something was said, with what stands around it. */
function spotOf(
  said: Omit<PythonSpot, 'number' | 'line' | 'above' | 'below'> & { readonly line: number },
  around: PythonSurroundings,
): PythonSpot {
  const { line: number, ...rest } = said;
  return {
    ...rest,
    number,
    line: around.line(number),
    above: around.above(number, /is unknown import symbol|is possibly unbound|should take a "/.test(said.message)),
    below: around.below(number),
  };
}

/** What was not checked: files that do not parse, and all that hangs on packages that are not installed. */
function gapsOf(broken: ReadonlyMap<string, string>, missing: MissingModules, checked: string | null): Gap[] {
  const gaps: Gap[] = [...broken].map(([file, reason]) => ({ file, engine: ENGINE, reason }));
  if (checked !== null) gaps.push({ file: null, engine: ENGINE, reason: checked });
  const names = [...missing.values()].flatMap((one) => [...one]);
  if (names.length > 0) {
    gaps.push({ file: null, engine: ENGINE, reason: `Not installed, so taken as any type: ${nameSome(names)}.` });
  }
  return gaps;
}

/** Modules that each file imports and that are not there, or that a folder of the tree only shares its name with. */
function missingModules({ root, said, shadowed }: PyrightSaid): MissingModules {
  const missing = new Map([...shadowed].map(([file, modules]) => [file, new Set(modules)]));
  for (const { file: absolute, rule, message } of said.generalDiagnostics) {
    const name = rule === 'reportMissingImports' ? /"([^"]+)"/.exec(message)?.[1] : undefined;
    if (name === undefined || !isInside(root, absolute)) continue;
    const file = relative(root, absolute).replaceAll(sep, '/');
    missing.set(file, (missing.get(file) ?? new Set()).add(name));
  }
  return missing;
}

/** An example of wrong code that a rule of Semgrep is tried on: a comment names the rule that has to find it. */
const RULE_CASE = /^[ \t]*#[ \t]*(?:todo)?ruleid:[ \t]*[\w-]/m;

/** What pyright said of files of the tree that are there to be run, and where it spoke of a stand-in. */
function surveyOf({ root, said }: PyrightSaid, texts: ReadonlyMap<string, string>, classes: PythonClasses) {
  const cases = new Set([...texts].flatMap(([path, text]) => (RULE_CASE.test(text) ? path : [])));
  const placed = said.generalDiagnostics.flatMap(({ file: absolute, rule, ...rest }) => {
    const file = relative(root, absolute).replaceAll(sep, '/');
    const text = texts.get(file);
    return text === undefined || cases.has(file) || !isInside(root, absolute)
      ? []
      : [{ ...rest, rule: rule ?? null, file, text }];
  });
  const standIns = new Set(
    placed.flatMap((one) => (one.rule !== null && isOfDynamic(one.rule, one.message, classes) ? [placeKey(one)] : [])),
  );
  return { placed, standIns };
}

function placeKey({ file, range }: Pick<Said, 'file' | 'range'>): string {
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
  readonly standard: PyrightSaid['standard'];
  readonly incomplete: boolean;
  readonly checked: boolean;
  /** What makes the call that a message speaks of. */
  readonly call: string;
}

/** What the judgement is told of a line (from 1). */
function placeOf(file: string, line: number, known: Surroundings): PythonPlace {
  const { around, classes, bundled, standard, incomplete, checked, call } = known;
  return {
    typed: around.typed,
    hasForeign: around.hasForeign,
    takesAll: around.takesAll,
    usesForeign: around.usesForeign(line),
    namesForeign: around.namesForeign(line),
    incomplete,
    checked,
    isTest: roleOf(file) === 'test',
    isDynamic: (name) => classes.dynamic.has(name) || classes.filled.has(name),
    isWhole: (name) => classes.isWhole(name),
    line: around.line(line),
    importedFrom: around.importedFrom(line),
    annotated: around.isAnnotated(line),
    rebinds: around.rebindsParameter(line),
    callsMaker: [around.line(line), call].some((one) => classes.callsMaker(one)),
    absence: (module, name) => absenceOf(name, standard.get(module)),
    isBundled: (module) => bundled.has(module.split('.')[0] ?? module),
  };
}

function brokenReason(text: string, line: number, message: string): string {
  if (PYTHON_2.test(text)) return 'Not analysed: it is Python 2.';
  return `It does not parse: line ${line}, ${message.split('\n')[0] ?? ''}.`;
}
