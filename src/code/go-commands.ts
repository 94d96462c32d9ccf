import type { Node } from 'web-tree-sitter';
import { type CommandDraft, DEEPEST_COMMAND, draftCommand, finishCommands, lineageOf } from './command-drafts.ts';
import { readCommand } from './go-command-literals.ts';
import {
  draftOf,
  FLAGS_METHOD,
  flagOwner,
  foreignName,
  type GoReading,
  nameValue,
  program,
  readingOf,
} from './go-command-names.ts';
import { applyMarks, isFlagMethod, takeFlag } from './go-flags.ts';
import { type GoFunction, shortText } from './go-scopes.ts';
import { goText } from './go-texts.ts';
import type { CommandLink, CommandUse } from './symbols.ts';
import { childOf, children, lineOf } from './syntax-tree.ts';

const ROOT_NAME = /^\w*root\w*$/i;

/**
 * Command lines that a Go file defines with cobra, pflag or the standard library's flag, in source order. A cobra
 * command whose place in the program the file does not show is marked so: its name alone could be another command's.
 */
export function goCommands(root: Node, text: string): CommandUse[] {
  const isMain = /^package main\b/m.test(text);
  const cobra = text.includes('"github.com/spf13/cobra"');
  const pflag = text.includes('"github.com/spf13/pflag"');
  if (!cobra && !(isMain && (pflag || importsFlag(root, text)))) return [];
  const reading = readingOf(root, text, isMain, cobra || pflag ? '--' : '-');
  // Commands first: functions may give flags to those that stand below them.
  if (cobra) takeCommands(root, reading);
  const calls = root
    .descendantsOfType('call_expression')
    .flatMap((node) => (node === null ? [] : (callOf(node) ?? [])));
  for (const call of calls) takeFlagSet(call, reading);
  for (const call of calls) takeCall(call, reading);
  // One set of flags is the program's; several are its sub-commands.
  if (reading.ownFlagSets.length === 1) for (const draft of reading.ownFlagSets) draft.name = null;
  applyMarks(reading.marks);
  const tooMany = reading.shared.give();
  dropPlaceholders(reading);
  for (const draft of reading.drafts) draft.link = linkOf(draft, reading);
  // What only the functions of this file know cannot be placed by another one.
  return finishCommands(
    reading.drafts.filter((draft) => {
      return !tooMany.has(draft) && (draft.link?.isPlaced === true || draft.link?.names.length !== 0);
    }),
  );
}

function importsFlag(root: Node, text: string): boolean {
  if (!text.includes('"flag"')) return false;
  return root.descendantsOfType('import_spec').some((spec) => spec?.childForFieldName('path')?.text === '"flag"');
}

function linkOf(draft: CommandDraft, reading: GoReading): CommandLink {
  // Where a command stands in its own file, the others find the one above all of them.
  const top = lineageOf(draft)?.at(-1) ?? draft;
  return {
    names: reading.names.get(top) ?? [],
    adds: reading.added.get(draft) ?? [],
    isPlaced: reading.roots.has(top),
  };
}

function takeCommands(root: Node, reading: GoReading): void {
  const literals = root.descendantsOfType('composite_literal').filter((node) => {
    return node !== null && shortText(node.childForFieldName('type')) === 'cobra.Command';
  });
  const made = new Map<GoFunction, number>();
  for (const literal of literals) {
    if (literal === null) continue;
    const around = reading.scopes.around(literal);
    made.set(around, (made.get(around) ?? 0) + 1);
  }
  for (const literal of literals) {
    if (literal !== null) takeCommand(literal, made.get(reading.scopes.around(literal)) === 1, reading);
  }
}

/** A command that a literal makes; `isOnly` when its function makes no other one. */
function takeCommand(literal: Node, isOnly: boolean, reading: GoReading): void {
  const draft = readCommand(literal, reading.constants);
  if (draft === null) return;
  reading.drafts.push(draft);
  reading.literals.set(literal.id, draft);
  const { inside, outside } = nameValue(literal, draft, reading.commands, isOnly, reading);
  reading.names.set(
    draft,
    outside.filter((name) => /^[\w.]+(?:\(\))?$/.test(name)),
  );
  // A command that is called `trusted-root` is kept in a variable of that name.
  const isRoot = [...inside, ...outside].some((name) => /root/i.test(name)) && !/root/i.test(draft.name ?? '');
  if (isRoot) becomeRoot(draft, reading);
}

