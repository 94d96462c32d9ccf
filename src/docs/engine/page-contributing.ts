import { code, counted, fence, linkTarget, page, plain, table } from './markdown.ts';
import { rootManifests, scriptTable, setUpCommands } from './page-parts.ts';
import type { PagePaths } from './page-paths.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

/** The page for contributors: set-up, scripts, layout, checks and where documentation is missing. */
export function writeContributingPage(model: ProjectModel, paths: PagePaths): Page {
  const content = page([
    `# Contributing to ${plain(model.name)}`,
    ...setUp(model),
    ...section('## Scripts', scriptTable(model)),
    ...section('## Layout', layout(model)),
    ...section('## Checks that run on the server', workflows(model)),
    ...missing(model, paths),
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
  if (commands.length > 0) {
    blocks.push(
      table(
        ['Command', 'Because there is'],
        commands.map((one) => [code(one.command), code(one.because)]),
      ),
    );
  }
  if (model.repository.url !== null) blocks.unshift(fence(`git clone ${model.repository.url}`, 'sh'));
  return blocks.length === 0 ? [] : ['## Set-up', ...blocks];
}

function layout(model: ProjectModel): string {
  const rows = model.folders.map((folder) => {
    const modules = model.modules.filter((module) => module.path.startsWith(`${folder.path}/`)).length;
    return [code(`${folder.path}/`), counted(folder.files, 'file'), modules === 0 ? '' : counted(modules, 'module')];
  });
  return table(['Folder', 'Files', 'Modules'], rows);
}

function workflows(model: ProjectModel): string {
  const found = model.notableFiles.filter((path) => path.startsWith('.github/workflows/'));
  return found.map((path) => `- [${code(path)}](${linkTarget(path)})`).join('\n');
}

function missing(model: ProjectModel, paths: PagePaths): string[] {
  const rows = model.coverage.modules
    .filter((module) => module.undocumented.length > 0)
    .sort((a, b) => b.undocumented.length - a.undocumented.length)
    .slice(0, 10)
    .map((module) => [code(module.path), String(module.undocumented.length)]);
  if (rows.length === 0) return [];
  return [
    '## Where documentation is missing',
    table(['Module', 'Undocumented symbols'], rows),
    `Every one is named in the [API documentation](${linkTarget(paths.api)}#coverage).`,
  ];
}
