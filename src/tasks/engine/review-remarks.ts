import { roleOf } from '../../code/file-roles.ts';
import type { Severity } from '../../code/findings.ts';
import { code } from '../../code/markdown/markdown.ts';
import { thresholds } from '../../code/quality/size-rules.ts';
import type { AnalysedFinding } from './analysed-tree.ts';
import type { BranchChanges, ChangedPath } from './review-changes.ts';
import {
  changedLineOf,
  type FunctionChange,
  lastName,
  type NewFindings,
  type SymbolChange,
  severityRank,
} from './review-compare.ts';
import type { Mentions } from './review-mentions.ts';
import type { ReviewedSource } from './review-sources.ts';
import { silencesTests } from './review-tests.ts';

/** A comment on one line of a difference, by the names of GitHub's reviews. */
export interface LineComment {
  readonly path: string;
  readonly line: number;
  /** RIGHT: the line as it is now. LEFT: as it was. */
  readonly side: 'RIGHT' | 'LEFT';
  readonly severity: Severity;
  /** Markdown. */
  readonly body: string;
}

/** A file that a reviewer would not look into. */
export interface FileRemark {
  readonly path: string;
  readonly severity: Severity;
  readonly text: string;
}

/** A test that is not there any more. */
export interface DeletedTest {
  readonly path: string;
  readonly name: string;
  readonly line: number;
}

/** What a review has to say. */
export interface Remarks {
  readonly comments: readonly LineComment[];
  readonly files: readonly FileRemark[];
  readonly deletedTests: readonly DeletedTest[];
  readonly secrets: readonly AnalysedFinding[];
  /** Changed public names that no test, or neither a comment nor a document, speaks of. */
  readonly untested: readonly SymbolChange[];
  readonly undocumented: readonly SymbolChange[];
  readonly removed: readonly { readonly change: SymbolChange; readonly uses: Mentions['sources'] }[];
}

export interface RemarkInput {
  readonly changes: BranchChanges;
  readonly found: NewFindings;
  readonly functions: readonly FunctionChange[];
  readonly symbols: readonly SymbolChange[];
  readonly mentions: ReadonlyMap<string, Mentions>;
  /** Whether the repository tests anything: one that does not is not told so name by name. */
  readonly hasTests: boolean;
  readonly pairs: readonly { readonly before: ReviewedSource | null; readonly now: ReviewedSource | null }[];
}

const LARGE_BYTES = 1_000_000;
/** More than that by one change is worth a word even below the threshold. */
const STEEP_RISE = 8;

/** Puts a review's remarks together: line comments in order of place, and what has no line. Pure. */
export function makeRemarks(input: RemarkInput): Remarks {
  const { changes, found, symbols, mentions } = input;
  const files = new Map(changes.files.flatMap((one) => (one.after === null ? [] : [[one.after, one] as const])));
  const deletedTests = testsGone(input);
  const { untested, undocumented } = lacking(input);
  const removed = symbols
    .filter(({ how }) => how === 'removed')
    .map((change) => ({ change, uses: mentions.get(lastName(change.symbol.name))?.sources ?? [] }));
  const comments = [
    ...found.onChanged.flatMap((one) => findingComment(one, files)),
    ...input.functions.flatMap((one) => complexityComment(one, files, found)),
    ...symbolComments(untested, undocumented, files),
    ...removed.flatMap(({ change, uses }) => removedComment(change, uses, changes)),
    ...deletedTests.map(deletedTestComment),
    ...changes.files.flatMap(silencedTests),
  ];
  return {
    comments: comments.toSorted(
      (a, b) =>
        severityRank[a.severity] - severityRank[b.severity] ||
        (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line),
    ),
    files: changes.files.flatMap(fileRemarks),
    deletedTests,
    secrets: found.onChanged.filter(isSecret),
    untested,
    undocumented,
    removed,
  };
}

/** Whether a finding tells of a secret that stands in a file. */
export function isSecret({ rule, engine, cwe }: AnalysedFinding): boolean {
  return engine === 'secretlint' || cwe === 'CWE-798' || /secret|credential|private-key/.test(rule);
}

