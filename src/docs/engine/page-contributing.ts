import { code, counted, fence, filledTable, page, plain, table } from '../../code/markdown/markdown.ts';
import { COVERAGE_RULE } from './coverage.ts';
import type { Book } from './page-book.ts';
import { rootManifests, scriptTable, setUpCommands } from './page-parts.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

/** The page for contributors: set-up, scripts, layout, checks and where documentation is missing. */
export function writeContributingPage(book: Book): Page {
  const { model, paths } = book;
  const content = page([
    `# Contributing to ${plain(model.name)}`,
    ...setUp(model),
    ...section('## Scripts', scriptTable(model, 'all')),
    ...section('## Layout', layout(book)),
    ...section('## Checks that run on the server', workflows(book)),
    ...missing(book),
  ]);
  return { path: paths.contributing, content };
}

function section(title: string, content: string): string[] {
  return content === '' ? [] : [title, content];
}

function setUp(model: ProjectModel): string[] {
  const commands = setUpCommands(model);
  const runtimes = rootManifests(model).flatMap((manifest) =>
    manifest.runtime === null ? [] : [`${plain(manifest.runtime)} (${code(manifest.path)})`],
  );
  const blocks: string[] = [];
  if (runtimes.length > 0) blocks.push(`Needs ${[...new Set(runtimes)].join(' and ')}.`);
  if (model.repository.url !== null) blocks.push(fence(`git clone ${model.repository.url}`, 'sh'));
  if (commands.length > 0) {
    blocks.push(
      table(
        ['Command', 'Because there is'],
        commands.map((one) => [code(one.command), code(one.because)]),
      ),
    );
  }
  return blocks.length === 0 ? [] : ['## Set-up', ...blocks];
}

function layout({ model, links, paths }: Book): string {
  const rows = model.folders.map((folder) => {
    const modules = model.modules.filter((module) => module.path.startsWith(`${folder.path}/`)).length;
    const name = links.file(paths.contributing, folder.path);
    return [name, counted(folder.files, 'file'), modules === 0 ? '' : counted(modules, 'module')];
  });
  return filledTable(['Folder', 'Files', 'Modules'], rows);
}

function workflows({ model, links, paths }: Book): string {
  const found = model.notableFiles.filter((path) => path.startsWith('.github/workflows/'));
  return found.map((path) => `- ${links.file(paths.contributing, path)}`).join('\n');
}

function missing({ model, links, paths }: Book): string[] {
  const { coverage } = model;
  const rows = coverage.modules
    .filter((module) => module.undocumented.length > 0)
    .sort((a, b) => b.undocumented.length - a.undocumented.length)
    .slice(0, 10)
    .map((module) => [links.file(paths.contributing, module.path), String(module.undocumented.length)]);
  if (rows.length === 0) return [];
  return [
    '## Where documentation is missing',
    `${coverage.documentedSymbols} of ${counted(coverage.publicSymbols, 'public symbol')} have a comment (${coverage.percentage} %). The modules with most that have none:`,
    table(['Module', 'Without a comment'], rows),
    COVERAGE_RULE,
  ];
}
