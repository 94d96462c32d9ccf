import { version } from '../../version.ts';
import type { Analyser, AnalyserInput, EngineRun, Gap } from '../analyser.ts';
import type { SourceFile } from '../source-file.ts';
import { withoutAmbientNames, withoutOwnModules, withoutSharedNames } from './ambient-names.ts';
import { isAnalysed, isCompared, isDeclarations, isPython, isScript } from './analysed-files.ts';
import { type Duplication, findDuplication } from './duplication.ts';
import { type Inspected, inspect } from './inspecting.ts';
import { findJscpd, findOxlint, findRuff, type InstalledEngine } from './installed.ts';
import { measureFiles, type TreeMeasures } from './measures.ts';
import { oneFindingEach } from './one-finding.ts';
import { lintScripts, type OxlintResult } from './oxlint.ts';
import { readProjectSettings } from './project-settings.ts';
import { reportFile } from './quality-report.ts';
import type { RuffSettings } from './ruff-settings.ts';
import { withoutSilenced } from './silenced.ts';
import { findUnusedNames } from './unused-names.ts';

export type { TreeMeasures } from './measures.ts';

interface Measured {
  readonly files: readonly SourceFile[];
  readonly measures: TreeMeasures;
}

/** What was measured of a tree while its quality was analysed, as long as somebody holds the hashes of its files. */
const measured = new WeakMap<AnalyserInput['hashes'], Measured>();

/**
 * Quality of the Python, JavaScript and TypeScript of a tree: ruff and oxlint for what is wrong or superfluous,
 * measures of our own for what is too complex or too large, jscpd for what stands there twice. Nothing of the tree is
 * run, and the configuration of the tree is read as data. What is known of a file by its content is not looked at
 * again.
 */
export const analyseQuality: Analyser = async (given) => {
  const input = inOrder(given);
  input.signal.throwIfAborted();
  const [ruff, oxlint, jscpd] = await Promise.all([findRuff(), findOxlint(), findJscpd()]);
  const files = input.files.filter(isAnalysed);
  const settings = await readProjectSettings(input);
  const settingsOf = (path: string) => settings.ruffOf(path);
  const [read, said, duplication] = await endingTogether(input, (inner) => {
    const inspecting = inspectFiles(inner, files, settingsOf, ruff);
    return Promise.all([inspecting, runOxlint(inner, files, oxlint), compareFiles(inner, files, jscpd, inspecting)]);
  });
  const linted = { ...said, lint: withoutAmbientNames(withoutSharedNames(said.lint, read.facts)) };
  const paths = files.map(({ path }) => path);
  const inspected = { ...read, lint: withoutOwnModules(withoutAmbientNames(read.lint), paths) };
  const reports = files.map(({ path }) => reportFile(path, { inspected, linted }));
  const unused = await findUnusedNames(input, inspected.facts);
  const heard = await withoutSilenced(input, settings, [...reports.flatMap((one) => one.findings), ...unused]);
  const findings = [...heard.findings, ...duplication.findings];
  const measures = measureFiles({ files: input.files, facts: inspected.facts, duplication });
  measured.set(given.hashes, { files: given.files, measures });
  return {
    findings: oneFindingEach(findings),
    engines: enginesOf(files, { inspected, linted, duplication }, { ruff, oxlint, jscpd }),
    gaps: [
      ...reports.flatMap((one) => one.gaps),
      ...heard.gaps,
      ...missingEngines(files, { ruff, oxlint }, duplication),
    ],
  };
};

/**
 * Measures a tree. What an analysis of its quality has measured, in this process or an earlier one, is not looked at
 * again. Rejects with the signal's reason only.
 */
export async function measureTree(given: AnalyserInput): Promise<TreeMeasures> {
  given.signal.throwIfAborted();
  const known = measured.get(given.hashes);
  if (known?.files === given.files) return known.measures;
  const input = inOrder(given);
  const files = input.files.filter(isAnalysed);
  const jscpd = await findJscpd();
  const [inspected, duplication] = await endingTogether(input, (inner) => {
    const inspecting = inspectFiles(inner, files, () => null, null);
    return Promise.all([inspecting, compareFiles(inner, files, jscpd, inspecting)]);
  });
  return measureFiles({ files: input.files, facts: inspected.facts, duplication });
}

