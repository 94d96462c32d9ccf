import { posix } from 'node:path';
import { summaryLine } from './author-text.ts';
import { code, counted, fence, grouped, linkTarget, page, plain, table } from './markdown.ts';
import { namesOf } from './page-api.ts';
import { leftOutSection } from './page-left-out.ts';
import { dependenciesOf, entryPointRows, rootManifests, scriptTable, setUpCommands } from './page-parts.ts';
import type { PagePaths } from './page-paths.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

/** The front page: what the project is, how to set it up, what it offers and where everything is. */
export function writeReadme(model: ProjectModel, paths: PagePaths): Page {
  const content = page([
    `# ${plain(model.name)}`,
    model.description === null ? '' : plain(model.description),
    facts(model),
    ...setUp(model),
    ...offers(model, paths),
    ...section('## Scripts', scriptTable(model)),
    ...section('## Languages', languages(model)),
    ...section('## Layout', layout(model)),
    '## More',
    more(model, paths),
    ...notRead(model),
  ]);
  return { path: paths.readme, content };
}

function section(title: string, content: string): string[] {
  return content === '' ? [] : [title, content];
}

function facts(model: ProjectModel): string {
  const manifests = rootManifests(model);
  const first = <Value>(pick: (manifest: (typeof manifests)[number]) => Value | null): Value | null =>
    manifests.map(pick).find((value) => value !== null) ?? null;
  const version = first((manifest) => manifest.version);
  const license = first((manifest) => manifest.license);
  const runtime = first((manifest) => manifest.runtime);
  const { coverage } = model;
  return [
    version === null ? '' : `- Version: ${plain(version)}`,
    license === null ? '' : `- License: ${plain(license)}`,
    runtime === null ? '' : `- Runs on: ${plain(runtime)}`,
    coverage.percentage === null
      ? ''
      : `- Documented: ${grouped(coverage.documentedSymbols)} of ${counted(coverage.publicSymbols, 'public symbol')} (${coverage.percentage} %)`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function setUp(model: ProjectModel): string[] {
  const commands = setUpCommands(model);
  const { url } = model.repository;
  const folder =
    url
      ?.replace(/\.git$/, '')
      .split('/')
      .at(-1) ?? '';
  const clone = url === null ? [] : [`git clone ${url}`, `cd ${folder}`];
  if (commands.length === 0) return clone.length === 0 ? [] : ['## Set-up', fence(clone.join('\n'), 'sh')];
  const because = [...new Set(commands.map((one) => code(one.because)))].join(', ');
  return ['## Set-up', `From ${because}:`, fence([...clone, ...commands.map((one) => one.command)].join('\n'), 'sh')];
}

function offers(model: ProjectModel, paths: PagePaths): string[] {
  const entries = entryPointRows(model)
    .filter(([kind]) => kind === 'Command' || kind === 'Main module' || kind === 'Export')
    .slice(0, 12);
  const weight = new Map<string, number>();
  for (const edge of model.edges) weight.set(edge.to, (weight.get(edge.to) ?? 0) + 1);
  const modules = [...model.modules]
    .filter((module) => module.symbols.length > 0)
    .sort((a, b) => (weight.get(b.path) ?? 0) - (weight.get(a.path) ?? 0))
    .slice(0, 12)
    .map((module) => [code(module.path), namesOf(module.symbols, 5), summaryLine(module.doc)]);
  const blocks: string[] = [];
  if (entries.length > 0)
    blocks.push(
      '## Entry points',
      table(
        ['Kind', 'Name', 'Target'],
        entries.map((row) => row.slice(0, 3)),
      ),
    );
  if (modules.length > 0) {
    const all = linkTarget(posix.relative(posix.dirname(paths.readme), paths.api));
    const count = model.modules.filter((module) => module.symbols.length > 0).length;
    const intro =
      count > modules.length ? `The ${modules.length} of ${count} modules that the others import most. ` : '';
    blocks.push('## Main modules', `${intro}Every symbol is described in the [API documentation](${all}).`);
    blocks.push(table(['Module', 'Offers', 'About'], modules));
  }
  return blocks;
}

function languages(model: ProjectModel): string {
  const rows = model.languages
    .slice(0, 12)
    .map((one) => [plain(one.name), grouped(one.files), one.lines === null ? '' : grouped(one.lines)]);
  return table(['Language', 'Files', 'Lines'], rows);
}

function layout(model: ProjectModel): string {
  return model.folders.map((folder) => `- ${code(`${folder.path}/`)}: ${counted(folder.files, 'file')}`).join('\n');
}

function more(model: ProjectModel, paths: PagePaths): string {
  const pages = [
    ['API documentation', paths.api],
    ['Architecture', paths.architecture],
    ['Contributing', paths.contributing],
  ] as const;
  const lines = pages.map(([title, path]) => `- [${title}](${linkTarget(path)})`);
  const runtime = dependenciesOf(model, 'runtime').length;
  if (runtime > 0)
    lines.push(
      `- ${counted(runtime, 'dependency', 'dependencies')} at run time, listed in [Architecture](${linkTarget(paths.architecture)})`,
    );
  for (const path of model.notableFiles.filter((one) => !one.startsWith('.') && !/^contributing/i.test(one)))
    lines.push(`- [${plain(path)}](${linkTarget(path)})`);
  return lines.join('\n');
}

function notRead(model: ProjectModel): string[] {
  if (model.modules.length > 0) return [];
  const left = leftOutSection(model);
  return left.length === 0 ? [] : ['## What was not read', ...left];
}
