import type { Dependency } from '../../code/manifests.ts';
import { summaryLine } from '../../code/markdown/author-text.ts';
import { code, counted, filledTable, grouped, page, plain, table } from '../../code/markdown/markdown.ts';
import { relativeLink } from '../../code/markdown/source-links.ts';
import { LOADED_IN_ORDER } from '../../code/modules/mermaid.ts';
import { groupModules } from '../../code/modules/module-groups.ts';
import { unitEdges, unitOf, unitsOf } from '../../code/modules/module-units.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { type Book, placeOf } from './page-book.ts';
import { moduleGraph } from './page-graph.ts';
import { leftOutSection } from './page-left-out.ts';
import { packageGraph } from './page-packages.ts';
import { dependenciesOf, entryPointRows } from './page-parts.ts';
import { namesOf } from './page-reference.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

const MOST_CYCLES = 50;
const MOST_ROWS = 30;
const MOST_NAMED = 40;

/** The architecture page: packages and modules with who needs whom, cycles, entry points and dependencies. */
export function writeArchitecturePage(book: Book): Page {
  const { model, paths } = book;
  const entries = entryPointRows(model);
  const content = page([
    `# Architecture of ${plain(model.name)}`,
    introduction(model),
    ...packageSection(book),
    ...graphSection(book),
    ...centralSection(book),
    ...cycleSection(model),
    ...(entries.length === 0 && model.runnable.length === 0 ? [] : ['## Entry points']),
    table(['Kind', 'Name', 'Target', 'Declared in'], entries),
    ...runnableSection(book),
    ...dependencySection(model),
    ...withTitle('## What was not read', leftOutSection(model)),
  ]);
  return { path: paths.architecture, content };
}

function introduction(model: ProjectModel): string {
  if (model.modules.length === 0) return 'No modules were found in the languages whose symbols are read.';
  const units = unitsOf(model.modules.map((module) => module.path));
  const folders = [...units.keys()].filter((unit) => unit.endsWith('/')).length;
  const count =
    folders === 0
      ? counted(units.size, 'module')
      : `${counted(model.modules.length, 'file')} in ${counted(folders, 'folder')}`;
  const packages = model.chapters.length > 0 ? ` in ${counted(model.chapters.length, 'package')}` : '';
  const edges = unitEdges(model.edges);
  const imports = edges.length === 0 ? '' : ` with ${counted(edges.length, 'import')} between them`;
  return `${count}${packages}${imports}. Tests, examples and tooling are left out.`;
}

function withTitle(title: string, blocks: readonly string[]): string[] {
  return blocks.some((block) => block !== '') ? [title, ...blocks] : [];
}

/** What the packages are stands in the README: here is how they hang together. */
function packageSection(book: Book): string[] {
  const { chapters } = book.model;
  const from = book.paths.architecture;
  const rows = chapters.map((chapter) => {
    const target = book.chapterPaths.get(chapter.path);
    const name = target === undefined ? code(chapter.name) : `[${code(chapter.name)}](${relativeLink(from, target)})`;
    const usedBy = chapters.filter((one) => one.uses.includes(chapter.name)).length;
    return [
      name,
      book.links.file(from, chapter.path),
      ...[chapter.modules.length, chapter.uses.length, usedBy].map(grouped),
    ];
  });
  const head = ['Package', 'Folder', 'Modules', 'Needs', 'Needed by'];
  return withTitle('## Packages', [...packageGraph(book), table(head, rows)]);
}

/** The modules of the root; those of packages are drawn in their chapters. */
function graphSection(book: Book): string[] {
  const { model } = book;
  const inChapters = new Set(model.chapters.flatMap((chapter) => chapter.modules));
  const modules = model.modules.filter((module) => !inChapters.has(module.path));
  const edges = model.edges.filter((edge) => !inChapters.has(edge.from) && !inChapters.has(edge.to));
  const drawn = modules
    .filter((module) => module.symbols.length > 0 || module.imports.length > 0)
    .map((module) => module.path);
  const linked = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const all = [...new Set([...drawn, ...linked])];
  const graph = moduleGraph(all, edges);
  return [...(graph.length === 0 ? [] : ['## Module graph', ...graph]), ...partsSection(book, all)];
}

/** File of a folder in which its language has the comment about all of it. */
const ENTRY = /(?:^|\/)(?:index\.[cm]?[jt]sx?|__init__\.py|mod\.rs|lib\.rs|doc\.go|package-info\.java)$/;

