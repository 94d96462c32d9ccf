import { counted } from '../../code/markdown/markdown.ts';
import { PlaceWriter } from './answer-text.ts';
import { READ_FACTS } from './architect-facts.ts';
import { layersOf, unitGraph } from './architect-layers.ts';
import { measureComplexity } from './architect-measures.ts';
import { writeArchitecture } from './architect-page.ts';
import { hotSpotsOf, type Risk, type RiskFacts, risksOf } from './architect-risks.ts';
import { passageBlocks } from './ask-answer.ts';
import { FIND_EVIDENCE } from './ask-evidence.ts';
import { readQuestion } from './ask-question.ts';
import { readChurn } from './git-churn.ts';
import type { TaskBrief, TaskEngine, TaskFinding, TaskTools } from './task-engine.ts';
import { readTaskTree, type TaskTree } from './task-tree.ts';

/** Less of the prompt's words than that in one place, and the place is not about it. */
const LEAST_COVERAGE = 0.5;
const MOST_PLACES = 4;
const MOST_HOT_SPOTS = 20;

/**
 * Draws the architecture of a checkout: its modules and what they import, cycles, layers, hot spots by complexity and
 * changes, and the largest risks with places and numbers; besides, the places that the prompt speaks of.
 */
export const drawArchitecture: TaskEngine = async (brief, tools) => {
  tools.report(0, 'Reading the code');
  const tree = await readTaskTree(brief, tools, (share) => tools.report(share * 0.5, 'Reading the code'));
  tools.report(0.5, 'Measuring complexity and reading the history');
  const { signal, threads } = tools;
  const facts = await threads.run(READ_FACTS, { packed: tree.packed }, { signal });
  const [measures, churn] = await Promise.all([
    measureComplexity(tree.root, facts.modules, tools),
    readChurn(tree.root, signal),
  ]);
  tools.report(0.8, 'Looking for risks');
  const places = new PlaceWriter(brief);
  const graph = unitGraph(facts);
  const layering = layersOf(facts, graph);
  const hotSpots = hotSpotsOf(facts, measures, churn);
  const found = { facts, graph, layering, measures, hotSpots, churn };
  const risks = risksOf(found, places);
  const asked = await placesAskedFor(brief, tree, tools, places);
  const content = writeArchitecture({ ...found, name: brief.repository.name, risks, inventory: tree, places, asked });
  const high = risks.filter(({ severity }) => severity === 'high').length;
  const summary = `${counted(facts.modules.length, 'source file')}, ${counted(graph.cycles.length, 'import cycle')}, ${counted(risks.length, 'risk')} (${high} high)${risks[0] === undefined ? '' : `; the largest: ${risks[0].title}`}.`;
  tools.report(1, 'Drawn');
  return {
    findings: [
      {
        resultType: 'ANALYSIS',
        content,
        summary,
        data: dataOf(found, risks, places),
      },
    ],
    edits: [],
    editSummary: null,
    message: summary,
  };
};

/** The same for programs. */
function dataOf(
  { facts, graph, layering, hotSpots, churn }: RiskFacts,
  risks: readonly Risk[],
  { places }: PlaceWriter,
): TaskFinding['data'] {
  return {
    modules: facts.modules.length,
    cycles: graph.cycles,
    layers: layering.areas.map(({ label, layer, circle }) => ({ label, layer, circle })),
    hotSpots: hotSpots.slice(0, MOST_HOT_SPOTS).map(({ module, measure, commits, heat }) => ({
      path: module.path,
      complexity: measure.cyclomatic,
      commits,
      heat,
    })),
    history:
      churn.files === null ? { commits: null, reason: churn.reason } : { commits: churn.commits, since: churn.since },
    risks: risks.map(({ severity, kind, title }) => ({ severity, kind, title })),
    places,
  };
}

/** Where the tree speaks of what the prompt is about; nothing for a prompt about the whole. */
async function placesAskedFor(
  brief: TaskBrief,
  tree: TaskTree,
  tools: TaskTools,
  places: PlaceWriter,
): Promise<string[]> {
  const general =
    /\b(?:architectur\w*|structur\w*|overview|designs?|diagrams?|modules?|dependenc\w*|codebase|project|repository|system|analy[sz]\w*|review|whole|improv\w*|suggest\w*|propos\w*|plan\w*|draw|map|layers?|cycles?|risks?|hot ?spots?|parts?|fits?|together|hangs?|works?|organi[sz]\w*|explain\w*|describ\w*|everything|code)\b/gi;
  const question = {
    ...readQuestion(brief.prompt.replace(general, ' '), brief.repository.name),
    kind: 'search' as const,
    quotes: [],
  };
  if (question.terms.length === 0) return [];
  const { root, packed } = tree;
  const evidence = await tools.threads.run(FIND_EVIDENCE, { root, packed, question }, { signal: tools.signal });
  const heading = '## Places the request speaks of';
  if (evidence.coverage < LEAST_COVERAGE)
    return [heading, 'No place of the tree holds enough of its words; the page is about the whole.'];
  return [heading, ...evidence.passages.slice(0, MOST_PLACES).flatMap((one) => passageBlocks(one, places))];
}
