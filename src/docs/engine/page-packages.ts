import { code, counted, fence, page, plain } from '../../code/markdown/markdown.ts';
import { relativeLink } from '../../code/markdown/source-links.ts';
import { type DrawnPackage, drawPackages, MOST_PACKAGES } from '../../code/modules/mermaid.ts';
import type { Book } from './page-book.ts';
import { commandAnchor, commandsOf } from './page-command-line.ts';
import { settingsOf, settingsTable } from './page-configuration.ts';
import { entriesOf, entryTables, importStatement } from './page-entries.ts';
import { leftOutNotes, moduleGraph } from './page-graph.ts';
import { dependenciesOf, installCommand } from './page-parts.ts';
import { type ReferencePlan, referenceBlocks, referenceParts } from './page-reference.ts';
import { exampleBlocks } from './page-symbol.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';
import type { PackageChapter } from './project-packages.ts';

/** Path of each package's page: its name, or its folder where two names would fall on one file. */
export function chapterPaths(chapters: readonly PackageChapter[], folder: string): Map<string, string> {
  const taken = new Set<string>();
  const paths = new Map<string, string>();
  for (const chapter of chapters) {
    const base = chapter.name.replace(/^@[^/]+\//, '');
    const names = [base, chapter.name, chapter.path].map(fileName);
    let name = names.find((one) => one !== '' && !taken.has(one)) ?? fileName(chapter.path);
    for (let number = 2; taken.has(name); number += 1) name = `${fileName(chapter.path)}-${number}`;
    taken.add(name);
    paths.set(chapter.path, `${folder}/${name}.md`);
  }
  return paths;
}

function fileName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
}

/** The packages as rows of a table: name linked to the chapter, and what its manifest says of it. */
export function packageRows({ model, chapterPaths: pages }: Book, from: string): string[][] {
  return model.chapters.map((chapter) => {
    const target = pages.get(chapter.path);
    const name = target === undefined ? code(chapter.name) : `[${code(chapter.name)}](${relativeLink(from, target)})`;
    return [name, plain(chapter.description ?? '')];
  });
}

/** The chapter of one package, with its reference. */
export function writeChapter(book: Book, chapter: PackageChapter, plan: ReferencePlan): Page[] {
  const { path } = plan;
  const content = page([
    `# ${plain(chapter.name)}`,
    chapter.description === null ? '' : plain(chapter.description),
    facts(book, chapter, path),
    ...gettingStarted(book, chapter, path),
    ...commandLine(book, chapter, path),
    ...configuration(book, chapter, path),
    ...place(book, chapter, path),
    ...publicNames(book, chapter, path),
    ...referenceBlocks(book, plan),
  ]);
  return [{ path, content }, ...referenceParts(book, plan)];
}

function facts({ links }: Book, chapter: PackageChapter, path: string): string {
  const parts = [
    `Sources in ${links.file(path, chapter.path)}`,
    chapter.version === null ? '' : `version ${plain(chapter.version)}`,
    chapter.private ? 'not published' : '',
  ];
  return `${parts.filter((part) => part !== '').join(' · ')}`;
}

function gettingStarted(book: Book, chapter: PackageChapter, path: string): string[] {
  const manifest = book.model.manifests.find((one) => one.path === chapter.manifestPath);
  const install = manifest === undefined ? null : installCommand(book.model, manifest);
  const [entry] = entriesOf(book, chapter.manifestPath);
  const statement = entry === undefined ? null : importStatement(book, entry);
  const sample = chapter.readme === null ? undefined : book.examples.byReadme.get(chapter.readme);
  const blocks = [
    ...(install === null ? [] : [fence(install, 'sh')]),
    ...(sample === undefined ? [] : exampleBlocks(sample, { page: path, links: book.links })),
    ...(statement === null || sample !== undefined ? [] : [statement]),
  ];
  return blocks.length === 0 ? [] : ['## Getting started', ...blocks];
}

