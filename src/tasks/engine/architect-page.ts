import { roleOf } from '../../code/file-roles.ts';
import type { Manifest } from '../../code/manifests.ts';
import { code, counted, fence, grouped, page, plain, table } from '../../code/markdown/markdown.ts';
import { drawModules } from '../../code/modules/mermaid.ts';
import type { Inventory } from '../../code/tree/inventory.ts';
import { listed, type PlaceWriter } from './answer-text.ts';
import { functionAt, type HotSpot, type Risk, type RiskFacts } from './architect-risks.ts';

const MOST_HOT_SPOTS = 10;
const MOST_CYCLES_DRAWN = 3;
const LARGEST_DRAWN_CYCLE = 15;
const MOST_ROWS = 20;

/** What the page is made of. */
export interface Architecture extends RiskFacts {
  readonly name: string;
  readonly risks: readonly Risk[];
  readonly inventory: Inventory;
  readonly places: PlaceWriter;
  /** What stands in the tree on what was asked; empty for nothing. */
  readonly asked: readonly string[];
}

/** The page on a project's architecture, as Markdown. */
export function writeArchitecture(architecture: Architecture): string {
  const { name, asked } = architecture;
  return page([
    `# Architecture of ${plain(name)}`,
    atAGlance(architecture),
    ...riskSection(architecture),
    ...asked,
    ...graphSection(architecture),
    ...layerSection(architecture),
    ...cycleSection(architecture),
    ...hotSpotSection(architecture),
    ...entrySection(architecture),
    ...dependencySection(architecture),
    ...limitSection(architecture),
  ]);
}

function atAGlance({ facts, graph, hotSpots, churn }: Architecture): string {
  const lines = facts.modules.reduce((sum, one) => sum + one.lines, 0);
  const parts = [
    `${counted(facts.modules.length, 'source file')} with ${grouped(lines)} lines, ${counted(graph.edges.length, 'import')} between ${graph.units.some((unit) => unit.endsWith('/')) ? 'folders and modules' : 'modules'}, ${counted(graph.cycles.length, 'import cycle')}, ${counted(facts.testFiles, 'test file')}.`,
  ];
  if (churn.files !== null) parts.push(`${counted(churn.commits, 'commit')} since ${churn.since} were read.`);
  const [hottest] = hotSpots;
  if (hottest !== undefined && churn.files !== null) parts.push(`The hottest file is ${code(hottest.module.path)}.`);
  return parts.join(' ');
}

function riskSection({ risks }: Architecture): string[] {
  if (risks.length === 0) return ['## Largest risks', 'None was found by the measures below.'];
  const rows = risks.map(({ severity, title, text }, at) => `${at + 1}. **${severity}** — ${title}. ${text}`);
  return ['## Largest risks', rows.join('\n')];
}

function graphSection({ graph }: Architecture): string[] {
  if (graph.edges.length === 0) return ['## Module graph', 'No module imports another one.'];
  const linked = new Set(graph.edges.flatMap(({ from, to }) => [from, to]));
  const diagram = drawModules(
    graph.units.filter((unit) => linked.has(unit)),
    graph.edges,
  );
  const notes = ['An arrow leads to what is imported.'];
  if (diagram.isGrouped) notes.push('Folders stand for what is in them; numbers count the imports behind an arrow.');
  if (diagram.hasDotted) notes.push('Dotted arrows are imports of types only, or inside of functions.');
  if (diagram.folder !== '') notes.push(`All of it lies in ${code(diagram.folder)}.`);
  if (diagram.impliedEdges > 0)
    notes.push(`${counted(diagram.impliedEdges, 'arrow')} that follow from others are not drawn.`);
  if (diagram.hiddenEdges > 0) notes.push(`${counted(diagram.hiddenEdges, 'weaker arrow')} are not drawn.`);
  return ['## Module graph', notes.join(' '), fence(diagram.text, 'mermaid')];
}

function layerSection({ layering }: Architecture): string[] {
  const { areas } = layering;
  const highest = Math.max(0, ...areas.map(({ layer }) => layer));
  if (areas.length < 2 || highest === 0) return [];
  const rows = Array.from({ length: highest + 1 }, (_, at) => highest - at).map((layer) => {
    const own = areas.filter((area) => area.layer === layer);
    const circles = new Map<number, string[]>();
    for (const { circle, label } of own)
      if (circle !== null) circles.set(circle, [...(circles.get(circle) ?? []), label]);
    const circled = [...circles.values()].map((labels) => `in a circle: ${listed(labels, 20)}`);
    const alone = own.filter(({ circle }) => circle === null).map(({ label }) => label);
    return [String(layer), [...(alone.length > 0 ? [listed(alone, 20)] : []), ...circled].join('; ')];
  });
  return [
    '## Layers',
    'Each part stands above all that it imports; the lowest imports no other part. Parts in a circle have no order among themselves.',
    table(['Layer', 'Parts'], rows),
  ];
}

