import { code, fence, filledTable, page, plain, table } from '../../code/markdown/markdown.ts';
import { relativeLink } from '../../code/markdown/source-links.ts';
import type { Example } from './examples.ts';
import type { Book } from './page-book.ts';
import { commandAnchor, commandsOf, usageLine } from './page-command-line.ts';
import { settingsOf, settingsTable } from './page-configuration.ts';
import { entriesOf, importStatement } from './page-entries.ts';
import { leftOutSection } from './page-left-out.ts';
import { packageRows } from './page-packages.ts';
import { installCommand, rootManifests, scriptTable, setUpCommands } from './page-parts.ts';
import { exampleBlocks } from './page-symbol.ts';
import type { Page } from './patch.ts';
import type { PublicEntry } from './public-names.ts';

/** The front page: what the project is, how to begin with it, and where everything is. */
export function writeReadme(book: Book): Page {
  const { model, paths } = book;
  const content = page([
    `# ${plain(model.name)}`,
    model.description === null ? '' : plain(model.description),
    facts(book),
    ...packages(book),
    ...gettingStarted(book),
    ...commandLine(book),
    ...configuration(book),
    ...workingOnIt(book),
    '## Documentation',
    documentation(book),
    ...notRead(book),
  ]);
  return { path: paths.readme, content };
}

function facts({ model }: Book): string {
  const manifests = rootManifests(model);
  const first = <Value>(pick: (manifest: (typeof manifests)[number]) => Value | null): Value | null =>
    manifests.map(pick).find((value) => value !== null) ?? null;
  const version = model.chapters.length > 0 ? null : first((manifest) => manifest.version);
  const license = first((manifest) => manifest.license);
  const runtime = first((manifest) => manifest.runtime);
  return [
    version === null ? '' : `Version ${plain(version)}`,
    license === null ? '' : `License ${plain(license)}`,
    runtime === null ? '' : `Needs ${plain(runtime)}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function packages(book: Book): string[] {
  const rows = packageRows(book, book.paths.readme);
  return rows.length === 0 ? [] : ['## Packages', filledTable(['Package', 'About'], rows)];
}

/** How it is installed, and the first lines of code that use it: the README's own sample, else one of a test. */
function gettingStarted(book: Book): string[] {
  const { model, paths, links } = book;
  const manifests = rootManifests(model);
  const installs = manifests.flatMap((manifest) => installCommand(model, manifest) ?? []);
  const entries = entriesOf(
    book,
    manifests.map((manifest) => manifest.path),
  );
  const sample = model.readme === null ? undefined : book.examples.byReadme.get(model.readme);
  const [entry] = entries;
  const goModule = manifests.find((one) => one.kind === 'go.mod' && one.entryPoints.length === 0)?.name ?? null;
  const example = sample ?? (entry === undefined ? undefined : firstExample(book, entry));
  const statement = entry === undefined ? null : importStatement(book, entry, example?.code ?? null);
  const blocks = [
    ...(installs.length === 0 ? [] : [fence(installs.join('\n'), 'sh')]),
    ...(statement === null || sample !== undefined ? [] : [statement]),
    ...(goModule === null || sample !== undefined ? [] : [fence(`import "${goModule}"`, 'go')]),
    ...(example === undefined ? [] : exampleBlocks(example, { page: paths.readme, links })),
  ];
  return blocks.length === 0 ? [] : ['## Getting started', ...blocks];
}

/** The example of the first public name that has one. */
function firstExample({ examples }: Book, entry: PublicEntry): Example | undefined {
  const found = entry.names.flatMap((one) => examples.bySymbol.get(`${one.module}\0${one.symbol ?? ''}`) ?? []);
  return found.sort((a, b) => a.endLine - a.line - (b.endLine - b.line))[0];
}

const MOST_COMMANDS = 15;

function commandLine(book: Book): string[] {
  const page = relativeLink(book.paths.readme, book.paths.commandLine);
  const all = commandsOf(book).flatMap(({ program, commands }) => commands.map(({ use }) => ({ program, use })));
  if (all.length === 0) return [];
  const rows = all
    .slice(0, MOST_COMMANDS)
    .map(({ program, use }) => [
      `[${code(usageLine(program, use))}](${page}#${commandAnchor(program)})`,
      plain((use.description ?? '').split('\n')[0] ?? ''),
    ]);
  const more = all.length - rows.length;
  return [
    '## Command line',
    filledTable(['Command', 'About'], rows),
    more > 0
      ? `The [command line page](${page}) has ${more} more, and all options.`
      : `Options are on the [command line page](${page}).`,
  ];
}

const MOST_SETTINGS = 8;

function configuration(book: Book): string[] {
  const settings = settingsOf(book);
  if (settings.length === 0) return [];
  const target = relativeLink(book.paths.readme, book.paths.configuration);
  if (settings.length > MOST_SETTINGS)
    return [
      '## Configuration',
      `${settings.length} environment variables are read; [all of them](${target}) with their defaults.`,
    ];
  return [
    '## Configuration',
    'Environment variables that the code reads:',
    settingsTable(book, settings, book.paths.readme),
  ];
}

function workingOnIt({ model }: Book): string[] {
  const { url } = model.repository;
  const folder =
    url
      ?.replace(/\.git$/, '')
      .split('/')
      .at(-1) ?? '';
  const clone = url === null ? [] : [`git clone ${url}`, `cd ${folder}`];
  const commands = [...clone, ...setUpCommands(model).map((one) => one.command)];
  const scripts = scriptTable(model, 'main');
  const blocks = [...(commands.length === 0 ? [] : [fence(commands.join('\n'), 'sh')]), scripts];
  return blocks.every((block) => block === '') ? [] : ['## Working on it', ...blocks];
}

function documentation(book: Book): string {
  const { model, paths } = book;
  const pages = [
    ['API documentation', paths.api],
    ['Architecture', paths.architecture],
    ...(commandsOf(book).length > 0 ? [['Command line', paths.commandLine] as const] : []),
    ...(settingsOf(book).length > 0 ? [['Configuration', paths.configuration] as const] : []),
    ['Contributing', paths.contributing],
  ] as const;
  const lines = pages.map(([title, path]) => `- [${title}](${relativeLink(paths.readme, path)})`);
  for (const path of model.notableFiles.filter((one) => /^(?:licen[sc]e|copying|change|history|security)/i.test(one)))
    lines.push(`- [${plain(path)}](${relativeLink(paths.readme, path)})`);
  return lines.join('\n');
}

function notRead({ model }: Book): string[] {
  if (model.modules.length > 0) return [];
  const left = leftOutSection(model);
  const languages = model.languages.slice(0, 12).map((one) => [plain(one.name), String(one.files)]);
  return [
    ...(languages.length === 0 ? [] : ['## Languages', table(['Language', 'Files'], languages)]),
    ...(left.length === 0 ? [] : ['## What was not read', ...left]),
  ];
}
