import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand, finishCommands } from './command-drafts.ts';
import { argumentsOf, calledName, sourceOf, textOf } from './python-calls.ts';
import { takeDecorated, takeTyperApp } from './python-command-functions.ts';
import type { CommandUse } from './symbols.ts';
import { lineOf } from './syntax-tree.ts';

const CLICK = /\b(?:import|from)\s+(?:\w+\s*,\s*)*(?:rich_)?(?:click|typer|asyncclick)\b/;
const ARGPARSE_CALL =
  /^[\w.\s]*(?:ArgumentParser|add_subparsers|add_argument_group|add_mutually_exclusive_group|add_parser|add_argument)\(/;
const TYPER_CALL = /^[\w.\s]*(?:Typer|add_typer|add_command)\(/;
const LONGEST_HEAD = 2000;

/** Command lines that a Python file defines with argparse, click or typer, in source order. */
export function pythonCommands(root: Node, text: string): CommandUse[] {
  const argparse = /\badd_argument\(/.test(text);
  const decorated = CLICK.test(text) && /^[ \t]*@.*\b(?:command|group|callback)\b/m.test(text);
  if (!argparse && !decorated) return [];
  const drafts: CommandDraft[] = [];
  const variables = new Map<string, CommandDraft>();
  for (const node of root.descendantsOfType(decorated ? ['call', 'decorated_definition'] : 'call')) {
    if (node === null) continue;
    // Most calls are others: asking the tree costs more than a look at the text.
    const head = text.slice(node.startIndex, node.startIndex + LONGEST_HEAD);
    if (node.type === 'decorated_definition') {
      if (/\b(?:command|group|callback)\b/.test(head)) takeDecorated(node, drafts, variables);
    } else if (argparse && ARGPARSE_CALL.test(head)) takeArgparse(node, drafts, variables);
    else if (decorated && TYPER_CALL.test(head)) takeTyperApp(node, drafts, variables);
  }
  return finishCommands(drafts);
}

/** Name that takes the value of a call: `parser = ArgumentParser()`, `self.parser = …`. */
export function assignedName(call: Node): string | null {
  const { parent } = call;
  if (parent?.type !== 'assignment' || parent.childForFieldName('right')?.startIndex !== call.startIndex) return null;
  return parent.childForFieldName('left')?.text ?? null;
}

function takeArgparse(call: Node, drafts: CommandDraft[], variables: Map<string, CommandDraft>): void {
  const called = calledName(call);
  const variable = assignedName(call);
  const keep = (draft: CommandDraft): void => {
    if (variable !== null) variables.set(variable, draft);
  };
  if (/(?:^|\.)\w*ArgumentParser$/.test(called)) {
    const { positional, named } = argumentsOf(call);
    const draft = draftCommand(lineOf(call), null, null);
    draft.program = textOf(named.get('prog') ?? positional[0]);
    draft.description = textOf(named.get('description'));
    drafts.push(draft);
    keep(draft);
    return;
  }
  const dot = called.lastIndexOf('.');
  const owner = called.slice(0, Math.max(0, dot));
  switch (called.slice(dot + 1)) {
    case 'add_subparsers':
    case 'add_argument_group':
    case 'add_mutually_exclusive_group':
      keep(known(owner, call, drafts, variables));
      break;
    case 'add_parser': {
      const { positional, named } = argumentsOf(call);
      const name = textOf(positional[0] ?? named.get('name'));
      if (name === null) return;
      const draft = draftCommand(lineOf(call), name, known(owner, call, drafts, variables));
      draft.description = textOf(named.get('help')) ?? textOf(named.get('description'));
      drafts.push(draft);
      keep(draft);
      break;
    }
    case 'add_argument':
      takeArgument(call, known(owner, call, drafts, variables));
      break;
    default:
  }
}

/** The parser of a name; one that the file only receives gets a draft of its own. */
function known(owner: string, call: Node, drafts: CommandDraft[], variables: Map<string, CommandDraft>): CommandDraft {
  const found = variables.get(owner);
  if (found !== undefined) return found;
  const draft = draftCommand(lineOf(call), null, null);
  drafts.push(draft);
  variables.set(owner, draft);
  return draft;
}

const SWITCHES = /^(?:store_true|store_false|store_const|append_const|count|help|version)$|BooleanOptionalAction$/;

function takeArgument(call: Node, draft: CommandDraft): void {
  const { positional, named } = argumentsOf(call);
  const names = positional.flatMap((node) => textOf(node) ?? []);
  const [first] = names;
  const help = named.get('help');
  if (first === undefined || help?.text.endsWith('SUPPRESS')) return;
  const count = textOf(named.get('nargs')) ?? named.get('nargs')?.text ?? null;
  const description = textOf(help);
  const fallback = named.get('default');
  const shown = textOf(named.get('metavar'));
  if (!first.startsWith('-')) {
    const optional = count === '?' || count === '*' || (fallback !== undefined && count === null);
    draft.arguments.push({ name: shown ?? first, required: !optional, description });
    return;
  }
  const action = textOf(named.get('action')) ?? named.get('action')?.text ?? '';
  const value = SWITCHES.test(action) ? null : (shown ?? named.get('type')?.text ?? 'str');
  draft.options.push({
    flags: names,
    value: named.has('const') && count === null && value === 'str' ? null : value,
    description,
    default: fallback?.text === 'None' ? null : sourceOf(fallback),
    required: named.get('required')?.text === 'True',
    repeated: /^(?:append|extend|count)/.test(action) || count === '*' || count === '+',
  });
}
