import type { Node } from 'web-tree-sitter';
import { type CommandDraft, DEEPEST_COMMAND, draftCommand, isPlaceholder, readUsage } from './command-drafts.ts';
import { argumentsOf } from './ruby-scopes.ts';
import { nameText, rubyText } from './ruby-texts.ts';
import type { CommandOption } from './symbols.ts';
import { children, lineOf } from './syntax-tree.ts';
import { pairsOf, thorOption } from './thor-options.ts';

/** Most commands and options of a file, as far as classes may hold each other and say them again and again. */
const MOST_TAKEN = 20_000;

/** A command of a class. */
interface ThorCommand {
  readonly draft: CommandDraft;
  /** Class of its sub-commands. */
  readonly below: string | null;
}

/** What a class says of its commands. */
interface ThorClass {
  /** Of all its commands. */
  readonly options: readonly CommandOption[];
  readonly commands: readonly ThorCommand[];
}

interface Reading {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly classes: Map<string, ThorClass>;
  /** Commands and options that may still be taken. */
  room: number;
}

/**
 * Takes the commands of Thor's classes. A file shows that one is the program when it starts it, or names it so. A
 * program that says more than there is room for is left out whole.
 */
export function takeThorClasses(root: Node, text: string, drafts: CommandDraft[]): void {
  const nodes = thorNodes(root);
  const reading: Reading = { nodes, classes: new Map(), room: MOST_TAKEN };
  const started = new Set([...text.matchAll(/\b([A-Z]\w*)\.start\b/g)].map(([, name]) => name ?? ''));
  for (const [name, node] of nodes) {
    if (!/^CLI$|^Cli$|^App$/.test(name) && !started.has(name)) continue;
    const draft = draftCommand(lineOf(node), null, null);
    const own = [draft];
    takeClass(reading, name, draft, [name], own);
    if (reading.room < 0) return;
    for (const one of own) drafts.push(one);
  }
}

/** Classes of commands by name: those of Thor, and of another one of the file that is. */
function thorNodes(root: Node): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const node of root.descendantsOfType('class')) {
    const name = nameText(node?.childForFieldName('name'));
    const above = nameText(node?.childForFieldName('superclass')?.firstNamedChild);
    if (node === null || name === null || above === null) continue;
    if (/^(?:::)?Thor$/.test(above) || found.has(shortName(above))) found.set(shortName(name), node);
  }
  return found;
}

function shortName(name: string): string {
  return name.split('::').at(-1) ?? '';
}

/** Gives the commands of a class to a command; `open` are the classes above it, the class itself last. */
function takeClass(
  reading: Reading,
  name: string,
  draft: CommandDraft,
  open: readonly string[],
  drafts: CommandDraft[],
): void {
  const { options, commands } = classOf(reading, name);
  reading.room -= 1 + options.length;
  for (const option of options) draft.options.push(option);
  for (const { draft: known, below } of commands) {
    reading.room -= 1 + known.options.length;
    if (reading.room < 0) return;
    const own = { ...known, parent: draft, options: [...known.options] };
    drafts.push(own);
    const isOpen = below === null || open.includes(below) || open.length > DEEPEST_COMMAND;
    if (below !== null && !isOpen) takeClass(reading, below, own, [...open, below], drafts);
  }
}

function classOf({ nodes, classes }: Reading, name: string): ThorClass {
  const known = classes.get(name);
  if (known !== undefined) return known;
  const body = nodes.get(name)?.childForFieldName('body') ?? null;
  const read = readBody(body === null ? [] : children(body));
  classes.set(name, read);
  return read;
}

/** `desc` and `option` belong to the method below them, `class_option` to all. */
function readBody(nodes: readonly Node[]): ThorClass {
  const all: CommandOption[] = [];
  const commands: ThorCommand[] = [];
  let next: CommandDraft | null = null;
  let options: CommandOption[] = [];
  for (const node of nodes) {
    const given = node.type === 'call' ? argumentsOf(node) : [];
    switch (node.type === 'call' ? nameText(node.childForFieldName('method')) : node.type) {
      case 'desc':
        next = describe(node, given);
        break;
      case 'option':
      case 'method_option':
        for (const one of thorOption(given)) options.push(one);
        break;
      case 'class_option':
        for (const one of thorOption(given)) all.push(one);
        break;
      case 'subcommand':
        // Its usage says `db SUBCOMMAND`.
        if (next !== null)
          commands.push({ draft: { ...next, arguments: [] }, below: shortName(nameText(given[1]) ?? '') });
        [next, options] = [null, []];
        break;
      case 'method':
        if (next !== null) commands.push({ draft: { ...next, options }, below: null });
        [next, options] = [null, []];
        break;
      default:
    }
  }
  return { options: all, commands };
}

/** `desc "build DIR [FILES]", "Builds it"`; null for a hidden one. */
function describe(node: Node, given: readonly Node[]): CommandDraft | null {
  const usage = rubyText(given[0]);
  if (usage === null || nameText(pairsOf(given).get('hide')) === 'true') return null;
  const { name, arguments: named } = readUsage(usage.replace(/\[(?:flags|options)\]/gi, ''), isPlaceholder);
  const [command] = name?.split(' ') ?? [];
  if (command === undefined) return null;
  const draft = draftCommand(lineOf(node), command, null);
  draft.description = rubyText(given[1]);
  for (const argument of named) draft.arguments.push(argument);
  return draft;
}
