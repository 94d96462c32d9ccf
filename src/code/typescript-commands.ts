import type { Argument, CallExpression, Expression, Node } from 'oxc-parser';
import { type CommandDraft, draftCommand, finishCommands, readUsage } from './command-drafts.ts';
import type { CommandUse } from './symbols.ts';
import {
  optionOfBuilder,
  optionOfFlags,
  optionOfObject,
  optionsOfObject,
  type Written,
} from './typescript-command-options.ts';
import { objectLiteral, propertyName, propertyOf, stringValue, unwrapped } from './typescript-expressions.ts';

const LIBRARIES =
  /(?:from|require\(|import\()\s*['"](commander|@commander-js\/extra-typings|yargs(?:\/yargs)?|cac|sade|meow|(?:node:)?util)['"]/g;

interface Step {
  readonly method: string;
  readonly arguments: readonly Argument[];
  readonly call: CallExpression;
}

/** Gathers the command lines that a file defines with one of the usual libraries, while it is walked. */
export class CommandDefinitions {
  readonly #written: Written;
  readonly #libraries: ReadonlySet<string>;
  readonly #drafts: CommandDraft[] = [];
  /** Calls that were read as part of a longer chain. */
  readonly #seen = new Set<Node>();
  readonly #variables = new Map<string, CommandDraft>();
  readonly #constants = new Map<string, Expression>();

  constructor(text: string, lineAt: (offset: number) => number) {
    this.#libraries = librariesOf(text);
    this.#written = { lineAt, slice: (node) => shortValue(text, node) };
  }

  /** Whether the file uses a library that is known; else there is nothing to visit. */
  get isNeeded(): boolean {
    return this.#libraries.size > 0;
  }

  visit(node: Node): void {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init !== null) {
      const init = unwrapped(node.init);
      this.#constants.set(node.id.name, init);
      const draft = this.#readChain(init.type === 'AwaitExpression' ? unwrapped(init.argument) : init);
      if (draft !== null) this.#variables.set(node.id.name, draft);
    } else if (node.type === 'CallExpression') this.#readChain(node);
  }

  commands(): CommandUse[] {
    return finishCommands(this.#drafts);
  }

  #add(node: Node, name: string | null, parent: CommandDraft | null): CommandDraft {
    const draft = draftCommand(this.#written.lineAt(node.start), name, parent);
    this.#drafts.push(draft);
    return draft;
  }

  /** Reads `root.method(…).method(…)`; gives the command that the chain ends with. */
  #readChain(expression: Expression): CommandDraft | null {
    if (this.#seen.has(expression)) return null;
    const steps: Step[] = [];
    let at: Expression = expression;
    while (at.type === 'CallExpression' && unwrapped(at.callee).type === 'MemberExpression') {
      const callee = unwrapped(at.callee);
      if (callee.type !== 'MemberExpression') break;
      steps.unshift({ method: propertyName(callee) ?? '', arguments: at.arguments, call: at });
      this.#seen.add(at);
      at = unwrapped(callee.object);
    }
    let draft = this.#rootOf(at, steps);
    for (const step of steps) {
      if (draft === null) break;
      draft = this.#takeStep(draft, step);
    }
    return draft;
  }

  #rootOf(root: Expression, steps: readonly Step[]): CommandDraft | null {
    if (root.type === 'Identifier') return this.#namedRoot(root.name, root, steps);
    if (root.type === 'NewExpression' && root.callee.type === 'Identifier' && root.callee.name === 'Command') {
      if (!this.#libraries.has('commander')) return null;
      const draft = this.#add(root, null, null);
      draft.program = stringValue(root.arguments[0]);
      return draft;
    }
    if (root.type !== 'CallExpression' || root.callee.type !== 'Identifier' || this.#seen.has(root)) return null;
    this.#seen.add(root);
    const [first, second] = root.arguments;
    switch (root.callee.name) {
      case 'createCommand':
      case 'cac':
      case 'sade': {
        if (!this.#libraries.has('commander') && !this.#libraries.has('cac')) return null;
        const usage = readUsage(stringValue(first) ?? '');
        const draft = this.#add(root, null, null);
        draft.program = usage.name;
        draft.arguments.push(...usage.arguments);
        return draft;
      }
      case 'yargs':
        return this.#libraries.has('yargs') ? this.#add(root, null, null) : null;
      case 'parseArgs':
        return this.#libraries.has('util')
          ? this.#readOptionsObject(root, objectLiteral(first, this.#constants), 'options')
          : null;
      case 'meow':
        return this.#libraries.has('meow')
          ? this.#readOptionsObject(root, objectLiteral(second ?? first, this.#constants), 'flags')
          : null;
      default:
        return null;
    }
  }

  #namedRoot(name: string, root: Node, steps: readonly Step[]): CommandDraft | null {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    const value = this.#constants.get(name);
    const library = /^(?:program|cli|prog|parser|yargs|y|argv|command|cmd|app)$/i.test(name) && value === undefined;
    if (!library || !steps.some((step) => DEFINING.has(step.method))) return null;
    if (!['commander', 'cac', 'yargs'].some((one) => this.#libraries.has(one))) return null;
    const draft = this.#add(root, null, null);
    this.#variables.set(name, draft);
    return draft;
  }

  #takeStep(draft: CommandDraft, { method, arguments: given, call }: Step): CommandDraft {
    const [first, second, third] = given;
    const text = stringValue(first);
    switch (method) {
      case 'name':
      case 'scriptName':
        if (draft.name === null) draft.program = text ?? draft.program;
        else draft.name = text ?? draft.name;
        break;
      case 'description':
      case 'describe':
        draft.description = text ?? draft.description;
        break;
      case 'option':
      case 'requiredOption':
      case 'positional':
      case 'addOption':
      case 'argument':
      case 'arguments':
      case 'addArgument':
      case 'options':
        this.#takeOption(draft, method, given);
        break;
      case 'command':
        return this.#takeCommand(draft, call, first, second, third);
      case 'addCommand': {
        const child = first === undefined || first.type === 'SpreadElement' ? null : this.#commandOf(first);
        if (child !== null && child !== draft) this.#adopt(draft, child);
        break;
      }
      default:
    }
    return draft;
  }

  #commandOf(expression: Expression): CommandDraft | null {
    return expression.type === 'Identifier'
      ? (this.#variables.get(expression.name) ?? null)
      : this.#readChain(expression);
  }

  /** `addCommand` makes a command that stood by itself a sub-command. */
  #adopt(parent: CommandDraft, child: CommandDraft): void {
    if (child.parent !== null) return;
    child.parent = parent;
    child.name ??= child.program;
    child.program = null;
  }

  #takeOption(draft: CommandDraft, method: string, given: readonly Argument[]): void {
    const [first, second] = given;
    const text = stringValue(first);
    const object = objectLiteral(first, this.#constants);
    if (method === 'options' || (method === 'option' && object !== null)) {
      if (object !== null) draft.options.push(...optionsOfObject(object, this.#written));
    } else if (method === 'addOption') {
      const option =
        first === undefined || first.type === 'SpreadElement'
          ? null
          : optionOfBuilder(first, this.#constants, this.#written);
      if (option !== null) draft.options.push(option);
    } else if (text === null) return;
    else if (method === 'arguments') draft.arguments.push(...readUsage(text).arguments);
    else if (method === 'argument' || method === 'addArgument') {
      const [read] = /^[<[]/.test(text) ? readUsage(text).arguments : [{ name: text, required: true }];
      if (read !== undefined) draft.arguments.push({ ...read, description: stringValue(second) });
    } else if (method === 'positional') {
      const settings = objectLiteral(second, this.#constants);
      const description = stringValue(propertyOf(settings, 'describe') ?? propertyOf(settings, 'description'));
      const at = draft.arguments.findIndex((argument) => argument.name.replace(/\.\.$|\.\.\.$/, '') === text);
      const known = draft.arguments[at];
      if (known === undefined) draft.arguments.push({ name: text, required: false, description });
      else draft.arguments[at] = { ...known, description };
    } else if (this.#libraries.has('yargs') && !text.startsWith('-')) {
      draft.options.push(optionOfObject(text, objectLiteral(second, this.#constants), this.#written));
    } else draft.options.push(optionOfFlags(text, given, method === 'requiredOption', this.#constants, this.#written));
  }

  #takeCommand(
    draft: CommandDraft,
    call: CallExpression,
    first: Argument | undefined,
    second: Argument | undefined,
    third: Argument | undefined,
  ): CommandDraft {
    const isYargs = this.#libraries.has('yargs');
    const settings = isYargs ? objectLiteral(first, this.#constants) : null;
    const written = settings === null ? firstText(first) : firstText(propertyOf(settings, 'command') ?? undefined);
    if (written === null) return draft;
    const usage = readUsage(written);
    const child = this.#add(call, usage.name ?? (isYargs ? null : ''), draft);
    child.arguments.push(...usage.arguments);
    const about =
      settings === null
        ? second
        : (propertyOf(settings, 'describe') ?? propertyOf(settings, 'description') ?? undefined);
    child.description = stringValue(about);
    if (!isYargs) return this.#libraries.has('commander') && child.description !== null ? draft : child;
    const builder = settings === null ? third : (propertyOf(settings, 'builder') ?? undefined);
    const object = objectLiteral(builder, this.#constants);
    if (object !== null) child.options.push(...optionsOfObject(object, this.#written));
    else if (builder !== undefined) this.#readBuilder(builder, child);
    return draft;
  }

  /** yargs hands the command to a function: the chains on its first parameter define it. */
  #readBuilder(builder: Argument, child: CommandDraft): void {
    if (builder.type !== 'ArrowFunctionExpression' && builder.type !== 'FunctionExpression') return;
    const [parameter] = builder.params;
    if (parameter?.type !== 'Identifier' || builder.body === null) return;
    const before = this.#variables.get(parameter.name);
    this.#variables.set(parameter.name, child);
    if (builder.body.type !== 'BlockStatement') this.#readChain(unwrapped(builder.body));
    else
      for (const statement of builder.body.body) {
        if (statement.type === 'ExpressionStatement') this.#readChain(unwrapped(statement.expression));
        else if (statement.type === 'ReturnStatement' && statement.argument !== null)
          this.#readChain(unwrapped(statement.argument));
      }
    if (before === undefined) this.#variables.delete(parameter.name);
    else this.#variables.set(parameter.name, before);
  }

  #readOptionsObject(call: Node, settings: ReturnType<typeof objectLiteral>, key: string): CommandDraft {
    const draft = this.#add(call, null, null);
    const options = objectLiteral(propertyOf(settings, key), this.#constants);
    if (options !== null) draft.options.push(...optionsOfObject(options, this.#written));
    return draft;
  }
}

const DEFINING: ReadonlySet<string> = new Set([
  'command',
  'option',
  'requiredOption',
  'options',
  'argument',
  'positional',
  'scriptName',
]);

function librariesOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const match of text.matchAll(LIBRARIES)) {
    const name = (match[1] ?? '').replace(/^node:/, '');
    if (name === 'util' && !text.includes('parseArgs')) continue;
    found.add(/commander/.test(name) ? 'commander' : name === 'sade' ? 'cac' : name.replace(/\/.*$/, ''));
  }
  return found;
}

/** A command may be a string or a list that begins with it, its other names after it. */
function firstText(node: Argument | undefined): string | null {
  if (node?.type !== 'ArrayExpression') return stringValue(node);
  const [first] = node.elements;
  return stringValue(first);
}

const LONGEST_VALUE = 80;

function shortValue(text: string, node: { start: number; end: number }): string {
  const value = text.slice(node.start, node.end).replace(/\s+/g, ' ');
  return value.length > LONGEST_VALUE ? '…' : value;
}
