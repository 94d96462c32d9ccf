import { fingerprinted } from '../code/findings.ts';
import type { HashedTree } from '../code/hashed-tree.ts';
import { countLeftOut } from '../code/left-out-count.ts';
import type { SourceFile } from '../code/source-file.ts';
import type { SourceTree } from '../code/source-tree.ts';
import type { AnalysisType } from '../generated/prisma/enums.ts';
import { recommend } from './engine/recommendations.ts';
import { type Contents, withRenames } from './engine/renamed-files.ts';
import { saidOnce } from './engine/said-twice.ts';
import { type Measured, scoreOf } from './engine/score.ts';
import {
  compareAnalyses,
  countsOf,
  type Standing,
  type StandingFinding,
  type TypedFinding,
  worstFirst,
} from './engine/typed-findings.ts';
import { leftOutOf } from './engine/unseen-files.ts';
import type { Outcome } from './engines.ts';
import type { Measures } from './measuring.ts';
import { absentEngines, type Previous } from './previous.ts';
import type { AnalysisReport } from './report.ts';

/** Findings and gaps that are kept one by one; all of them are counted. */
const mostFindings = 20_000;
const mostGaps = 1000;

/** Languages that are analysed, by the names of languages.ts. */
const analysedLanguages: readonly string[] = ['Python', 'JavaScript', 'TypeScript'];
/** The endings by which the engines know files of these languages: in small letters only. */
const readEndings = /\.(?:pyi?|[cm]?[jt]s|[jt]sx)$/;
/** Prose and data, of which there is nothing to analyse. */
const noCode: ReadonlySet<string> = new Set('INI JSON Markdown MDX reStructuredText Text TOML XML YAML'.split(' '));

/** Digits of a file's hash that are kept. */
const contentDigits = 32;

/** What came of the engines. */
export interface EvaluationInput {
  readonly types: readonly AnalysisType[];
  readonly hashed: Pick<HashedTree, 'tree' | 'hashes'>;
  readonly outcomes: readonly (Outcome & { readonly type: AnalysisType })[];
  /** Null when quality was not asked for. */
  readonly measured: Measures | null;
  readonly previous: Previous | null;
}

/** The result of an analysis. */
export interface Evaluation {
  readonly report: AnalysisReport;
  /** What files with findings held. */
  readonly contents: Contents;
  /** Those found and those that are gone, worst first. */
  readonly findings: readonly StandingFinding[];
  readonly previousId: string | null;
}

/** Makes one result of what the engines found. Pure; independent of the order of files and engines. */
export function evaluate({ types, hashed, outcomes, measured, previous }: EvaluationInput): Evaluation {
  const { tree, hashes } = hashed;
  const found = outcomes.flatMap(({ type, findings }) =>
    fingerprinted(findings).map((finding): TypedFinding => ({ ...finding, type })),
  );
  const all = worstFirst(saidOnce(found));
  const done = types.filter((type) => outcomes.some((one) => one.type === type && isMeasured(one)));
  const counts = done.map((type) => ({ type, ...countsOf(all.filter((one) => one.type === type)) }));
  const analysed = tree.files.filter(isRead);
  const lines = analysed.reduce((sum, file) => sum + (file.lines ?? 0), 0);
  const gaps = [...gapsOf(outcomes, measured), ...unreadGaps(types, tree)];
  const engines = outcomes.flatMap(({ type, engines: runs }) => runs.map((one) => ({ type, ...one })));
  const complete = all.length <= mostFindings;
  const absent = absentEngines({ gaps, engines });
  const contents = new Map([...hashes].map(([path, hash]) => [path, hash.slice(0, contentDigits)]));
  const raw = Map.groupBy(
    outcomes.flatMap(({ findings }) => findings),
    ({ file }) => file,
  );
  const now = { findings: all, types: done, absent, gaps, isLeftOut: leftOutOf(tree), raw, contents };
  const standing = previous === null || !complete ? null : compareAnalyses(...withRenames(previous, now));
  const listed = standing?.findings ?? all.map((one): StandingFinding => ({ ...one, state: null }));
  const report: AnalysisReport = {
    filesAnalysed: analysed.length,
    linesAnalysed: lines,
    counts,
    score: scoreOf({ ...measuresOf(counts, measured), lines }),
    coverage: measured?.coverage ?? { percent: null, reason: 'Quality was not asked for', source: null },
    recommendations: recommend(all),
    comparison: standing === null ? null : comparisonOf(standing),
    leftOut: countLeftOut(tree.skips),
    notAnalysed: notAnalysed(tree),
    gaps: gaps.slice(0, mostGaps),
    engines,
    limitsReached: [
      ...tree.limitsReached,
      ...(complete ? [] : [`Only the ${mostFindings} worst of ${all.length} findings are listed.`]),
      ...(gaps.length > mostGaps ? [`Only ${mostGaps} of ${gaps.length} gaps are listed.`] : []),
    ],
    complete,
  };
  return {
    report,
    contents: new Map(all.map(({ file }) => [file, contents.get(file) ?? ''])),
    findings: listed.slice(0, mostFindings),
    previousId: standing === null ? null : (previous?.jobId ?? null),
  };
}