function commandLine(book: Book, chapter: PackageChapter, path: string): string[] {
  const own = new Set(chapter.modules);
  const programs = commandsOf(book).filter((one) => one.files.some((file) => own.has(file)));
  if (programs.length === 0) return [];
  const page = relativeLink(path, book.paths.commandLine);
  const named = programs.map((one) => `[${code(one.program)}](${page}#${commandAnchor(one.program)})`);
  return ['## Command line', `${counted(named.length, 'program')}: ${named.join(', ')}.`];
}

function configuration(book: Book, chapter: PackageChapter, path: string): string[] {
  const own = new Set(chapter.modules);
  const settings = settingsOf(book, (file) => own.has(file));
  return settings.length === 0
    ? []
    : ['## Configuration', 'Environment variables that the package reads:', settingsTable(book, settings, path)];
}

/** Its place among its siblings, and how its own modules fit together. */
function place(book: Book, chapter: PackageChapter, path: string): string[] {
  const { model, chapterPaths: pages } = book;
  const linked = (name: string): string => {
    const sibling = model.chapters.find((one) => one.name === name);
    const target = sibling === undefined ? undefined : pages.get(sibling.path);
    return target === undefined ? code(name) : `[${code(name)}](${relativeLink(path, target)})`;
  };
  const usedBy = model.chapters.filter((one) => one.uses.includes(chapter.name)).map((one) => one.name);
  const lines = [
    chapter.uses.length === 0 ? '' : `- Uses ${chapter.uses.map(linked).join(', ')}`,
    usedBy.length === 0 ? '' : `- Used by ${usedBy.map(linked).join(', ')}`,
  ].filter((line) => line !== '');
  const own = new Set(chapter.modules);
  const edges = model.edges.filter((edge) => own.has(edge.from) && own.has(edge.to));
  const cycles = model.cycles.filter((cycle) => cycle.every((module) => own.has(module)));
  const blocks = lines.length === 0 ? [] : [lines.join('\n')];
  if (edges.length > 1) blocks.push(...moduleGraph(chapter.modules, edges));
  if (cycles.length > 0) {
    blocks.push('Import cycles:');
    blocks.push(
      cycles
        .slice(0, 10)
        .map((cycle) => `- ${[...cycle, cycle[0] ?? ''].map(code).join(' → ')}`)
        .join('\n'),
    );
  }
  return blocks.length === 0 ? [] : ['## How it fits', ...blocks];
}

function publicNames(book: Book, chapter: PackageChapter, path: string): string[] {
  const entries = entriesOf(book, chapter.manifestPath);
  const only = chapter.modules.length === 1 && entries.length === 1;
  // With one module, the reference below is the same list.
  if (only && entries[0]?.names.every((one) => one.module === chapter.modules[0]) === true) return [];
  const tables = entryTables(book, path, entries);
  return tables.length === 0 ? [] : ['## Public names', ...tables];
}

/** Which package needs which, as a diagram with a sentence; empty when there are no packages. */
export function packageGraph({ model }: Book): string[] {
  if (model.chapters.length < 2) return [];
  const { text, implied, hidden } = drawPackages([...rootPackage(model), ...model.chapters]);
  const notes = ['An arrow leads from a package to one that it needs.'];
  notes.push(...leftOutNotes({ impliedEdges: implied, hiddenEdges: hidden }));
  return [notes.join(' '), fence(text, 'mermaid')];
}

/** The package in the root, where it is one that stands on others of the tree and there is room for it. */
function rootPackage(model: ProjectModel): DrawnPackage[] {
  const names = new Set(model.chapters.map((chapter) => chapter.name));
  const uses = dependenciesOf(model, 'runtime').flatMap(({ name }) => (names.has(name) ? [name] : []));
  if (uses.length === 0 || names.has(model.name) || names.size >= MOST_PACKAGES) return [];
  return [{ name: model.name, path: '.', uses }];
}
