import type { Dependency } from '../../code/manifests.ts';
import { summaryLine } from './author-text.ts';
import { code, counted, fence, page, plain, table } from './markdown.ts';
import { drawModules } from './mermaid.ts';
import { leftOutSection } from './page-left-out.ts';
import { dependenciesOf, entryPointRows, scriptTable } from './page-parts.ts';
import type { PagePaths } from './page-paths.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

const MOST_CYCLES = 50;
const MOST_ROWS = 30;

/** The architecture page: module graph, the modules most depended on, cycles, entry points, dependencies, scripts. */
export function writeArchitecturePage(model: ProjectModel, paths: PagePaths): Page {
  const entries = entryPointRows(model);
  const content = page([
    `# Architecture of ${plain(model.name)}`,
    model.modules.length === 0
      ? 'No modules were found in the languages that are read (TypeScript, JavaScript and Python).'
      : `${counted(model.modules.length, 'module')} with ${counted(model.edges.length, 'import')} between them. Tests, examples and tooling are left out.`,
    ...graphSection(model),
    ...centralSection(model),
    ...cycleSection(model),
    ...(entries.length === 0 && model.runnable.length === 0 ? [] : ['## Entry points']),
    table(['Kind', 'Name', 'Target', 'Declared in'], entries),
    ...(model.runnable.length === 0
      ? []
      : [
          `Modules that say that they are run (a \`#!\` line or a \`__main__\` guard): ${model.runnable.slice(0, MOST_ROWS).map(code).join(', ')}${model.runnable.length > MOST_ROWS ? ` and ${model.runnable.length - MOST_ROWS} more` : ''}.`,
        ]),
    ...packageSection(model),
    ...dependencySection(model),
    ...withTitle('## Scripts', [scriptTable(model)]),
    ...withTitle('## What was not read', leftOutSection(model)),
  ]);
  return { path: paths.architecture, content };
}

function withTitle(title: string, blocks: readonly string[]): string[] {
  return blocks.some((block) => block !== '') ? [title, ...blocks] : [];
}

function graphSection(model: ProjectModel): string[] {
  if (model.modules.length === 0) return [];
  const drawn = model.modules
    .filter((module) => module.symbols.length > 0 || module.imports.length > 0)
    .map((module) => module.path);
  const linked = new Set(model.edges.flatMap((edge) => [edge.from, edge.to]));
  const diagram = drawModules([...new Set([...drawn, ...linked])], model.edges);
  const notes = ['An arrow leads from a module to one that it imports.'];
  if (diagram.isGrouped)
    notes.push('Folders stand for the modules in them, and a number counts the imports behind an arrow.');
  if (diagram.folder !== '') notes.push(`All of it lies in ${code(diagram.folder)}.`);
  if (diagram.hasDotted) notes.push('Dotted ones are only imports of types, or imports inside of functions.');
  if (diagram.hiddenEdges > 0)
    notes.push(`${counted(diagram.hiddenEdges, 'weaker arrow is', 'weaker arrows are')} not drawn.`);
  return ['## Module graph', notes.join(' '), fence(diagram.text, 'mermaid')];
}

function centralSection(model: ProjectModel): string[] {
  const counts = new Map<string, { by: number; uses: number }>();
  const of = (path: string): { by: number; uses: number } => counts.get(path) ?? { by: 0, uses: 0 };
  for (const edge of model.edges) {
    counts.set(edge.to, { ...of(edge.to), by: of(edge.to).by + 1 });
    counts.set(edge.from, { ...of(edge.from), uses: of(edge.from).uses + 1 });
  }
  const rows = model.modules
    .filter((module) => of(module.path).by > 1)
    .sort((a, b) => of(b.path).by - of(a.path).by)
    .slice(0, 15)
    .map((module) => [
      code(module.path),
      String(of(module.path).by),
      String(of(module.path).uses),
      summaryLine(module.doc),
    ]);
  return withTitle('## Modules that most others depend on', [
    table(['Module', 'Imported by', 'Imports', 'About'], rows),
  ]);
}

function cycleSection(model: ProjectModel): string[] {
  if (model.modules.length === 0) return [];
  const note =
    'Type-only imports and imports inside of functions are not counted: they do not run when a module is loaded.';
  if (model.cycles.length === 0) return ['## Import cycles', `There are none. ${note}`];
  const shown = model.cycles
    .slice(0, MOST_CYCLES)
    .map((cycle) => `- ${[...cycle, cycle[0] ?? ''].map(code).join(' → ')}`);
  const rest = model.cycles.length - shown.length;
  return [
    '## Import cycles',
    `${counted(model.cycles.length, 'group of modules reaches itself', 'groups of modules reach themselves')}; each is shown by one shortest way round. ${note}`,
    [...shown, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n'),
  ];
}

function packageSection(model: ProjectModel): string[] {
  const declared = new Set(model.manifests.flatMap((manifest) => manifest.dependencies.map((one) => one.name)));
  const rows = model.packages
    .filter((one) => declared.has(one.name) || declared.has(one.name.replaceAll('_', '-')))
    .slice(0, MOST_ROWS);
  return withTitle('## Packages that the modules import', [
    table(
      ['Package', 'Imported by'],
      rows.map((one) => [code(one.name), counted(one.importedBy, 'module')]),
    ),
  ]);
}

function dependencySection(model: ProjectModel): string[] {
  const groups: [string, Dependency['group']][] = [
    ['At run time', 'runtime'],
    ['Expected from the one who uses it', 'peer'],
    ['Optional', 'optional'],
    ['For development', 'development'],
  ];
  const blocks = groups.flatMap(([title, group]) => {
    const dependencies = dependenciesOf(model, group);
    if (dependencies.length === 0) return [];
    const names = dependencies.map((one) => code(`${one.name} ${one.version}`)).join(', ');
    return [`**${title}** (${dependencies.length}): ${names}`];
  });
  return withTitle('## Declared dependencies', blocks);
}
