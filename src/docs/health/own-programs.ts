import { roleOf } from '../../code/file-roles.ts';
import type { CommandUse } from '../../code/symbols.ts';
import type { CommandFault } from './command-place.ts';
import { didYouMean, nearest } from './nearest.ts';
import type { ShellCommand } from './shell-commands.ts';
import type { HealthSubject } from './subject.ts';

/** The programs of a repository with what their argument parsers know, all of them together. */
export interface OwnPrograms {
  /** Names they are called by. */
  readonly names: ReadonlySet<string>;
  /** Paths of sub-commands, words with blanks between. */
  readonly subcommands: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
  /** Flags after which a value follows. */
  readonly valued: ReadonlySet<string>;
  /** A program itself takes arguments, so that a first word need be no sub-command. */
  readonly takesArguments: boolean;
  /** The argument parser makes flags of the names of parameters or fields. */
  readonly flagsAreNames: boolean;
  /** A parser takes flags that it does not know, or passes them on; or not all sources were read. */
  readonly isOpen: boolean;
  /** Some argument parser of the sources could be read. */
  readonly isUnderstood: boolean;
}

const NAMING_PARSERS =
  /^(?:typer(?:-slim)?|fire|cyclopts|tyro|jsonargparse|clap|structopt|argh|pydantic-settings|thor)$/;
const USUAL = ['--help', '-h', '--version', '-V', '-v', '--'];

