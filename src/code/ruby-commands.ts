import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand, finishCommands } from './command-drafts.ts';
import { argumentsOf } from './ruby-scopes.ts';
import { nameText, rubyText } from './ruby-texts.ts';
import type { CommandUse } from './symbols.ts';
import { lineOf } from './syntax-tree.ts';
import { takeThorClasses } from './thor-commands.ts';

/** Command lines that a Ruby file defines with OptionParser or Thor, in source order. */
export function rubyCommands(root: Node, text: string): CommandUse[] {
  const drafts: CommandDraft[] = [];
  if (/\bOptionParser\.new\b|\bOptParse\.new\b/.test(text)) takeOptionParsers(root, drafts);
  if (/<\s*(?:::)?Thor\b/.test(text)) takeThorClasses(root, text, drafts);
  return finishCommands(drafts);
}

function takeOptionParsers(root: Node, drafts: CommandDraft[]): void {
  const known = new Map<string, CommandDraft>();
  // Variables by the node of the value that they are given.
  const variables = new Map<number, string>();
  for (const node of root.descendantsOfType(['call', 'assignment'])) {
    if (node === null) continue;
    if (node.type === 'assignment') {
      takeBanner(node, known);
      const name = nameText(node.childForFieldName('left'));
      const value = node.childForFieldName('right');
      if (name !== null && value !== null) variables.set(value.id, name);
      continue;
    }
    const method = nameText(node.childForFieldName('method')) ?? '';
    if (method === 'new') takeParser(node, drafts, known, variables.get(node.id));
    else if (/^(?:on|on_tail|on_head)$/.test(method)) {
      const draft = known.get(nameText(node.childForFieldName('receiver')) ?? '');
      if (draft !== undefined) takeOption(argumentsOf(node), draft);
    }
  }
}

/** `parser = OptionParser.new("Usage: …") do |opts|`: both names stand for it. */
function takeParser(
  call: Node,
  drafts: CommandDraft[],
  known: Map<string, CommandDraft>,
  variable: string | undefined,
): void {
  const receiver = nameText(call.childForFieldName('receiver')) ?? '';
  if (!/^(?:::)?Opt(?:ionParser|Parse)$/.test(receiver)) return;
  const draft = draftCommand(lineOf(call), null, null);
  drafts.push(draft);
  readBanner(rubyText(argumentsOf(call)[0]), draft);
  const block = call.childForFieldName('block')?.childForFieldName('parameters')?.firstNamedChild;
  for (const name of [nameText(block), variable]) if (name !== null && name !== undefined) known.set(name, draft);
}

/** `opts.banner = "Usage: mill [options] FILE"` */
function takeBanner(node: Node, known: ReadonlyMap<string, CommandDraft>): void {
  const left = node.childForFieldName('left');
  if (left?.type !== 'call' || nameText(left.childForFieldName('method')) !== 'banner') return;
  const draft = known.get(nameText(left.childForFieldName('receiver')) ?? '');
  if (draft !== undefined) readBanner(rubyText(node.childForFieldName('right')), draft);
}

function readBanner(banner: string | null, draft: CommandDraft): void {
  draft.program = /^\s*usage:\s+([\w.-]+)(?=\s|$|\\n)/i.exec(banner ?? '')?.[1] ?? draft.program;
}

/** What is longer is no flag with its value. */
const LONGEST_FLAG = 200;

/** `on("-o", "--output FILE", Integer, "what it is")` */
function takeOption(given: readonly Node[], draft: CommandDraft): void {
  const texts = given.flatMap((node) => rubyText(node) ?? []);
  const isFlag = (one: string): boolean => one.length <= LONGEST_FLAG && /^--?[\w[]/.test(one);
  const written = texts.filter(isFlag);
  const flags = written.flatMap((one) => /^--?(?:\[no-\])?[\w-]+|^-\w/.exec(one)?.[0] ?? []);
  if (flags.length === 0) return;
  const values = written.flatMap((one) => /^(?:--(?:\[no-\])?[\w-]+(?=[ =[])|-\w)[ =]?(.+)$/.exec(one)?.[1] ?? []);
  const value = values[0]?.replace(/^[[=]+|[\]]+$/g, '').trim() ?? null;
  draft.options.push({
    flags,
    value,
    description: texts.filter((one) => !isFlag(one)).join(' ') || null,
    default: null,
    required: false,
    repeated: given.some((node) => nameText(node) === 'Array'),
  });
}