function comparisonOf({ types, added, fixed, unchanged }: Standing): NonNullable<AnalysisReport['comparison']> {
  return { types: [...types], added, fixed, unchanged };
}

/** Whether anything looked at anything: a type that found nothing because it saw nothing is not measured. */
function isMeasured({ measured, engines }: Outcome): boolean {
  return measured && engines.some(({ files }) => files > 0);
}

type TypedGap = AnalysisReport['gaps'][number];

function gapsOf(outcomes: EvaluationInput['outcomes'], measured: Measures | null): TypedGap[] {
  const gaps = outcomes.flatMap((outcome): TypedGap[] => {
    const { type } = outcome;
    const said = outcome.gaps.map((one) => ({ type, ...one }));
    if (isMeasured(outcome) || said.length > 0) return said;
    return [{ type, file: null, engine: type.toLowerCase(), reason: 'There is nothing that it can be told of.' }];
  });
  const known = new Set(gaps.map(({ reason }) => reason));
  const others = (measured?.gaps ?? []).filter(({ reason }) => !known.has(reason));
  return [...gaps, ...others.map((one) => ({ type: 'QUALITY' as const, ...one }))];
}

function isAnalysedLanguage({ language }: SourceFile): boolean {
  return language !== null && analysedLanguages.includes(language);
}

function isRead(file: SourceFile): boolean {
  return isAnalysedLanguage(file) && readEndings.test(file.path);
}

/** What is of a language that is analysed, and by its name is no engine's. */
function unreadGaps(types: readonly AnalysisType[], { files }: SourceTree): TypedGap[] {
  const unread = files.filter((file) => isAnalysedLanguage(file) && !isRead(file));
  const reason = 'The ending of its name is not in small letters, by which no engine knows it.';
  return types.flatMap((type) => unread.map(({ path }) => ({ type, file: path, engine: type.toLowerCase(), reason })));
}

function measuresOf(counts: AnalysisReport['counts'], measured: Measures | null): Omit<Measured, 'lines'> {
  const of = (wanted: AnalysisType) => counts.find(({ type }) => type === wanted) ?? null;
  return {
    quality: of('QUALITY'),
    security: of('SECURITY'),
    types: of('TYPES'),
    complexity: measured?.complexity ?? null,
    duplication: measured?.duplication ?? null,
    documentation: measured?.documentation ?? null,
  };
}

function notAnalysed({ files }: SourceTree): { language: string; files: number }[] {
  const others = files.flatMap(({ language }) =>
    language === null || analysedLanguages.includes(language) || noCode.has(language) ? [] : [language],
  );
  return counted(others).map(([language, count]) => ({ language, files: count }));
}

/** How often each word is there, the most frequent first. */
function counted(words: readonly string[]): [word: string, count: number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
}
