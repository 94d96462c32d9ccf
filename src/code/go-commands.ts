import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand, finishCommands, readUsage } from './command-drafts.ts';
import { goText, takeFlag } from './go-flags.ts';
import type { CommandLink, CommandUse } from './symbols.ts';
import { childOf, children, lineOf } from './syntax-tree.ts';

/** What is known of commands while a file is read. Names of variables are kept by function, then for the file. */
interface Reading {
  /** Commands of other files that one of this file adds. */
  readonly added: Map<CommandDraft, string[]>;
  readonly drafts: CommandDraft[];
  readonly variables: Map<string, CommandDraft>;
  /** Commands that are the program itself. */
  readonly roots: Set<CommandDraft>;
  readonly flagSets: CommandDraft[];
  /** Flags of the package `flag` have one dash, those of pflag two. */
  readonly dashes: string;
}

/**
 * Command lines that a Go file defines with cobra, pflag or the standard library's flag, in source order. A cobra command
 * whose place in the program the file does not show is marked so: its name alone could be another command's.
 */
export function goCommands(root: Node, text: string): CommandUse[] {
  const isMain = /^package main\b/m.test(text);
  const cobra = /"github\.com\/spf13\/cobra"/.test(text);
  const pflag = /"github\.com\/spf13\/pflag"/.test(text);
  if (!cobra && !(isMain && (pflag || /^\s*(?:import\s+)?"flag"$/m.test(text)))) return [];
  const reading: Reading = {
    added: new Map(),
    drafts: [],
    variables: new Map(),
    roots: new Set(),
    flagSets: [],
    dashes: cobra || pflag ? '--' : '-',
  };
  // Commands first: functions may give flags to those that stand below them.
  if (cobra)
    for (const node of root.descendantsOfType('composite_literal')) if (node !== null) takeCommand(node, reading);
  const calls = root.descendantsOfType('call_expression').filter((node) => node !== null);
  for (const call of calls) if (/(?:Flags|NewFlagSet)\([^()]*\)$/.test(call.text)) takeFlagSet(call, reading);
  for (const call of calls) takeCall(call, reading, isMain);
  // One set of flags is the program's; several are its sub-commands.
  if (reading.flagSets.length === 1) for (const draft of reading.flagSets) draft.name = null;
  for (const draft of reading.drafts) draft.link = linkOf(draft, reading);
  // What only the functions of this file know cannot be placed by another one.
  return finishCommands(reading.drafts.filter(({ link }) => link?.isPlaced === true || link?.names.length !== 0));
}

function linkOf(draft: CommandDraft, reading: Reading): CommandLink {
  const known = [...reading.variables].flatMap(([name, other]) => (other === draft ? [name] : []));
  return {
    names: known.filter((name) => /^[\w.]+(?:\(\))?$/.test(name)),
    adds: reading.added.get(draft) ?? [],
    isPlaced: isPlaced(draft, reading),
  };
}

function isPlaced(draft: CommandDraft, reading: Reading): boolean {
  if (draft.parent !== null) return isPlaced(draft.parent, reading);
  return reading.roots.has(draft);
}

/** `&cobra.Command{ Use: "build <dir>", Short: "…" }` */
function takeCommand(literal: Node, reading: Reading): void {
  if (literal.childForFieldName('type')?.text !== 'cobra.Command') return;
  const body = literal.childForFieldName('body');
  const given = new Map<string, Node>();
  for (const element of body === null ? [] : children(body)) {
    const [key, value] = children(element);
    const inner = value?.firstNamedChild ?? null;
    if (element.type === 'keyed_element' && key !== undefined && inner !== null) given.set(key.text, inner);
  }
  const use = goText(given.get('Use'));
  if (use === null || given.get('Hidden')?.text === 'true') return;
  const usage = readUsage(use.replace(/\[(?:flags|options|command)\]/gi, ''));
  const [name = null, ...words] = usage.name?.split(' ') ?? [];
  const draft = draftCommand(lineOf(literal), name, null);
  draft.description = goText(given.get('Short')) ?? goText(given.get('Long'))?.split(/\n\s*\n/)[0] ?? null;
  draft.arguments.push(
    ...usage.arguments,
    ...words
      .filter((word) => /^[A-Z][A-Z_.-]*$/.test(word))
      .map((word) => ({ name: word, required: true, description: null })),
  );
  reading.drafts.push(draft);
  for (const key of keysOf(literal)) reading.variables.set(key, draft);
  if (keysOf(literal).some((key) => /root/i.test(key))) becomeRoot(draft, reading);
}

function becomeRoot(draft: CommandDraft, reading: Reading): void {
  if (draft.parent !== null) return;
  draft.program ??= draft.name;
  draft.name = null;
  reading.roots.add(draft);
}

/** Under which names others know a value: its variable, and the function that gives it. */
function keysOf(value: Node): string[] {
  const scope = functionOf(value);
  let node = value.parent?.type === 'unary_expression' ? value.parent : value;
  if (node.parent?.type === 'return_statement' || node.parent?.parent?.type === 'return_statement')
    return [`${scope}()`];
  if (node.parent?.type === 'expression_list') node = node.parent;
  const { parent } = node;
  const target = parent?.childForFieldName('name') ?? parent?.childForFieldName('left') ?? null;
  if (
    parent === null ||
    target === null ||
    !/^(?:var_spec|short_var_declaration|assignment_statement)$/.test(parent.type)
  )
    return [];
  const name = target.text;
  const gives = scope !== '' && givesBack(functionNode(value), name);
  return [
    scope === '' || parent.type === 'assignment_statement' ? name : `${scope}/${name}`,
    ...(gives ? [`${scope}()`] : []),
  ];
}