/** Reads the programs that manifests and argument parsers of the sources name. */
export function ownPrograms(subject: HealthSubject): OwnPrograms {
  const { manifests, files, names: words, paths } = subject;
  const uses: CommandUse[] = files
    .filter(({ path }) => roleOf(path) === 'source' || /(?:^|\/)(?:bin|cli|scripts)\//.test(path))
    .flatMap(({ commands }) => commands);
  const entries = manifests.flatMap(({ entryPoints }) =>
    entryPoints.filter(({ kind }) => kind === 'command').map(({ name }) => name),
  );
  const told = uses.flatMap(({ program }) => (program === null || /\s/.test(program) ? [] : [program]));
  const names = new Set([...entries, ...told].filter((name) => /^[\w@./-]{2,}$/.test(name)));
  const options = uses.flatMap((use) => use.options);
  const subcommands = new Set<string>();
  for (const { name } of uses) {
    const parts = (name ?? '').split(/\s+/).filter((part) => part !== '');
    for (let end = 1; end <= parts.length; end += 1) subcommands.add(parts.slice(0, end).join(' '));
  }
  return {
    names,
    subcommands,
    flags: new Set([...USUAL, ...options.flatMap(({ flags }) => flags)]),
    valued: new Set(options.flatMap(({ flags, value }) => (value === null ? [] : flags))),
    flagsAreNames: manifests.some(({ dependencies }) => dependencies.some(({ name }) => NAMING_PARSERS.test(name))),
    isUnderstood: uses.length > 0,
    isOpen: paths.hidesSources() || OPEN_WORDS.some((word) => words.isWritten(word)) || isLooseYargs(subject),
    takesArguments: uses.some((use) => use.name === null && use.arguments.length > 0),
  };
}

/**
 * The programs as far as what documents call of them agrees with what was read: where most of their sub-commands or
 * flags are not known, the parser is built in a way that was not understood, and nothing is said of them.
 */
export function believed(
  programs: OwnPrograms,
  commands: Iterable<ShellCommand>,
  names: HealthSubject['names'],
): OwnPrograms {
  const used = { subcommands: new Set<string>(), flags: new Set<string>() };
  for (const { words } of commands) {
    const [program = '', ...rest] = ownWords(words);
    if (!programs.names.has(program)) continue;
    const first = firstWord(rest, programs);
    if (/^[a-z][\w:-]*$/i.test(first)) used.subcommands.add(first);
    for (const word of rest) {
      const flag = /^--[A-Za-z][\w-]*/.exec(word)?.[0];
      if (flag !== undefined) used.flags.add(flag);
    }
  }
  const doubted = (found: ReadonlySet<string>, isKnown: (one: string) => boolean): boolean => {
    const unknown = [...found].filter((one) => !isKnown(one)).length;
    return unknown > 1 && unknown * 2 > found.size;
  };
  const flagsDoubted = doubted(used.flags, (flag) => programs.flags.has(flag) || names.isFlagWritten(flag));
  return {
    ...programs,
    subcommands: doubted(used.subcommands, (word) => programs.subcommands.has(word)) ? new Set() : programs.subcommands,
    flags: flagsDoubted ? new Set() : programs.flags,
  };
}

/** Words of a command without those of a command whose output it takes: `$(...)`. */
export function ownWords(words: readonly string[]): readonly string[] {
  const nested = words.findIndex((word) => word.includes('$('));
  return nested < 0 ? words : words.slice(0, nested);
}

/** How parsers are told to take what they do not know, by the words of their libraries. */
const OPEN_WORDS = [
  'parse_known_args',
  'parse_known_intermixed_args',
  'REMAINDER',
  'ignore_unknown_options',
  'allow_extra_args',
  'UNPROCESSED',
  'allowUnknownOption',
  'allowExcessArguments',
  'passThroughOptions',
  'parserConfiguration',
  'trailing_var_arg',
  'allow_external_subcommands',
  'external_subcommand',
  'DisableFlagParsing',
  'UnknownFlags',
];

/** Yargs and the small parsers take any flag, unless they are told to be strict. */
function isLooseYargs({ manifests, names }: HealthSubject): boolean {
  const isLoose = manifests.some(({ dependencies }) =>
    dependencies.some(({ name }) => /^(?:yargs|yargs-parser|minimist|mri|sade|cac|meow|arg|getopts)$/.test(name)),
  );
  return isLoose && !names.isWritten('strict') && !names.isWritten('strictOptions');
}

function firstWord(rest: readonly string[], { valued }: OwnPrograms): string {
  let at = 0;
  while (at < rest.length && (rest[at] ?? '').startsWith('-')) at += valued.has(rest[at] ?? '') ? 2 : 1;
  return rest.slice(0, at).includes('--') ? '' : (rest[at] ?? '');
}

/** A call of one of the repository's own programs: its sub-command and its flags. */
export function checkOwnProgram(
  words: readonly string[],
  programs: OwnPrograms,
  { names }: HealthSubject,
): CommandFault | null {
  const [program = '', ...rest] = words;
  const isOwn =
    programs.names.has(program) ||
    (program.startsWith('-m ') && programs.names.has(program.slice(3).split('.')[0] ?? ''));
  if (!isOwn || !programs.isUnderstood) return null;
  const shown = program.startsWith('-m ') ? `python ${program}` : program;
  return unknownSubcommand(shown, rest, programs, names) ?? unknownFlag(shown, rest, programs, names);
}

function unknownSubcommand(
  program: string,
  rest: readonly string[],
  programs: OwnPrograms,
  names: HealthSubject['names'],
): CommandFault | null {
  const { subcommands, takesArguments } = programs;
  if (subcommands.size === 0 || takesArguments) return null;
  const word = firstWord(rest, programs);
  if (!/^[a-z][\w:-]*$/i.test(word) || subcommands.has(word) || word === 'help' || names.isAlias(word)) return null;
  // A parser that is not understood may know it; a word of the language says nothing.
  const spelled = word.replaceAll('-', '_');
  if (word.includes('-') && names.isDeclared(spelled)) return null;
  const top = [...subcommands].filter((one) => !one.includes(' '));
  return {
    message: `\`${program} ${word}\`: there is no sub-command \`${word}\`.`,
    suggestion: didYouMean(nearest(word, top)),
  };
}

function unknownFlag(
  program: string,
  rest: readonly string[],
  { flags, flagsAreNames, isOpen }: OwnPrograms,
  names: HealthSubject['names'],
): CommandFault | null {
  if (flags.size <= USUAL.length) return null;
  for (const word of rest) {
    if (word === '--') return null;
    const flag = /^--[A-Za-z][\w-]*/.exec(word)?.[0];
    if (flag === undefined || flags.has(flag)) continue;
    const positive = flag.replace(/^--no-/, '--');
    if (flags.has(positive) || flags.has(`--no-${flag.slice(2)}`)) continue;
    // Put together in a way that the parser's reader does not see.
    if (names.isFlagWritten(flag) || names.isFlagWritten(positive)) continue;
    if (flagsAreNames && names.isWritten(positive.slice(2).replaceAll('-', '_'))) continue;
    // A parser may make flags of several words of names.
    if (nameForms(positive.slice(2)).some((one) => names.isWritten(one))) continue;
    if (isOpen && nearest(flag, flags) === null) continue;
    return {
      message: `\`${program} ${flag}\`: there is no option \`${flag}\`.`,
      suggestion: didYouMean(nearest(flag, flags)),
    };
  }
  return null;
}

/** `dry-run` as `dryRun`, `dry_run` and `DryRun`; none of one word, which says nothing. */
function nameForms(flag: string): string[] {
  if (!flag.includes('-')) return [];
  const pascal = flag.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [flag.replaceAll('-', '_'), pascal.charAt(0).toLowerCase() + pascal.slice(1), pascal];
}