function becomeRoot(draft: CommandDraft, reading: GoReading): void {
  if (draft.parent !== null) return;
  draft.program ??= draft.name;
  draft.name = null;
  reading.roots.add(draft);
}

/** A call of a method, or of a function of a package. */
interface MethodCall {
  readonly node: Node;
  readonly owner: Node | null;
  readonly method: string;
}

const METHOD = /^(?:AddCommand|Execute(?:Context|C|ContextC)?|NewFlagSet)$/;

/** What a call may have to do with commands; null for most calls, which are others. */
function callOf(node: Node): MethodCall | null {
  const called = node.childForFieldName('function');
  if (called?.type === 'identifier') return { node, owner: null, method: called.text };
  const field = called?.type === 'selector_expression' ? called.childForFieldName('field') : null;
  const method = shortText(field ?? null) ?? '';
  if (!METHOD.test(method) && !FLAGS_METHOD.test(method) && !isFlagMethod(method)) return null;
  const owner = called?.childForFieldName('operand') ?? null;
  return owner === null ? null : { node, owner, method };
}

/** `flags := cmd.Flags()` and `fs := flag.NewFlagSet("serve", …)`: the variable is as good as the command. */
function takeFlagSet({ node, owner, method }: MethodCall, reading: GoReading): void {
  if (owner === null || !(method === 'NewFlagSet' || FLAGS_METHOD.test(method))) return;
  let draft: CommandDraft | undefined;
  if (method === 'NewFlagSet') {
    const name = childOf(node, 'argument_list')?.firstNamedChild ?? undefined;
    draft = draftCommand(lineOf(node), goText(name, reading.constants), null);
    reading.drafts.push(draft);
    reading.ownFlagSets.push(draft);
    reading.roots.add(draft);
  } else draft = draftOf(owner, reading);
  if (draft !== undefined) nameValue(node, draft, reading.flagSets, false, reading);
}

function takeCall({ node, owner, method }: MethodCall, reading: GoReading): void {
  const list = (): Node[] => {
    const given = childOf(node, 'argument_list');
    return given === null ? [] : children(given);
  };
  if (owner === null) {
    // `addOutputFlags(cmd.Flags())`
    if (reading.shared.isShared(method))
      reading.shared.take(
        method,
        list().map((one) => flagOwner(one, reading)),
      );
  } else if (method.startsWith('Execute')) {
    const draft = draftOf(owner, reading);
    if (draft !== undefined) becomeRoot(draft, reading);
  } else if (method === 'AddCommand') takeChildren(owner, list(), reading);
  else if (isFlagMethod(method)) {
    const { dashes, constants, marks } = reading;
    takeFlag({ method, given: list, draft: () => flagOwner(owner, reading), dashes, constants, marks });
  }
}

function takeChildren(owner: Node, given: readonly Node[], reading: GoReading): void {
  const isRoot = ROOT_NAME.test(shortText(owner) ?? '');
  const known = draftOf(owner, reading);
  // What is handed to a function may be any command, but for what is called the root.
  const isKnown = known !== undefined && !reading.shared.isSet(known);
  const parent = isKnown ? known : isRoot ? program(owner, reading) : undefined;
  const above = parent === undefined ? null : lineageOf(parent);
  if (parent === undefined || above === null || above.length > DEEPEST_COMMAND) return;
  for (const one of given) {
    const draft = draftOf(one, reading);
    if (draft === undefined) addFromElsewhere(parent, one, reading);
    else if (!reading.roots.has(draft) && !above.includes(draft)) draft.parent = parent;
  }
}

function addFromElsewhere(parent: CommandDraft, given: Node, reading: GoReading): void {
  const name = foreignName(given, reading);
  if (name === null) return;
  const known = reading.added.get(parent);
  if (known === undefined) reading.added.set(parent, [name]);
  else known.push(name);
}

/** `<command>` stands for the sub-commands where there are some. */
function dropPlaceholders({ drafts, added }: GoReading): void {
  const parents = new Set([...added.keys(), ...drafts.flatMap(({ parent }) => parent ?? [])]);
  for (const { arguments: given } of parents) {
    const kept = given.filter(({ name }) => !/^(?:sub-?)?commands?$/i.test(name));
    given.length = 0;
    for (const one of kept) given.push(one);
  }
}
