import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand } from './command-drafts.ts';
import { argumentsOf, type CallArguments, calledName, sourceOf, textOf } from './python-calls.ts';
import { docstringOf } from './python-declarations.ts';
import { children, lineOf } from './syntax-tree.ts';

interface Decorator {
  /** `click.option`, `cli.command`, as written. */
  readonly name: string;
  readonly given: CallArguments;
}

const NOTHING: CallArguments = { positional: [], named: new Map() };

/** Notes the command that the decorators of a function make: click's, or those of a typer application. */
export function takeDecorated(statement: Node, drafts: CommandDraft[], variables: Map<string, CommandDraft>): void {
  const definition = statement.childForFieldName('definition');
  if (definition?.type !== 'function_definition') return;
  const decorators = children(statement)
    .filter((child) => child.type === 'decorator')
    .map(readDecorator);
  const making = decorators.find(({ name }) => /(?:^|\.)(?:command|group|callback)$/.test(name));
  if (making === undefined) return;
  const dot = making.name.lastIndexOf('.');
  const owner = dot < 0 ? '' : making.name.slice(0, dot);
  const parent = variables.get(owner) ?? null;
  // `@app.command()` of something that is no command line, a bot's for example.
  if (parent === null && !/^(?:click|rich_click|typer|asyncclick|)$/.test(owner)) return;
  const functionName = definition.childForFieldName('name')?.text ?? '';
  const { positional, named } = making.given;
  const given = textOf(positional[0] ?? named.get('name'));
  const isCallback = making.name.endsWith('.callback');
  const name =
    given ??
    functionName
      .toLowerCase()
      .replaceAll('_', '-')
      .replace(/-(?:command|cmd|group|grp)$/, '');
  const draft =
    isCallback && parent !== null ? parent : draftCommand(lineOf(statement), parent === null ? null : name, parent);
  if (parent === null && given !== null) draft.program = given;
  draft.description =
    textOf(named.get('help')) ??
    draft.description ??
    docstringOf(definition.childForFieldName('body'))?.summary ??
    null;
  if (!drafts.includes(draft)) drafts.push(draft);
  variables.set(functionName, draft);
  for (const decorator of decorators) takeClickDecorator(decorator, draft);
  if (!decorators.some(({ name: one }) => /(?:^|\.)(?:option|argument)$/.test(one)))
    takeTyperParameters(definition, draft);
}

function readDecorator(node: Node): Decorator {
  const inner = node.firstNamedChild;
  if (inner?.type === 'call') return { name: calledName(inner), given: argumentsOf(inner) };
  return { name: inner?.text ?? '', given: NOTHING };
}

function takeClickDecorator({ name, given }: Decorator, draft: CommandDraft): void {
  const { positional, named } = given;
  const texts = positional.flatMap((node) => textOf(node) ?? []);
  const help = textOf(named.get('help'));
  if (/(?:^|\.)argument$/.test(name)) {
    const [first] = texts;
    if (first === undefined) return;
    const optional =
      named.get('required')?.text === 'False' || named.has('default') || named.get('nargs')?.text === '-1';
    const required = !optional || named.get('required')?.text === 'True';
    draft.arguments.push({ name: textOf(named.get('metavar')) ?? first, required, description: help });
  } else if (/(?:^|\.)(?:\w+_)?option$/.test(name) && named.get('hidden')?.text !== 'True') {
    const flags = texts.filter((text) => text.startsWith('-')).flatMap((text) => text.split(/\s*\/\s*/));
    if (flags.length === 0) return;
    const isSwitch =
      named.get('is_flag')?.text === 'True' ||
      named.get('count')?.text === 'True' ||
      named.has('flag_value') ||
      texts.some((text) => text.includes('/')) ||
      /(?:^|\.)(?:version|help|confirmation)_option$/.test(name);
    const fallback = named.get('default');
    draft.options.push({
      flags,
      value: isSwitch ? null : (textOf(named.get('metavar')) ?? sourceOf(named.get('type')) ?? 'TEXT'),
      description: help,
      default: fallback?.text === 'None' ? null : sourceOf(fallback),
      required: named.get('required')?.text === 'True',
      repeated: named.get('multiple')?.text === 'True' || named.get('count')?.text === 'True',
    });
  }
}

