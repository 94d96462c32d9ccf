import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { roleOf } from '../../code/file-roles.ts';
import { readHashedTree } from '../../code/hashed-tree.ts';
import { code, counted } from '../../code/markdown/markdown.ts';
import { type AnalysedTree, allTypes, analyseTree, quickTypes } from './analysed-tree.ts';
import { type BranchChanges, extractCommit, readChanges } from './review-changes.ts';
import { compareFunctions, compareSymbols, compareTrees, lastName } from './review-compare.ts';
import { FIND_MENTIONS } from './review-mentions.ts';
import { makeRemarks } from './review-remarks.ts';
import { reportReview } from './review-report.ts';
import { READ_SOURCES, type ReviewedSource } from './review-sources.ts';
import type { TaskBrief, TaskEngine, TaskOutcome, TaskTools } from './task-engine.ts';

const MOST_NAMES = 400;

/**
 * Reviews what a branch changes against its target branch: both versions are analysed, and only what is new is told,
 * on the lines that changed or as what the change causes elsewhere; with complexity, public names, tests, secrets and
 * large files, a verdict, and line comments for GitHub. Nothing of the repository is run.
 */
export const reviewChanges: TaskEngine = async (brief, tools) => {
  tools.report(0, 'Reading the difference');
  const changes = await readChanges(brief, tools);
  if (changes === null || changes.files.length === 0) return nothingToReview(brief, changes);
  const root = await realpath(brief.root);
  const folder = join(await realpath(tools.scratch), `base-${randomUUID()}`);
  await using _base = await extractCommit({ root, signal: tools.signal }, changes.base, folder);
  tools.report(0.1, `Analysing ${counted(changes.files.length, 'changed file')}`);
  const { before, now, files } = await analyseBoth({ root, folder, changes }, tools);
  tools.report(0.8, 'Comparing functions and public names');
  const pairs = await readPairs({ root, folder, changes }, tools);
  const symbols = compareSymbols(pairs);
  const names = [...new Set(symbols.map(({ symbol }) => lastName(symbol.name)))].slice(0, MOST_NAMES);
  const mentioned = await tools.threads.run(FIND_MENTIONS, { root, files, names }, { signal: tools.signal });
  const mentions = new Map(mentioned.map((one) => [one.name, one]));
  const functions = pairs.flatMap((one) => (one.now === null ? [] : compareFunctions(one.before, one.now)));
  const hasTests = files.some(({ path }) => roleOf(path) === 'test');
  const found = compareTrees(before, now, changes);
  const remarks = makeRemarks({ changes, found, functions, symbols, mentions, hasTests, pairs });
  const broken = pairs.flatMap((one) =>
    one.now === null || one.now.problem === null || one.before?.problem != null
      ? []
      : [{ path: one.now.path, problem: one.now.problem }],
  );
  tools.report(1, 'Writing the review');
  const finding = reportReview({ brief, changes, found, functions, symbols, remarks, analysed: now, broken });
  return { findings: [finding], edits: [], editSummary: null, message: finding.summary };
};

interface Versions {
  readonly root: string;
  /** Where the version before stands. */
  readonly folder: string;
  readonly changes: BranchChanges;
}

/** What the analysers say of both versions, under the names of today. */
async function analyseBoth({ root, folder, changes }: Versions, { threads, cache, signal, report }: TaskTools) {
  const paths = changes.files.flatMap(({ before, after }) => [before, after]);
  const isTyped = paths.some(
    (path) => path !== null && /\.(?:pyi?|[cm]?[jt]sx?)$|(?:^|\/)tsconfig.*\.json$/.test(path),
  );
  const types = isTyped ? allTypes : quickTypes;
  const look = async (at: string, renamed: (path: string) => string, leftOut: ReadonlySet<string>) => {
    const { tree, hashes, ...rest } = await readHashedTree(at, threads, { signal });
    const files = tree.files.filter(({ path }) => !leftOut.has(renamed(path)));
    const input = { root: rest.root, files, hashes, threads, cache, signal };
    return { analysed: await analyseTree(input, types, renamed), tree };
  };
  const { analysed: now, tree } = await look(root, (path) => path, new Set());
  report(0.45, `Analysing what it was before`);
  const names = new Map(
    changes.files.flatMap(({ before, after }) => (before === null || after === null ? [] : [[before, after]])),
  );
  // Nothing is fixed because its file is left out now; the folder of before is no checkout, which could declare it.
  const leftOut = new Set(tree.skips.map(({ path }) => path));
  const { analysed: before } = await look(folder, (path) => names.get(path) ?? path, leftOut);
  return { before: comparable(before, now), now: comparable(now, before), files: tree.files };
}

/** Without the types of analysis that the other side has not: all of theirs would look new. */
function comparable(one: AnalysedTree, other: AnalysedTree): AnalysedTree {
  const isDone = ({ type }: { type: AnalysedTree['done'][number] }) => other.done.includes(type);
  return { ...one, findings: one.findings.filter(isDone), all: one.all.filter(isDone) };
}

async function readPairs({ root, folder, changes }: Versions, { threads, signal }: TaskTools) {
  const read = (at: string, paths: readonly (string | null)[]) =>
    threads.run(READ_SOURCES, { root: at, paths: paths.filter((path) => path !== null) }, { signal });
  const text = changes.files.filter(({ isBinary }) => !isBinary);
  const [was, is] = await Promise.all([
    read(
      folder,
      text.map(({ before }) => before),
    ),
    read(
      root,
      text.map(({ after }) => after),
    ),
  ]);
  const of = (all: readonly ReviewedSource[], path: string | null) => all.find((one) => one.path === path) ?? null;
  return text.map(({ before, after }) => ({ before: of(was, before), now: of(is, after) }));
}

function nothingToReview({ branch, targetBranch, commit }: TaskBrief, changes: BranchChanges | null): TaskOutcome {
  const why =
    commit === null
      ? 'The folder is no git repository, so there is nothing to compare with.'
      : changes === null
        ? `${branch} has no commit before its last one and no other target branch, so there is nothing to compare with.`
        : `${branch} changes nothing against ${targetBranch}.`;
  const data = { verdict: null, comments: [], base: changes?.base ?? null, head: commit };
  const content = `# Review of ${code(branch)}\n\n${why}\n`;
  return {
    findings: [{ resultType: 'ANALYSIS', content, summary: why, data }],
    edits: [],
    editSummary: null,
    message: why,
  };
}
