import { roleOf } from '../../code/file-roles.ts';
import { parsedLanguageOf } from '../../code/languages.ts';
import { counted } from '../../code/markdown/markdown.ts';
import { allTypes, analyseTree, quickTypes } from './analysed-tree.ts';
import { type DebugPlaces, FIND_PLACES } from './debug-places.ts';
import { rankFindings } from './debug-rank.ts';
import { reportDebugging } from './debug-report.ts';
import { type FixResult, fixSafely } from './safe-fixes.ts';
import type { TaskEngine, TaskOutcome } from './task-engine.ts';
import { analyserInput, readTaskTree, type TaskTree } from './task-tree.ts';

/**
 * Checks the files that a prompt names, by path, symbol or trace, or that match it best, with the analysers of
 * `src/code`; findings come nearest and worst first. What can be mended with certainty is, and every such change has
 * been parsed and analysed again. Nothing of the repository is run.
 */
export const debugCode: TaskEngine = async (brief, tools) => {
  tools.report(0, 'Reading the code');
  const tree = await readTaskTree(brief, tools, (share) => tools.report(share * 0.2, 'Reading the code'));
  const prompt = [brief.prompt, brief.title, brief.description ?? ''].join('\n\n');
  const found = await tools.threads.run(
    FIND_PLACES,
    { root: tree.root, packed: tree.packed, prompt },
    { signal: tools.signal },
  );
  const isWhole = found.places.length === 0;
  const led = isWhole ? wholeTree(tree, found) : found;
  const files = [...new Set(led.places.map(({ path }) => path))].sort();
  tools.report(0.2, `Analysing for ${counted(files.length, 'file')}`);
  const input = analyserInput(tree, tools);
  // Types are of the whole tree and slow: they are asked where they can tell anything.
  const types = files.some((path) => /\.(?:pyi?|[cm]?[jt]sx?)$/.test(path)) ? allTypes : quickTypes;
  const analysed = await analyseTree(input, types);
  const ranked = rankFindings(analysed.findings, led.places, prompt);
  tools.report(0.6, 'Mending what is certain');
  const wanted = ranked.map(({ finding }) => finding);
  const fixed = await fixSafely({ input, before: analysed, wanted }, tools);
  tools.report(1, 'Writing the report');
  const finding = reportDebugging({ brief, led, files, isWhole, ranked, analysed, fixed });
  return outcome(finding, fixed);
};

/** Every source file, where nothing says which. */
function wholeTree({ tree }: TaskTree, { unknown }: DebugPlaces): DebugPlaces {
  const sources = tree.files.filter(
    ({ path, lines }) => lines !== null && parsedLanguageOf(path) !== null && roleOf(path) === 'source',
  );
  const places = sources.map(({ path }) => {
    return { path, line: null, endLine: null, reason: 'match' as const, by: '', text: null };
  });
  return { places, unknown };
}

function outcome(finding: TaskOutcome['findings'][number], { edits, fixes }: FixResult): TaskOutcome {
  const mended = fixes.reduce((sum, { findings }) => sum + findings.length, 0);
  const what = `Mends ${counted(mended, 'finding')} in ${counted(edits.length, 'file')}.`;
  return {
    findings: [finding],
    edits,
    editSummary: edits.length === 0 ? null : what,
    message: finding.summary,
  };
}