/** Typer makes arguments of parameters without a default and options of the others. */
function takeTyperParameters(definition: Node, draft: CommandDraft): void {
  const parameters = definition.childForFieldName('parameters');
  for (const parameter of parameters === null ? [] : children(parameters)) {
    const type = parameter.childForFieldName('type');
    const value = parameter.childForFieldName('value');
    const named =
      parameter.childForFieldName('name') ?? (parameter.type === 'typed_parameter' ? parameter.firstNamedChild : null);
    if (type === null || named === null || /\bContext\b/.test(type.text)) continue;
    const marks = [...type.descendantsOfType('call'), ...(value?.type === 'call' ? [value] : [])];
    const mark = marks.find((one) => one !== null && /(?:^|\.)(?:Option|Argument)$/.test(calledName(one))) ?? null;
    const given = mark === null ? NOTHING : argumentsOf(mark);
    const inMark = mark !== null && mark.startIndex === value?.startIndex;
    const fallback = inMark ? (given.named.get('default') ?? given.positional[0] ?? null) : value;
    const missing = fallback === null || fallback.text === '...';
    const isArgument = mark === null ? value === null : calledName(mark).endsWith('Argument');
    const description = textOf(given.named.get('help'));
    if (isArgument) {
      draft.arguments.push({ name: named.text, required: missing, description });
      continue;
    }
    const flags = given.positional.flatMap((node) => textOf(node) ?? []).filter((text) => text.startsWith('-'));
    const isSwitch = /\bbool\b/.test(type.text);
    const own = named.text.replaceAll('_', '-');
    draft.options.push({
      flags:
        flags.length > 0
          ? flags.flatMap((flag) => flag.split('/'))
          : isSwitch
            ? [`--${own}`, `--no-${own}`]
            : [`--${own}`],
      value: isSwitch ? null : bareType(type.text),
      description,
      default: missing || fallback.text === 'None' ? null : sourceOf(fallback),
      required: missing,
      repeated: /\b[Ll]ist\[/.test(type.text),
    });
  }
}

function bareType(type: string): string {
  const inner = /^(?:\w+\.)?Annotated\[\s*(.+?)\s*,/s.exec(type)?.[1] ?? type;
  return inner.replace(/^(?:\w+\.)?Optional\[(.*)\]$/s, '$1').replace(/\s*\|\s*None$/, '');
}

/** `app = typer.Typer(…)`, `app.add_typer(users, name='users')` and click's `cli.add_command(build)`. */
export function takeTyperApp(call: Node, drafts: CommandDraft[], variables: Map<string, CommandDraft>): void {
  const called = calledName(call);
  if (/(?:^|\.)Typer$/.test(called)) {
    const { parent } = call;
    const name = parent?.type === 'assignment' ? parent.childForFieldName('left')?.text : undefined;
    if (name === undefined) return;
    const { named } = argumentsOf(call);
    const draft = draftCommand(lineOf(call), null, null);
    draft.program = textOf(named.get('name'));
    draft.description = textOf(named.get('help'));
    drafts.push(draft);
    variables.set(name, draft);
  } else if (/\.(?:add_typer|add_command)$/.test(called)) {
    const { positional, named } = argumentsOf(call);
    const parent = variables.get(called.slice(0, called.lastIndexOf('.')));
    const key = positional[0]?.text ?? '';
    const child = variables.get(key);
    if (parent === undefined || child === undefined || child.parent !== null || parent === child) return;
    const name = textOf(named.get('name') ?? positional[1]) ?? child.program ?? key.toLowerCase().replaceAll('_', '-');
    child.parent = parent;
    child.name = name;
    child.program = null;
  }
}
