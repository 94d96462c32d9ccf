import { posix } from 'node:path';
import { code, fence, filledTable, page, plain, table } from '../../code/markdown/markdown.ts';
import type { CommandOption, CommandUse } from '../../code/symbols.ts';
import { placedCommands } from './command-places.ts';
import type { Book } from './page-book.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

/** One program with its commands, as argument parsers in the code define them. */
export interface Program {
  readonly program: string;
  readonly files: readonly string[];
  readonly commands: readonly { readonly path: string; readonly use: CommandUse }[];
}

/** The programs of a project in path order. */
export function commandsOf({ model }: Book): Program[] {
  const found = new Map<string, { path: string; use: CommandUse }[]>();
  for (const { path, uses } of placedCommands(model.modules)) {
    for (const use of uses) {
      const program = programName(model, path, use);
      // Parsers call the program itself `*` or `$0` where it is a command among others.
      const name = use.name?.replace(/^(?:\*|\$0)\s*/, '') ?? '';
      const named = { ...use, name: name === '' ? null : name };
      found.set(program, [...(found.get(program) ?? []), { path, use: named }]);
    }
  }
  return [...found].map(([program, commands]) => ({
    program,
    files: [...new Set(commands.map((one) => one.path))],
    // The program itself before its sub-commands.
    commands: merged(commands).sort((a, b) => Number(a.use.name !== null) - Number(b.use.name !== null)),
  }));
}

interface Found {
  readonly path: string;
  readonly use: CommandUse;
}

/** A command that the code builds up in several places is one to the user. */
function merged(commands: readonly Found[]): Found[] {
  const byName = new Map<string | null, Found>();
  for (const one of commands) {
    const known = byName.get(one.use.name);
    if (known === undefined) {
      byName.set(one.use.name, one);
      continue;
    }
    const flags = new Set(known.use.options.flatMap((option) => option.flags));
    const more = one.use.options.filter((option) => !option.flags.some((flag) => flags.has(flag)));
    const use: CommandUse = {
      ...known.use,
      description: known.use.description ?? one.use.description,
      options: [...known.use.options, ...more],
      arguments: known.use.arguments.length > 0 ? known.use.arguments : one.use.arguments,
    };
    byName.set(one.use.name, { path: known.path, use });
  }
  return [...byName.values()];
}

/** What the user types: the name in the code, else the only command of the nearest manifest, else the file's name. */
function programName(model: ProjectModel, path: string, use: CommandUse): string {
  const named = model.manifests
    .filter((manifest) => manifest.entryPoints.some((entry) => entry.kind === 'command'))
    .filter((manifest) => path.startsWith(manifest.path.slice(0, manifest.path.lastIndexOf('/') + 1)))
    .sort((a, b) => b.path.length - a.path.length)[0];
  const commands = [
    ...new Set(named?.entryPoints.filter((entry) => entry.kind === 'command').map((entry) => entry.name) ?? []),
  ];
  if (use.program !== null && (commands.length !== 1 || commands.includes(use.program))) return use.program;
  return commands.length === 1 ? (commands[0] ?? '') : (use.program ?? posix.basename(path));
}

/** Id of a program's heading on the page. */
export function commandAnchor(program: string): string {
  return `program-${program
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')}`;
}

/** The line a user types for a command. */
export function usageLine(program: string, use: CommandUse): string {
  const given = use.arguments.map((one) => (one.required ? `<${one.name}>` : `[${one.name}]`));
  const options = use.options.length > 0 ? ['[options]'] : [];
  return [program, ...(use.name === null ? [] : [use.name]), ...given, ...options].join(' ');
}

/** The page of everything that can be typed; none where the code parses no arguments. */
export function writeCommandLinePage(book: Book): Page[] {
  const path = book.paths.commandLine;
  const programs = commandsOf(book);
  if (programs.length === 0) return [];
  const content = page([
    `# Command line of ${plain(book.model.name)}`,
    ...programs.flatMap((one) => [
      `<a id="${commandAnchor(one.program)}"></a>`,
      `## ${code(one.program)}`,
      ...one.commands.flatMap(({ path: file, use }) => commandBlocks(book, one.program, file, use)),
    ]),
  ]);
  return [{ path, content }];
}

function commandBlocks({ links, paths }: Book, program: string, file: string, use: CommandUse): string[] {
  const title = use.name === null ? '' : `### ${code(`${program} ${use.name}`)}`;
  const told = use.arguments.filter((one) => one.description !== null);
  return [
    title,
    use.description === null ? '' : plain(use.description),
    fence(usageLine(program, use), 'text'),
    table(
      ['Argument', 'Description'],
      told.map((one) => [code(one.name), plain(one.description ?? '')]),
    ),
    optionTable(use.options),
    `Defined in ${links.lines(paths.commandLine, file, use.line, use.line, file)}.`,
  ];
}

function optionTable(options: readonly CommandOption[]): string {
  const rows = options.map((one) => [
    `${code(one.flags.join(', '))}${one.value === null ? '' : ` ${code(`<${valueWord(one.value)}>`)}`}`,
    one.required ? 'required' : defaultOf(one),
    `${plain(one.description ?? '')}${one.repeated ? ' (can be repeated)' : ''}`.trim(),
  ]);
  return filledTable(['Option', 'Default', 'Description'], rows);
}

/** A switch is off unless it is given; a default that says nothing is none. */
function defaultOf(option: CommandOption): string {
  if (option.value === null || option.default === null || /^(?:None|null|undefined|nil)$/.test(option.default))
    return '';
  return code(option.default);
}

/** What a value is, in the words of a command line: a parser's type is code. */
function valueWord(value: string): string {
  const choices = /Choice\(\s*[[(](.*?)[\])]/s.exec(value)?.[1];
  if (choices !== undefined)
    return choices
      .replace(/["'\s]/g, '')
      .replace(/,$/, '')
      .replaceAll(',', '|');
  // A tuple of types is as many values.
  const parts = /^\((.+,.+)\)$/s.exec(value)?.[1]?.split(/,\s*(?![^()]*\))/);
  if (parts !== undefined)
    return parts
      .filter((part) => part !== '')
      .map(valueWord)
      .join('> <');
  const bare = value.replace(/^[<[]|[>\]]$/g, '');
  const type = /^(?:\w+\.)+(\w+)(?:\(.*\))?$/s.exec(bare)?.[1];
  return type === undefined ? bare : type.toLowerCase();
}
