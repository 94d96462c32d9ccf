import { code, counted, page, plain, table } from '../../code/markdown/markdown.ts';
import type { AnalysedTree } from './analysed-tree.ts';
import { enginesText, findingLine, gapsText, type PlaceWriter, placeWriter, shown } from './finding-lines.ts';
import type { BranchChanges } from './review-changes.ts';
import type { FunctionChange, NewFindings, SymbolChange } from './review-compare.ts';
import type { LineComment, Remarks } from './review-remarks.ts';
import type { TaskBrief, TaskFinding } from './task-engine.ts';

/** What a review comes to, by the words of GitHub's reviews. */
export type Verdict = 'APPROVE' | 'COMMENT' | 'REQUEST_CHANGES';

/** Everything a review tells. */
export interface ReviewFacts {
  readonly brief: TaskBrief;
  readonly changes: BranchChanges;
  readonly found: NewFindings;
  readonly functions: readonly FunctionChange[];
  readonly symbols: readonly SymbolChange[];
  readonly remarks: Remarks;
  readonly analysed: AnalysedTree;
  /** Changed files that no longer parse. */
  readonly broken: readonly { readonly path: string; readonly problem: string }[];
}

const MOST_COMMENTS = 100;
const MOST_LISTED = 25;

/** What a review comes to, and why, as sentences. Pure. */
export function judgeReview({ found, remarks, broken }: ReviewFacts): { verdict: Verdict; reasons: string[] } {
  const high = found.onChanged.filter(({ severity }) => severity === 'high').length;
  const elsewhere = found.elsewhere.filter(({ severity }) => severity === 'high').length;
  const grave = [
    ...(broken.length > 0 ? [`${counted(broken.length, 'changed file')} cannot be parsed any more`] : []),
    ...(remarks.secrets.length > 0 ? [`${counted(remarks.secrets.length, 'secret')} on added lines`] : []),
    ...(high > 0 ? [`${counted(high, 'grave finding')} on changed lines`] : []),
    ...(elsewhere > 0 ? [`${counted(elsewhere, 'grave finding')} that the change causes elsewhere`] : []),
  ];
  if (grave.length > 0) return { verdict: 'REQUEST_CHANGES', reasons: grave };
  const medium = found.onChanged.filter(({ severity }) => severity === 'medium').length;
  const used = remarks.removed.filter(({ uses }) => uses.length > 0).length;
  const silenced = remarks.comments.filter(({ body }) => /from now on\.$/.test(body)).length;
  const large = remarks.files.filter(({ severity }) => severity === 'medium').length;
  const some = [
    ...(medium > 0 ? [`${counted(medium, 'finding')} of medium weight on changed lines`] : []),
    ...(remarks.deletedTests.length > 0 ? [`${counted(remarks.deletedTests.length, 'test')} taken away`] : []),
    ...(silenced > 0 ? [`${counted(silenced, 'test')} skipped or run alone`] : []),
    ...(used > 0 ? [`${counted(used, 'public name')} taken away whose name is still in use`] : []),
    ...(large > 0 ? [`${counted(large, 'large file')}`] : []),
  ];
  return some.length > 0
    ? { verdict: 'COMMENT', reasons: some }
    : { verdict: 'APPROVE', reasons: ['the analysers have nothing of weight against it'] };
}

const words: Readonly<Record<Verdict, string>> = {
  APPROVE: 'Nothing stands against it',
  COMMENT: 'Worth a second look',
  REQUEST_CHANGES: 'Changes are needed',
};

/** The review as Markdown and, for programs, in the form that GitHub's API takes. Pure. */
export function reportReview(facts: ReviewFacts): TaskFinding {
  const { brief, found, functions, symbols, remarks } = facts;
  const { verdict, reasons } = judgeReview(facts);
  const place = placeWriter(brief);
  const summary = `${words[verdict]}: ${reasons.join(', ')}.`;
  const content = page([
    `# Review of ${code(brief.branch)}`,
    `**${summary}**`,
    scopeText(facts),
    ...brokenText(facts),
    ...commentsText(remarks.comments, place),
    ...elsewhereText(found, place),
    ...complexityText(functions, place),
    ...namesText(symbols),
    ...filesText(remarks),
    ...limitsText(facts),
  ]);
  return {
    resultType: 'ANALYSIS',
    content,
    summary,
    data: dataOf(facts, summary),
  };
}

/** The same for programs. */
function dataOf(facts: ReviewFacts, summary: string): Record<string, unknown> {
  const { brief, changes, found, functions, symbols, remarks, analysed } = facts;
  const { verdict, reasons } = judgeReview(facts);
  const comments = remarks.comments.slice(0, MOST_COMMENTS);
  return {
    verdict,
    reasons,
    base: changes.base,
    head: brief.commit,
    caveat: changes.caveat,
    comments,
    totalComments: remarks.comments.length,
    review: {
      commit_id: brief.commit,
      event: verdict,
      body: summary,
      comments: comments.map(({ path, line, side, body }) => ({ path, line, side, body })),
    },
    files: changes.files.map(({ before, after, isBinary, size, addedLines, removedLines }) => {
      return {
        path: after ?? before,
        before,
        after,
        isBinary,
        size,
        added: addedLines.size,
        removed: removedLines.size,
      };
    }),
    findings: found.onChanged.map(({ file, ...rest }) => ({ path: file, ...rest })),
    elsewhere: found.elsewhere.map(({ file, ...rest }) => ({ path: file, ...rest })),
    fixed: found.fixed,
    complexity: functions,
    symbols: symbols.map(({ path, how, symbol, signatureBefore }) => {
      return { path, how, name: symbol.name, kind: symbol.kind, line: symbol.line, signatureBefore };
    }),
    secrets: remarks.secrets.map(({ file, line, rule }) => ({ path: file, line, rule })),
    deletedTests: remarks.deletedTests,
    engines: analysed.engines,
  };
}