/** The same with the files in the order of their paths, whatever order they were given in. */
function inOrder(input: AnalyserInput): AnalyserInput {
  const files = input.files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { ...input, files };
}

/** Hands on an input whose signal ends all works of it as soon as one of them fails. */
async function endingTogether<Result>(
  input: AnalyserInput,
  work: (inner: AnalyserInput) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  try {
    return await work({ ...input, signal: AbortSignal.any([input.signal, stop.signal]) });
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

function inspectFiles(
  input: AnalyserInput,
  files: readonly SourceFile[],
  settingsOf: (path: string) => RuffSettings | null,
  ruff: InstalledEngine | null,
): Promise<Inspected> {
  return inspect({ input, files, settingsOf, ruffVersion: ruff?.version ?? null });
}

async function runOxlint(
  input: AnalyserInput,
  files: readonly SourceFile[],
  engine: InstalledEngine | null,
): Promise<OxlintResult> {
  const paths = files.map(({ path }) => path).filter(isLintedScript);
  if (engine === null || paths.length === 0) return { lint: new Map(), failures: new Map() };
  return lintScripts(input, engine, paths);
}

function isLintedScript(path: string): boolean {
  return isScript(path) && !isDeclarations(path);
}

function pathsForDuplication(files: readonly SourceFile[]): string[] {
  return files.map(({ path }) => path).filter(isCompared);
}

/** Looks for what is there twice; where that fails, once more without the files that break parsers. */
async function compareFiles(
  input: AnalyserInput,
  files: readonly SourceFile[],
  jscpd: InstalledEngine | null,
  inspecting: Promise<Inspected>,
): Promise<Duplication> {
  const paths = pathsForDuplication(files);
  const first = await findDuplication(input, jscpd, paths);
  if (first.reason === null || jscpd === null) return first;
  const { failures } = await inspecting;
  const whole = paths.filter((path) => !failures.has(path));
  return whole.length === paths.length ? first : findDuplication(input, jscpd, whole);
}

interface Engines {
  readonly ruff: InstalledEngine | null;
  readonly oxlint: InstalledEngine | null;
  readonly jscpd: InstalledEngine | null;
}

function enginesOf(
  files: readonly SourceFile[],
  { inspected, linted, duplication }: { inspected: Inspected; linted: OxlintResult; duplication: Duplication },
  { ruff, oxlint, jscpd }: Engines,
): EngineRun[] {
  const all: (EngineRun | null)[] = [
    { engine: 'millwright', version, files: inspected.facts.size },
    ruff && { engine: 'ruff', version: ruff.version, files: inspected.lint.size },
    oxlint && { engine: 'oxlint', version: oxlint.version, files: linted.lint.size },
    jscpd && duplication.reason === null
      ? { engine: 'jscpd', version: jscpd.version, files: pathsForDuplication(files).length }
      : null,
  ];
  return all.filter((run) => run !== null).filter(({ files: count }) => count > 0);
}

/** Engines that should have looked at files and are not installed. */
function missingEngines(
  files: readonly SourceFile[],
  { ruff, oxlint }: Pick<Engines, 'ruff' | 'oxlint'>,
  duplication: Duplication,
): Gap[] {
  const absent = (engine: string): Gap => ({
    file: null,
    engine,
    reason: `${engine} is not installed for this machine.`,
  });
  const gaps: Gap[] = [];
  if (ruff === null && files.some(({ path }) => isPython(path))) gaps.push(absent('ruff'));
  if (oxlint === null && files.some(({ path }) => isLintedScript(path))) gaps.push(absent('oxlint'));
  if (duplication.reason !== null) gaps.push({ file: null, engine: 'jscpd', reason: `${duplication.reason}.` });
  return gaps;
}