/** What each part of the diagram is: a folder by the comment of its entry file, a module by its own. */
function partsSection(book: Book, modules: readonly string[]): string[] {
  const units = unitsOf(modules);
  const rows = groupModules([...units.keys()]).flatMap((group): string[][] => {
    if (group.kind === 'rest' || group.kind === 'files') return [];
    const files = group.modules
      .flatMap((unit) => units.get(unit) ?? [])
      .flatMap((path) => book.modules.get(path) ?? []);
    const entry = aboutAll(group.label, files);
    const offers = files.flatMap((file) => file.symbols);
    const about = summaryLine(entry?.doc ?? null);
    if (about === '' && offers.length === 0) return [];
    const place = entry === undefined ? null : placeOf(book, book.paths.architecture, entry.path, '');
    return [[place === null ? code(group.label) : `[${code(group.label)}](${place})`, namesOf(offers, 4), about]];
  });
  return withTitle('### Parts', [filledTable(['Part', 'Offers', 'About'], rows)]);
}

/**
 * The file that speaks for a part: the only one, the entry file right in the folder, else one with a comment on all.
 */
function aboutAll(label: string, files: readonly ParsedFile[]): ParsedFile | undefined {
  const [only, ...more] = files;
  if (more.length === 0) return only;
  const right = files.filter((file) => unitOf(file.path) === label || file.path.indexOf('/', label.length) < 0);
  return (
    right.find((file) => ENTRY.test(file.path)) ??
    right.find((file) => file.doc !== null && unitOf(file.path) === label)
  );
}

function centralSection(book: Book): string[] {
  const { model } = book;
  const counts = new Map<string, { by: number; uses: number }>();
  const of = (unit: string): { by: number; uses: number } => counts.get(unit) ?? { by: 0, uses: 0 };
  for (const edge of unitEdges(model.edges)) {
    counts.set(edge.to, { ...of(edge.to), by: of(edge.to).by + 1 });
    counts.set(edge.from, { ...of(edge.from), uses: of(edge.from).uses + 1 });
  }
  const rows = [...unitsOf(model.modules.map((module) => module.path))]
    .filter(([unit]) => of(unit).by > 2)
    .sort(([a], [b]) => of(b).by - of(a).by)
    .slice(0, 12)
    .map(([unit, paths]) => {
      const entry = aboutAll(
        unit,
        paths.flatMap((path) => book.modules.get(path) ?? []),
      );
      const place = entry === undefined ? null : placeOf(book, book.paths.architecture, entry.path, '');
      return [
        place === null ? code(unit) : `[${code(unit)}](${place})`,
        String(of(unit).by),
        String(of(unit).uses),
        summaryLine(entry?.doc ?? null),
      ];
    });
  return withTitle('## Modules that most others depend on', [
    filledTable(['Module', 'Imported by', 'Imports', 'About'], rows),
  ]);
}

function cycleSection(model: ProjectModel): string[] {
  // A compiler that takes all files at once, or refuses circles, makes this no question.
  if (!model.edges.some((edge) => LOADED_IN_ORDER.test(edge.from) || (edge.atLoad && edge.from.endsWith('.rb'))))
    return [];
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

function runnableSection({ model, links, paths }: Book): string[] {
  if (model.runnable.length === 0) return [];
  const shown = model.runnable.slice(0, MOST_ROWS).map((path) => links.file(paths.architecture, path));
  const more = model.runnable.length - shown.length;
  return [
    `Modules that are run by themselves (they have a \`#!\` line, a \`__main__\` guard or a \`main\` function): ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
  ];
}

/** What the project stands on: run-time dependencies with the modules that import them, the others by name. */
function dependencySection(model: ProjectModel): string[] {
  const importedBy = new Map(
    model.packages.map((one) => [one.name.replaceAll('_', '-').toLowerCase(), one.importedBy]),
  );
  const rows = dependenciesOf(model, 'runtime').map((one) => {
    const count = importedBy.get(one.name.replaceAll('_', '-').toLowerCase()) ?? 0;
    return [code(one.name), one.version === '' ? '' : code(one.version), count === 0 ? '' : counted(count, 'module')];
  });
  const groups: [string, Dependency['group']][] = [
    ['Expected from the one who uses it', 'peer'],
    ['Optional', 'optional'],
    ['For development', 'development'],
  ];
  const blocks = groups.flatMap(([title, group]) => {
    const dependencies = dependenciesOf(model, group);
    if (dependencies.length === 0) return [];
    const names = dependencies.slice(0, MOST_NAMED).map((one) => code(one.name));
    const more = dependencies.length - names.length;
    return [`${title}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`];
  });
  return withTitle('## Dependencies', [filledTable(['Package', 'Version', 'Imported by'], rows), ...blocks]);
}