/**
 * A function that makes a command and gives it back is known by its own name; so is one that makes only this one and
 * gives it inside of something else.
 */
function givesBack(maker: Node | null, name: string): boolean {
  const text = maker?.text ?? '';
  if (new RegExp(`\\breturn ${name.replace(/\W/g, '\\$&')}\\b`).test(text)) return true;
  const made = text.match(/\bcobra\.Command\{/g)?.length;
  return made === 1 && maker?.childForFieldName('result')?.type === 'pointer_type';
}

function functionNode(node: Node): Node | null {
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.type === 'function_declaration' || at.type === 'method_declaration') return at;
  }
  return null;
}

function functionOf(node: Node): string {
  return functionNode(node)?.childForFieldName('name')?.text ?? '';
}

/** The command that an expression is, where the file tells. */
function draftOf(node: Node | null, reading: Reading): CommandDraft | undefined {
  if (node === null) return undefined;
  if (node.type === 'call_expression')
    return reading.variables.get(`${node.childForFieldName('function')?.text ?? ''}()`);
  return reading.variables.get(`${functionOf(node)}/${node.text}`) ?? reading.variables.get(node.text);
}

/** `flags := cmd.Flags()` and `fs := flag.NewFlagSet("serve", …)`: the variable is as good as the command. */
function takeFlagSet(call: Node, reading: Reading): void {
  const called = call.childForFieldName('function');
  const owner = called?.childForFieldName('operand') ?? null;
  const method = called?.childForFieldName('field')?.text ?? '';
  let draft = draftOf(owner, reading);
  if (method === 'NewFlagSet') {
    draft = draftCommand(lineOf(call), goText(childOf(call, 'argument_list')?.firstNamedChild ?? undefined), null);
    reading.drafts.push(draft);
    reading.flagSets.push(draft);
    reading.roots.add(draft);
  } else if (!/^(?:Persistent|Local)?Flags$/.test(method)) return;
  if (draft !== undefined) for (const key of keysOf(call)) reading.variables.set(key, draft);
}

function takeCall(call: Node, reading: Reading, isMain: boolean): void {
  const called = call.childForFieldName('function');
  const owner = called?.childForFieldName('operand') ?? null;
  const method = called?.childForFieldName('field')?.text ?? '';
  const given = childOf(call, 'argument_list');
  if (owner === null || given === null) return;
  if (/^Execute(?:Context|C|ContextC)?$/.test(method)) {
    const draft = draftOf(owner, reading);
    if (draft !== undefined) becomeRoot(draft, reading);
  } else if (method === 'AddCommand') takeChildren(owner, children(given), reading);
  else
    takeFlag({
      method,
      given: children(given),
      draft: () => flagOwner(owner, reading, isMain),
      dashes: reading.dashes,
    });
}

function takeChildren(owner: Node, given: readonly Node[], reading: Reading): void {
  const parent = draftOf(owner, reading) ?? (/^\w*root\w*$/i.test(owner.text) ? program(owner, reading) : undefined);
  if (parent === undefined) return;
  for (const one of given) {
    const draft = draftOf(one, reading);
    if (draft === undefined) addFromElsewhere(parent, one, reading);
    else if (!reading.roots.has(draft) && !isWithin(parent, draft)) draft.parent = parent;
  }
}

/** `buildCmd` or `newBuild(…)` of another file; what comes from another package cannot be told by its name. */
function addFromElsewhere(parent: CommandDraft, given: Node, reading: Reading): void {
  // `newBuild().cmd`: what holds the command is what the function gives.
  const made = given.type === 'selector_expression' ? (given.childForFieldName('operand') ?? given) : given;
  const name = made.type === 'call_expression' ? `${made.childForFieldName('function')?.text ?? ''}()` : given.text;
  if (/^\w+(?:\(\))?$/.test(name)) reading.added.set(parent, [...(reading.added.get(parent) ?? []), name]);
}

function isWithin(draft: CommandDraft | null, other: CommandDraft): boolean {
  return draft !== null && (draft === other || isWithin(draft.parent, other));
}

/** The program itself, where its command stands in another file. */
function program(node: Node, reading: Reading): CommandDraft {
  const known = reading.variables.get('') ?? draftCommand(lineOf(node), null, null);
  if (!reading.roots.has(known)) reading.drafts.push(known);
  reading.variables.set('', known);
  reading.roots.add(known);
  return known;
}

function flagOwner(owner: Node, reading: Reading, isMain: boolean): CommandDraft | undefined {
  if (/^p?flag$/.test(owner.text)) return isMain ? program(owner, reading) : undefined;
  const command = owner.type === 'call_expression' ? (owner.childForFieldName('function') ?? null) : null;
  const isFlags = /^(?:Persistent|Local)?Flags$/.test(command?.childForFieldName('field')?.text ?? '');
  return draftOf(isFlags ? (command?.childForFieldName('operand') ?? null) : owner, reading);
}
