import type { CommandArgument, CommandLink, CommandOption, CommandUse } from './symbols.ts';

/** A command while the calls that define it are read. */
export interface CommandDraft {
  program: string | null;
  name: string | null;
  description: string | null;
  readonly line: number;
  readonly options: CommandOption[];
  readonly arguments: CommandArgument[];
  parent: CommandDraft | null;
  link?: CommandLink;
}

/** A new draft; with a parent it is a sub-command. */
export function draftCommand(line: number, name: string | null, parent: CommandDraft | null): CommandDraft {
  return { program: null, name, description: null, line, options: [], arguments: [], parent };
}

/** Commands hold commands; deeper than this no command line goes. */
export const DEEPEST_COMMAND = 8;
/** A longer word is no name that anybody types; the names of all sub-commands begin with it. */
const LONGEST_NAME = 100;
/** A longer default is code that nobody can read in a table. */
const LONGEST_DEFAULT = 80;

/**
 * A command with those that it belongs to, itself first. Null where they never end: commands that hold each other, or
 * more of them than any command line has.
 */
export function lineageOf(draft: CommandDraft): CommandDraft[] | null {
  const found: CommandDraft[] = [];
  for (let at: CommandDraft | null = draft; at !== null; at = at.parent) {
    if (found.length > DEEPEST_COMMAND) return null;
    found.push(at);
  }
  return found;
}

/**
 * Drafts as commands in source order. One that says nothing of itself is left out, and one whose whole name cannot be
 * told.
 */
export function finishCommands(drafts: readonly CommandDraft[]): CommandUse[] {
  const parents = new Set(drafts.map((draft) => draft.parent));
  return drafts
    .filter((draft) => {
      const says = draft.options.length > 0 || draft.arguments.length > 0 || draft.description !== null;
      // Those of other files find their place by it.
      if ((draft.link?.adds.length ?? 0) > 0) return true;
      return says || draft.name !== null || (draft.program !== null && !parents.has(draft));
    })
    .flatMap((draft) => finished(draft) ?? [])
    .sort((a, b) => a.line - b.line);
}

function finished(draft: CommandDraft): CommandUse | null {
  const lineage = lineageOf(draft);
  if (lineage?.every(({ program, name }) => isName(program) && isName(name)) !== true) return null;
  // What stands above a nameless one is not typed before it.
  const end = lineage.findIndex(({ name }) => name === null);
  const names = lineage.slice(0, end < 0 ? lineage.length : end).map(({ name }) => name);
  return {
    program: lineage.at(-1)?.program ?? null,
    name: names.length === 0 ? null : names.reverse().join(' '),
    description: draft.description,
    options: draft.options,
    arguments: draft.arguments,
    line: draft.line,
    ...(draft.link === undefined ? {} : { link: draft.link }),
  };
}

function isName(name: string | null): boolean {
  return name === null || name.length <= LONGEST_NAME;
}

/** Source text of a default as a table shows it: on one line, dots for one that is too long. */
export function shownDefault(written: string): string {
  return written.length > LONGEST_DEFAULT ? '…' : written.replace(/\s+/g, ' ');
}

/**
 * `build <dir> [files...]` as the parsers of arguments write a command: the words of its name, and its arguments
 * in order, `<required>` or `[optional]`, with what stands inside of them. Options among them are none.
 */
export function readUsage(
  usage: string,
  isArgument: (word: string) => boolean = () => false,
): { name: string | null; arguments: CommandArgument[] } {
  const names: string[] = [];
  const found: CommandArgument[] = [];
  for (const word of usageWords(usage)) {
    const [first = ''] = word;
    const isBracketed = CLOSING[first] !== undefined;
    if (!isBracketed && (names.length === 0 || !isArgument(word))) {
      if (!word.startsWith('$')) names.push(word);
      continue;
    }
    const [, inside = '', dots = ''] = /^[<[{]([\s\S]*)[>\]}]((?:\.\.\.)?)$/.exec(word) ?? [null, word];
    // One of several: `{<id> | <url>}`.
    const inner = first === '{' ? inside.replace(/[<>]/g, '') : inside;
    if (!inner.startsWith('-'))
      found.push({ name: `${inner.trim()}${dots}`, required: first !== '[', description: null });
  }
  return { name: names.length === 0 ? null : names.join(' '), arguments: found };
}

/** `NAME`, `KEY=VALUE`: how a usage writes an argument without brackets. */
export function isPlaceholder(word: string): boolean {
  return /^[A-Z][A-Z\d_.:=|-]*$/.test(word);
}

/** Words between blanks; a bracket ends where the one that opened it is closed. One that never ends is no word. */
function usageWords(usage: string): string[] {
  const words: string[] = [];
  let start = 0;
  let open = '';
  let depth = 0;
  const end = (at: number): void => {
    if (at > start) words.push(usage.slice(start, at));
    start = at;
  };
  for (let at = 0; at < usage.length; at += 1) {
    const sign = usage[at] ?? '';
    if (depth > 0) {
      if (sign === open) depth += 1;
      else if (sign === CLOSING[open]) depth -= 1;
      if (depth > 0) continue;
      if (usage.startsWith('...', at + 1)) at += 3;
      end(at + 1);
    } else if (CLOSING[sign] !== undefined) {
      end(at);
      [open, depth] = [sign, 1];
    } else if (/\s/.test(sign)) {
      end(at);
      start = at + 1;
    }
  }
  if (depth === 0) end(usage.length);
  return words;
}

const CLOSING: Readonly<Record<string, string>> = { '<': '>', '[': ']', '{': '}' };

/** `-p, --port <number>` as commander and cac write an option. */
export function readFlags(written: string): { flags: string[]; value: string | null; repeated: boolean } {
  const flags = [...written.matchAll(/(?:^|[\s,|])(--?[A-Za-z0-9?][\w.:-]*)/g)].map((match) => match[1] ?? '');
  const value = /[<[]([^>\]]*)[>\]]/.exec(written)?.[1]?.trim() ?? null;
  return { flags, value, repeated: /\.\.\.[>\]]/.test(written) };
}