function cycleSection({ graph }: Architecture): string[] {
  const note =
    'Imports of types only, and inside of functions, are not counted: they do not run when a module is loaded.';
  if (graph.cycles.length === 0) return ['## Import cycles', `There are none. ${note}`];
  const lines = graph.cycles
    .slice(0, MOST_ROWS)
    .map((cycle) => `- ${[...cycle, cycle[0] ?? ''].map(code).join(' → ')}`);
  const rest = graph.cycles.length - lines.length;
  const drawn = graph.cycles
    .filter(({ length }) => length > 2 && length <= LARGEST_DRAWN_CYCLE)
    .slice(0, MOST_CYCLES_DRAWN)
    .map((cycle) => {
      const inside = new Set(cycle);
      const edges = graph.edges.filter(({ from, to, atLoad }) => atLoad && inside.has(from) && inside.has(to));
      return fence(drawModules(cycle, edges).text, 'mermaid');
    });
  return [
    '## Import cycles',
    `Of each group of modules that reach each other one shortest way round is shown. ${note}`,
    [...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n'),
    ...drawn,
  ];
}

function hotSpotSection({ hotSpots, churn, places }: Architecture): string[] {
  if (hotSpots.length === 0) return [];
  const told =
    churn.files === null
      ? `Files by the complexity of their functions. How often they change is not known: ${churn.reason}.`
      : `Files by cyclomatic complexity times commits since ${churn.since}${churn.note === null ? '' : `. ${churn.note.replace(/\.$/, '')}`}. What is complex and changes often is where mending pays first. Test files are those that import it, by itself or through its package.`;
  const rows = hotSpots.slice(0, MOST_HOT_SPOTS).map((spot) => row(spot, places));
  const head =
    churn.files === null
      ? ['File', 'Complexity', 'Functions', 'Worst function']
      : ['File', 'Complexity', 'Commits', 'Lines changed', 'Authors', 'Test files', 'Worst function'];
  return ['## Hot spots', told, table(head, rows)];
}

function row({ module, measure, commits, changedLines, authors }: HotSpot, places: PlaceWriter): string[] {
  const [worst] = measure.worst;
  const last = worst === undefined ? '' : functionAt(module.path, worst, places);
  const file = places.at('hot spot', module.path, 1);
  if (commits === null) return [file, grouped(measure.cyclomatic), grouped(measure.functions), last];
  return [
    file,
    grouped(measure.cyclomatic),
    grouped(commits),
    grouped(changedLines ?? 0),
    grouped(authors ?? 0),
    grouped(module.tests),
    last,
  ];
}

function entrySection({ facts, inventory, places }: Architecture): string[] {
  const declared = ownManifests(inventory).flatMap((manifest) =>
    manifest.entryPoints.map(({ kind, name, target }) => [
      kind,
      name === '' ? '' : code(name),
      code(target),
      code(manifest.path),
    ]),
  );
  const runnable = facts.modules
    .filter((module) => module.runnable)
    .map(({ path }) => places.at('entry point', path, 1));
  const rest = Math.max(0, runnable.length - MOST_ROWS);
  if (declared.length === 0 && runnable.length === 0) return [];
  return [
    '## Entry points',
    table(['Kind', 'Name', 'Target', 'Declared in'], declared.slice(0, MOST_ROWS)),
    declared.length > MOST_ROWS ? `And ${declared.length - MOST_ROWS} more.` : '',
    runnable.length === 0
      ? ''
      : `Files that are run by themselves: ${runnable.slice(0, MOST_ROWS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`,
  ];
}

function dependencySection({ facts, inventory }: Architecture): string[] {
  const declared = new Map<string, Manifest['dependencies'][number]>();
  for (const { dependencies } of ownManifests(inventory))
    for (const one of dependencies) if (one.group !== 'development') declared.set(nameKey(one.name), one);
  const rows = facts.packages
    .filter(({ name }) => declared.has(nameKey(name)))
    .slice(0, MOST_ROWS)
    .map(({ name, importedBy }) => [code(name), code(declared.get(nameKey(name))?.version ?? ''), grouped(importedBy)]);
  const imported = new Set(facts.packages.map(({ name }) => nameKey(name)));
  const silent = [...declared.values()].filter(({ name }) => !imported.has(nameKey(name))).map(({ name }) => name);
  const blocks = [table(['Package', 'Version', 'Imported by files'], rows)];
  if (silent.length > 0)
    blocks.push(
      `Declared, and imported under that name by no source file outside of tests: ${listed(silent, MOST_ROWS)}.`,
    );
  return rows.length === 0 && silent.length === 0 ? [] : ['## Dependencies', ...blocks];
}

/** Manifests of the project itself, without those of its examples and tests. */
function ownManifests({ manifests }: Inventory): Manifest[] {
  return manifests.filter(({ path }) => !/^(?:example|test)$/.test(roleOf(path)));
}

/** Python's packages are written with dashes and imported with underscores. */
function nameKey(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function limitSection({ facts, measures, inventory }: Architecture): string[] {
  const notes: string[] = [];
  const unmeasured = facts.modules.filter(({ path }) => !measures.has(path)).map(({ path }) => path);
  if (unmeasured.length > 0)
    notes.push(`- The complexity of ${counted(unmeasured.length, 'file')} was not measured: ${listed(unmeasured, 5)}.`);
  if (inventory.tree.skips.length > 0)
    notes.push(
      `- ${counted(inventory.tree.skips.length, 'path was', 'paths were')} left out: foreign, built, generated, binary or unreadable.`,
    );
  for (const limit of inventory.tree.limitsReached) notes.push(`- ${limit}`);
  return notes.length === 0 ? [] : ['## What was not looked at', notes.join('\n')];
}
