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

/** Drafts as commands in source order; one that says nothing of itself is left out. */
export function finishCommands(drafts: readonly CommandDraft[]): CommandUse[] {
  return drafts
    .filter((draft) => {
      const says = draft.options.length > 0 || draft.arguments.length > 0 || draft.description !== null;
      return says || draft.name !== null || (draft.program !== null && drafts.every((other) => other.parent !== draft));
    })
    .map((draft) => ({
      program: root(draft).program,
      name: fullName(draft),
      description: draft.description,
      options: draft.options,
      arguments: draft.arguments,
      line: draft.line,
      ...(draft.link === undefined ? {} : { link: draft.link }),
    }))
    .sort((a, b) => a.line - b.line);
}

function root(draft: CommandDraft): CommandDraft {
  return draft.parent === null ? draft : root(draft.parent);
}

function fullName(draft: CommandDraft): string | null {
  if (draft.name === null) return null;
  const before = draft.parent === null ? null : fullName(draft.parent);
  return before === null ? draft.name : `${before} ${draft.name}`;
}

/**
 * `build <dir> [files...]` as commander, cac and yargs write a command: the name and its arguments, `<required>` or
 * `[optional]`.
 */
export function readUsage(usage: string): { name: string | null; arguments: CommandArgument[] } {
  const names: string[] = [];
  const found: CommandArgument[] = [];
  for (const [word] of usage.matchAll(/<[^>]*>|\[[^\]]*\]|[^\s<[]+/g)) {
    const inner = /^[<[](.*)[>\]]$/.exec(word)?.[1];
    if (inner === undefined) {
      if (!word.startsWith('$')) names.push(word);
    } else found.push({ name: inner.trim(), required: word.startsWith('<'), description: null });
  }
  return { name: names.length === 0 ? null : names.join(' '), arguments: found };
}

/** `-p, --port <number>` as commander and cac write an option. */
export function readFlags(written: string): { flags: string[]; value: string | null; repeated: boolean } {
  const flags = [...written.matchAll(/(?:^|[\s,|])(--?[A-Za-z0-9?][\w.:-]*)/g)].map((match) => match[1] ?? '');
  const value = /[<[]([^>\]]*)[>\]]/.exec(written)?.[1]?.trim() ?? null;
  return { flags, value, repeated: /\.\.\.[>\]]/.test(written) };
}