function findingComment(finding: AnalysedFinding, files: ReadonlyMap<string, ChangedPath>): LineComment[] {
  const { file: path, severity, message, suggestion, engine, rule, cwe } = finding;
  const line = changedLineOf(finding, files.get(path)?.addedLines ?? new Set());
  if (line === null) return [];
  const advice = suggestion === null ? '' : ` ${suggestion}${/[.!?`]$/.test(suggestion) ? '' : '.'}`;
  const source = `${engine} ${code(rule)}${cwe === null ? '' : `, ${cwe}`}`;
  return [{ path, line, side: 'RIGHT', severity, body: `${message}${advice} (${source})` }];
}

function complexityComment(
  { path, name, line: first, endLine, cyclomatic, cognitive }: FunctionChange,
  files: ReadonlyMap<string, ChangedPath>,
  { onChanged }: NewFindings,
): LineComment[] {
  const line = changedLineOf({ line: first, endLine }, files.get(path)?.addedLines ?? new Set());
  const isTold = onChanged.some(
    (one) => one.file === path && one.rule === 'complex-function' && one.line >= first && one.line <= endLine,
  );
  const rise = cognitive.after - (cognitive.before ?? cognitive.after);
  const isOver = cognitive.after > thresholds.cognitive || cyclomatic.after > thresholds.cyclomatic;
  if (line === null || isTold || roleOf(path) === 'test' || !(rise >= STEEP_RISE || (rise > 0 && isOver))) return [];
  const figures = `cognitive complexity ${cognitive.before} → ${cognitive.after}, cyclomatic ${cyclomatic.before} → ${cyclomatic.after}`;
  const body = `${code(name)} becomes harder to follow: ${figures}. Consider taking what is new into a function of its own.`;
  return [{ path, line, side: 'RIGHT', severity: 'low', body }];
}

/**
 * Changed public names that nothing tests or tells of. Comments are missed only where the files have the habit of them,
 * tests only where the repository has any.
 */
function lacking({ symbols, mentions, hasTests, pairs }: RemarkInput) {
  const there = symbols.filter(
    ({ how, symbol, isCalledAnew }) => how !== 'removed' && isCalledAnew && !lastName(symbol.name).startsWith('_'),
  );
  const spoken = (change: SymbolChange) => mentions.get(lastName(change.symbol.name));
  const isRun = ({ symbol: { kind } }: SymbolChange) => kind === 'function' || kind === 'class' || kind === 'method';
  const isTold = ({ symbol }: SymbolChange) => symbol.kind === 'constant' || symbol.isDocumented !== false;
  const news = new Set(there.map(({ symbol }) => symbol));
  const others = pairs
    .flatMap(({ now }) => now?.symbols ?? [])
    .filter((one) => !news.has(one) && one.isDocumented !== null);
  const documented = others.filter((one) => one.isDocumented === true).length;
  const isHabit = documented * 2 >= others.length;
  return {
    untested: hasTests ? there.filter((one) => isRun(one) && spoken(one)?.tests === 0) : [],
    undocumented: isHabit ? there.filter((one) => !isTold(one) && spoken(one)?.documents === 0) : [],
  };
}

function symbolComments(
  untested: readonly SymbolChange[],
  undocumented: readonly SymbolChange[],
  files: ReadonlyMap<string, ChangedPath>,
): LineComment[] {
  const all = [...new Set([...untested, ...undocumented])];
  return all.flatMap((one): LineComment[] => {
    const { path, how, symbol } = one;
    const line = changedLineOf(symbol, files.get(path)?.addedLines ?? new Set());
    if (line === null) return [];
    const lacks = [
      ...(untested.includes(one) ? ['no test mentions it'] : []),
      ...(undocumented.includes(one) ? ['it has no documentation'] : []),
    ].join(' and ');
    const what = how === 'added' ? `The new public ${symbol.kind}` : `The signature of the public ${symbol.kind}`;
    const rest = how === 'added' ? '' : ' changed';
    return [{ path, line, side: 'RIGHT', severity: 'low', body: `${what} ${code(symbol.name)}${rest}: ${lacks}.` }];
  });
}

function removedComment(change: SymbolChange, uses: Mentions['sources'], changes: BranchChanges): LineComment[] {
  const { path, symbol } = change;
  const file = changes.files.find((one) => (one.after ?? one.before) === path);
  const line = changedLineOf(symbol, file?.removedLines ?? new Set());
  if (line === null) return [];
  const still = uses.map((use) => code(`${use.path}:${use.line}`)).join(', ');
  const body = `The public ${symbol.kind} ${code(symbol.name)} is gone${still === '' ? ': who imports it breaks.' : `, and its name still stands in ${still}.`}`;
  return [{ path: file?.before ?? path, line, side: 'LEFT', severity: uses.length > 0 ? 'medium' : 'low', body }];
}

/** Tests that stood in a changed file and stand in none now. */
function testsGone({ pairs, changes }: RemarkInput): DeletedTest[] {
  const now = new Set(pairs.flatMap((one) => (one.now?.tests ?? []).map(({ name }) => name)));
  return pairs.flatMap(({ before, now: present }) => {
    const path = before?.path ?? '';
    const file = changes.files.find((one) => one.before === path || one.after === (present?.path ?? path));
    return (before?.tests ?? [])
      .filter(({ name, line }) => !now.has(name) && file?.removedLines.has(line) === true)
      .map(({ name, line }) => ({ path: file?.before ?? path, name, line }));
  });
}

function deletedTestComment({ path, name, line }: DeletedTest): LineComment {
  return { path, line, side: 'LEFT', severity: 'medium', body: `The test ${code(name)} is taken away.` };
}

function silencedTests({ after, hunks }: ChangedPath): LineComment[] {
  if (after === null || roleOf(after) !== 'test') return [];
  return hunks.flatMap(({ to, added, removed }) => {
    const before = new Set(removed.map(silencesTests));
    return added.flatMap((text, at): LineComment[] => {
      const how = silencesTests(text);
      if (how === null || before.has(how)) return [];
      const body = how === 'skipped' ? 'This test is skipped from now on.' : 'Only this test is run from now on.';
      return [{ path: after, line: to + at, side: 'RIGHT', severity: 'medium', body }];
    });
  });
}

function fileRemarks({ before, after, isBinary, size }: ChangedPath): FileRemark[] {
  if (after === null) return [];
  const remarks: FileRemark[] = [];
  const shown = `${((size ?? 0) / 1_000_000).toFixed(1)} MB`;
  if (size !== null && size > LARGE_BYTES) {
    remarks.push({ path: after, severity: 'medium', text: `is ${shown} large and stays in the history for ever` });
  } else if (isBinary && before === null) {
    remarks.push({
      path: after,
      severity: 'low',
      text: `is a new binary file of ${(size ?? 0).toLocaleString('en-US')} bytes`,
    });
  } else if (isBinary) remarks.push({ path: after, severity: 'low', text: 'is a binary file that changed' });
  return remarks;
}