function scopeText({ brief, changes, found, analysed }: ReviewFacts): string {
  const { files, commits, base, caveat } = changes;
  const sum = (of: (file: BranchChanges['files'][number]) => number) => files.reduce((all, one) => all + of(one), 0);
  const size = `${counted(files.length, 'file')}, +${sum(({ addedLines }) => addedLines.size)} −${sum(({ removedLines }) => removedLines.size)} lines`;
  const from = commits === null ? '' : `${counted(commits, 'commit')}, `;
  const fixed =
    found.fixed > 0 ? ` ${counted(found.fixed, 'finding')} of before ${found.fixed === 1 ? 'is' : 'are'} gone.` : '';
  const against = `${from}${size} against ${code(brief.targetBranch)} at ${code(base.slice(0, 12))}.`;
  return `${against}${fixed} ${enginesText(analysed.engines)}${caveat === null ? '' : ` ${plain(caveat)}`}`;
}

function brokenText({ broken }: ReviewFacts): string[] {
  if (broken.length === 0) return [];
  return ['## Cannot be parsed', broken.map(({ path, problem }) => `- ${code(path)}: ${plain(problem)}`).join('\n')];
}

function commentsText(comments: readonly LineComment[], place: PlaceWriter): string[] {
  if (comments.length === 0) return ['## On changed lines', 'No finding stands on a line that was added or changed.'];
  const lines = comments.slice(0, MOST_COMMENTS).map(({ path, line, side, severity, body }) => {
    const where = side === 'RIGHT' ? place(path, line) : `${code(`${path}:${line}`)} before`;
    return `- **${severity}** ${where} ${shown(body)}`;
  });
  const more = comments.length - lines.length;
  return ['## On changed lines', lines.join('\n'), more > 0 ? `And ${more} more of less weight.` : ''];
}

function elsewhereText({ elsewhere }: NewFindings, place: PlaceWriter): string[] {
  if (elsewhere.length === 0) return [];
  const lines = elsewhere.slice(0, MOST_LISTED).map((one) => findingLine(one, place));
  const more = elsewhere.length - lines.length;
  return [
    '## New elsewhere',
    'What the change brings about on lines it does not touch:',
    lines.join('\n'),
    more > 0 ? `And ${more} more.` : '',
  ];
}

function complexityText(functions: readonly FunctionChange[], place: PlaceWriter): string[] {
  const rise = ({ cognitive }: FunctionChange) => cognitive.after - (cognitive.before ?? 0);
  const changed = functions.filter(({ cognitive, cyclomatic }) => {
    // A new function that is plain is no news.
    return cognitive.before !== null || cognitive.after > 5 || cyclomatic.after > 5;
  });
  if (changed.length === 0) return [];
  const sorted = changed.toSorted((a, b) => rise(b) - rise(a) || (a.path < b.path ? -1 : 1));
  const from = (value: number | null) => (value === null ? 'new' : String(value));
  const rows = sorted
    .slice(0, MOST_LISTED)
    .map(({ path, name, line, cyclomatic, cognitive }) => [
      code(name),
      place(path, line),
      `${from(cognitive.before)} → ${cognitive.after}`,
      `${from(cyclomatic.before)} → ${cyclomatic.after}`,
    ]);
  return ['## Complexity', table(['Function', 'Where', 'Cognitive', 'Cyclomatic'], rows)];
}

function namesText(symbols: readonly SymbolChange[]): string[] {
  if (symbols.length === 0) return [];
  const list = (how: SymbolChange['how']) => symbols.filter((one) => one.how === how).slice(0, MOST_LISTED);
  const names = (how: 'added' | 'removed') =>
    list(how)
      .map(({ symbol }) => code(symbol.name))
      .join(', ');
  const changed = list('changed').map(
    ({ symbol, signatureBefore }) =>
      `- ${code(symbol.name)}: ${code(signatureBefore ?? '')} became ${code(symbol.signature)}`,
  );
  const lines = [
    ...(names('added') === '' ? [] : [`- Added: ${names('added')}`]),
    ...(names('removed') === '' ? [] : [`- Taken away: ${names('removed')}`]),
    ...changed,
  ];
  return ['## Public names', lines.join('\n')];
}

function filesText({ files }: Remarks): string[] {
  if (files.length === 0) return [];
  const lines = files
    .slice(0, MOST_LISTED)
    .map(({ path, severity, text }) => `- **${severity}** ${code(path)} ${text}.`);
  const more = files.length - lines.length;
  return ['## Large and binary files', [...lines, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')];
}

function limitsText({ analysed, changes }: ReviewFacts): string[] {
  const paths = new Set(changes.files.map(({ after }) => after));
  const gaps = gapsText(analysed.gaps, (path) => paths.has(path));
  return gaps === '' ? [] : ['## Not looked at', gaps];
}
