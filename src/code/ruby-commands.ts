import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand, finishCommands, readUsage } from './command-drafts.ts';
import { argumentsOf } from './ruby-scopes.ts';
import type { CommandUse } from './symbols.ts';
import { childOf, children, lineOf } from './syntax-tree.ts';

/** Command lines that a Ruby file defines with OptionParser or Thor, in source order. */
export function rubyCommands(root: Node, text: string): CommandUse[] {
  const drafts: CommandDraft[] = [];
  if (/\bOptionParser\.new\b|\bOptParse\.new\b/.test(text)) takeOptionParsers(root, drafts);
  if (/<\s*(?:::)?Thor\b/.test(text)) takeThorClasses(root, text, drafts);
  return finishCommands(drafts);
}

/** Text of a string without interpolation; null for anything else. */
function rubyText(node: Node | null | undefined): string | null {
  if (node?.type !== 'string' || childOf(node, 'interpolation') !== null) return null;
  return children(node)
    .map((part) => part.text)
    .join('');
}

function takeOptionParsers(root: Node, drafts: CommandDraft[]): void {
  const known = new Map<string, CommandDraft>();
  for (const node of root.descendantsOfType(['call', 'assignment'])) {
    if (node === null) continue;
    if (node.type === 'assignment') {
      takeBanner(node, known);
      continue;
    }
    const method = node.childForFieldName('method')?.text ?? '';
    const receiver = node.childForFieldName('receiver')?.text ?? '';
    if (method === 'new' && /^(?:::)?Opt(?:ionParser|Parse)$/.test(receiver)) {
      const draft = draftCommand(lineOf(node), null, null);
      drafts.push(draft);
      readBanner(rubyText(argumentsOf(node)[0]), draft);
      const block = node.childForFieldName('block')?.childForFieldName('parameters')?.firstNamedChild?.text;
      const { parent } = node;
      const variable = parent?.type === 'assignment' ? parent.childForFieldName('left')?.text : undefined;
      for (const name of [block, variable]) if (name !== undefined) known.set(name, draft);
    } else if (/^(?:on|on_tail|on_head)$/.test(method)) {
      const draft = known.get(receiver);
      if (draft !== undefined) takeOption(argumentsOf(node), draft);
    }
  }
}

/** `opts.banner = "Usage: mill [options] FILE"` */
function takeBanner(node: Node, known: ReadonlyMap<string, CommandDraft>): void {
  const left = node.childForFieldName('left');
  if (left?.type !== 'call' || left.childForFieldName('method')?.text !== 'banner') return;
  const draft = known.get(left.childForFieldName('receiver')?.text ?? '');
  if (draft !== undefined) readBanner(rubyText(node.childForFieldName('right')), draft);
}

function readBanner(banner: string | null, draft: CommandDraft): void {
  draft.program = /^\s*usage:\s+([\w.-]+)(?=\s|$|\\n)/i.exec(banner ?? '')?.[1] ?? draft.program;
}

/** `on("-o", "--output FILE", Integer, "what it is")` */
function takeOption(given: readonly Node[], draft: CommandDraft): void {
  const texts = given.flatMap((node) => rubyText(node) ?? []);
  const written = texts.filter((one) => /^--?[\w[]/.test(one));
  const flags = written.flatMap((one) => /^--?(?:\[no-\])?[\w-]+|^-\w/.exec(one)?.[0] ?? []);
  if (flags.length === 0) return;
  const values = written.flatMap((one) => /^(?:--(?:\[no-\])?[\w-]+(?=[ =[])|-\w)[ =]?(.+)$/.exec(one)?.[1] ?? []);
  const value = values[0]?.replace(/^[[=]+|[\]]+$/g, '').trim() ?? null;
  draft.options.push({
    flags,
    value,
    description: texts.filter((one) => !written.includes(one)).join(' ') || null,
    default: null,
    required: false,
    repeated: given.some((node) => node.text === 'Array'),
  });
}

/** A class of commands; the file shows that it is the program when it starts it, or names it so. */
function takeThorClasses(root: Node, text: string, drafts: CommandDraft[]): void {
  const classes = root.descendantsOfType('class').filter((node) => {
    return node !== null && /^(?:::)?Thor$/.test(node.childForFieldName('superclass')?.firstNamedChild?.text ?? '');
  });
  const byName = new Map<string, Node>();
  for (const node of classes) if (node !== null) byName.set(shortName(node.childForFieldName('name')), node);
  for (const [name, node] of byName) {
    if (!/^CLI$|^Cli$|^App$/.test(name) && !new RegExp(`\\b${name}\\.start\\b`).test(text)) continue;
    const draft = draftCommand(lineOf(node), null, null);
    drafts.push(draft);
    takeThorBody({ node, draft, byName, drafts, depth: 0 });
  }
}

function shortName(node: Node | null | undefined): string {
  return node?.text.split('::').at(-1) ?? '';
}

interface ThorClass {
  readonly node: Node;
  readonly draft: CommandDraft;
  readonly byName: ReadonlyMap<string, Node>;
  readonly drafts: CommandDraft[];
  readonly depth: number;
}

/** `desc` and `option` belong to the method below them, `class_option` to all. */
function takeThorBody(thor: ThorClass): void {
  const body = thor.node.childForFieldName('body');
  let next: CommandDraft | null = null;
  let options: CommandDraft['options'] = [];
  for (const node of body === null || thor.depth > 4 ? [] : children(body)) {
    const given = node.type === 'call' ? argumentsOf(node) : [];
    switch (node.type === 'call' ? node.childForFieldName('method')?.text : node.type) {
      case 'desc':
        next = describe(node, given, thor.draft);
        break;
      case 'option':
      case 'method_option':
        options = [...options, ...thorOption(given)];
        break;
      case 'class_option':
        thor.draft.options.push(...thorOption(given));
        break;
      case 'subcommand':
        if (next !== null) takeSubcommand(thor, next, given);
        [next, options] = [null, []];
        break;
      case 'method':
        if (next !== null) thor.drafts.push(next);
        next?.options.push(...options);
        [next, options] = [null, []];
        break;
      default:
    }
  }
}

/** `desc "build DIR [FILES]", "Builds it"`; null for a hidden one. */
function describe(node: Node, given: readonly Node[], parent: CommandDraft): CommandDraft | null {
  const usage = rubyText(given[0]);
  if (usage === null || pairsOf(given).get('hide')?.text === 'true') return null;
  const { name, arguments: bracketed } = readUsage(usage);
  const [command, ...words] = name?.split(' ') ?? [];
  if (command === undefined) return null;
  const draft = draftCommand(lineOf(node), command, parent);
  draft.description = rubyText(given[1]);
  const named = words.filter((word) => /^[A-Z][A-Z_.-]*$/.test(word));
  draft.arguments.push(...named.map((word) => ({ name: word, required: true, description: null })), ...bracketed);
  return draft;
}

function takeSubcommand(thor: ThorClass, draft: CommandDraft, given: readonly Node[]): void {
  thor.drafts.push(draft);
  // Its usage says `db SUBCOMMAND`.
  draft.arguments.length = 0;
  const node = thor.byName.get(shortName(given[1]));
  if (node !== undefined) takeThorBody({ ...thor, node, draft, depth: thor.depth + 1 });
}

function thorOption(given: readonly Node[]): CommandDraft['options'] {
  const name = given[0]?.text.replace(/^:?["']?|["']$/g, '').replaceAll('_', '-') ?? '';
  const pairs = pairsOf(given);
  if (!/^[\w-]+$/.test(name) || pairs.get('hide')?.text === 'true') return [];
  const type = pairs.get('type')?.text.replace(/^:/, '') ?? 'string';
  const aliases = pairs.get('aliases');
  const short = [aliases, ...(aliases?.type === 'array' ? children(aliases) : [])].flatMap((one) => {
    const written = rubyText(one) ?? (one?.type === 'simple_symbol' ? one.text.replace(/^:/, '') : null);
    return written === null ? [] : [written.startsWith('-') ? written : `-${written}`];
  });
  const standard = pairs.get('default')?.text ?? null;
  return [
    {
      flags: [...short, `--${name}`],
      value: type === 'boolean' ? null : (rubyText(pairs.get('banner')) ?? name.toUpperCase()),
      description: rubyText(pairs.get('desc')),
      default: standard === 'nil' ? null : standard,
      required: pairs.get('required')?.text === 'true',
      repeated: pairs.get('repeatable')?.text === 'true',
    },
  ];
}

function pairsOf(given: readonly Node[]): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const node of given) {
    const key = node.type === 'pair' ? node.childForFieldName('key')?.text.replace(/^:|:$/g, '') : undefined;
    const value = node.childForFieldName('value');
    if (key !== undefined && value !== null) found.set(key, value);
  }
  return found;
}
