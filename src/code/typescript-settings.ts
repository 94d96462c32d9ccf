import type {
  BindingPattern,
  CallExpression,
  Expression,
  IfStatement,
  MemberExpression,
  Node,
  ObjectPattern,
} from 'oxc-parser';
import type { SettingUse } from './symbols.ts';
import type { FunctionFrame } from './typescript-body.ts';
import { memberPath, propertyName, stringValue, unwrapped } from './typescript-expressions.ts';
import { schemaSettings } from './typescript-settings-schema.ts';

/** Where a script finds its environment. Vite's holds a few constants of its own beside the variables. */
const ENVIRONMENTS: ReadonlySet<string> = new Set([
  'process.env',
  'globalThis.process.env',
  'import.meta.env',
  'Bun.env',
  'Deno.env',
]);
const VITE_CONSTANTS: ReadonlySet<string> = new Set(['MODE', 'DEV', 'PROD', 'SSR', 'BASE_URL']);
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;
/** They leave the value in place, in another form. */
const CONVERSIONS: ReadonlySet<string> = new Set(['Number', 'String', 'Boolean', 'parseInt', 'parseFloat']);

const LONGEST_COPY = 400;
/** Parameters that are the environment by their name, where a schema of upper-case names is applied to them. */
const NAMED_SO = /^env(?:ironment)?$/;

interface Found {
  readonly name: string;
  readonly default: string | null;
  readonly description: string | null;
  readonly start: number;
  readonly required: boolean;
}

/** Gathers the environment variables that a file reads, while it is walked. */
export class SettingReads {
  readonly #text: string;
  readonly #found: Found[] = [];
  /** Nodes that were understood with what is around them, or that write. */
  readonly #seen = new Set<Node>();
  /** Local names of the environment itself. */
  readonly #aliases = new Set<string>();
  /** Local names of copies of it. */
  readonly #derived = new Set<string>();
  readonly #required = new Set<string>();
  readonly #constants = new Map<string, Expression>();
  readonly #schemas: Expression[] = [];
  /** Functions that read the variable whose name they are given, and calls with such a name. */
  readonly #readers = new Set<string>();
  readonly #calls: { readonly reader: string; readonly found: Found }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  visit(node: Node, within: FunctionFrame | null): void {
    switch (node.type) {
      case 'VariableDeclarator':
        if (node.init !== null) this.#takeVariable(node.id, node.init);
        break;
      case 'Identifier':
        if ('typeAnnotation' in node && this.#isEnvironmentType(node)) this.#aliases.add(node.name);
        break;
      case 'AssignmentPattern':
        if (node.left.type === 'Identifier' && this.#isEnvironment(node.right)) this.#aliases.add(node.left.name);
        break;
      case 'ImportSpecifier':
        if (node.local.name === 'env' && this.#importsProcess(node.start)) this.#aliases.add('env');
        break;
      case 'LogicalExpression':
        if (node.operator !== '&&') this.#takeDefault(node.left, node.right);
        break;
      case 'AssignmentExpression':
        if (node.left.type !== 'MemberExpression') break;
        if (node.operator === '??=' || node.operator === '||=') this.#takeDefault(node.left, node.right);
        else this.#seen.add(node.left);
        break;
      case 'UnaryExpression':
        if (node.operator === 'delete') this.#seen.add(unwrapped(node.argument));
        break;
      case 'TSNonNullExpression':
        this.#take(unwrapped(node.expression), null, true);
        break;
      case 'IfStatement':
        this.#takeGuard(node);
        break;
      case 'MemberExpression':
        this.#takeMember(node, within);
        break;
      case 'CallExpression':
        this.#takeCall(node);
        break;
      default:
    }
  }

  /** Every variable in source order; of several readings of one, the first, with the default that any of them gives. */
  settings(lineAt: (offset: number) => number): SettingUse[] {
    for (const schema of this.#schemas)
      this.#found.push(...schemaSettings(schema, this.#constants, (at) => this.#slice(at)));
    for (const { reader, found } of this.#calls) if (this.#readers.has(reader)) this.#found.push(found);
    const byName = new Map<string, Found>();
    for (const one of this.#found.sort((a, b) => a.start - b.start)) {
      const seen = byName.get(one.name);
      byName.set(one.name, {
        name: one.name,
        default: seen?.default ?? one.default,
        description: seen?.description ?? one.description,
        start: seen?.start ?? one.start,
        required: (seen?.required ?? false) || one.required || this.#required.has(one.name),
      });
    }
    return [...byName.values()].map(({ start, ...one }) => ({ ...one, line: lineAt(start) }));
  }

  #slice(node: { start: number; end: number }): string {
    const written = this.#text.slice(node.start, node.end).replace(/\s+/g, ' ');
    return written.length > 80 ? '…' : written;
  }

  /** Source of a default. Another variable is told by itself, and `null` is none. */
  #default(fallback: Expression | null): string | null {
    if (fallback === null || isNothing(fallback) || this.#read(unwrapped(fallback)) !== null) return null;
    return this.#slice(fallback);
  }

  #isEnvironment(expression: Expression): boolean {
    const inner = unwrapped(expression);
    if (inner.type === 'Identifier') return this.#aliases.has(inner.name);
    const path = memberPath(inner);
    return path !== null && ENVIRONMENTS.has(path);
  }

  #isEnvironmentType(node: { readonly typeAnnotation?: { start: number; end: number } | null }): boolean {
    const annotation = node.typeAnnotation ?? null;
    return annotation !== null && /\bProcessEnv\b/.test(this.#text.slice(annotation.start, annotation.end));
  }

  #importsProcess(start: number): boolean {
    const end = this.#text.indexOf('\n', start);
    return /\bfrom\s*['"](?:node:)?process['"]/.test(this.#text.slice(start, end < 0 ? undefined : end));
  }

  /** Name of the variable that an expression reads, or null. */
  #read(expression: Expression): string | null {
    if (expression.type === 'CallExpression') {
      return memberPath(expression.callee) === 'Deno.env.get' ? stringValue(expression.arguments[0]) : null;
    }
    if (expression.type !== 'MemberExpression' || !this.#isEnvironment(expression.object)) return null;
    const name = propertyName(expression);
    const path = memberPath(unwrapped(expression.object));
    if (name === null || path === 'Deno.env') return null;
    if (path === 'import.meta.env' && VITE_CONSTANTS.has(name)) return null;
    return expression.object.type !== 'Identifier' || VARIABLE.test(name) ? name : null;
  }

  #take(expression: Expression, fallback: Expression | null, required: boolean, place?: number): void {
    const name = this.#seen.has(expression) ? null : this.#read(expression);
    if (name === null) return;
    this.#seen.add(expression);
    this.#found.push({
      name,
      default: this.#default(fallback),
      description: null,
      start: place ?? expression.start,
      required,
    });
  }

  /** `read ?? fallback`, also where the read value is converted first or is the last of a chain. */
  #takeDefault(left: Expression, fallback: Expression): void {
    let inner = unwrapped(left);
    while (inner.type === 'LogicalExpression' || inner.type === 'CallExpression') {
      if (inner.type === 'LogicalExpression') inner = unwrapped(inner.right);
      else {
        const [first] = inner.arguments;
        const converts = CONVERSIONS.has(memberPath(inner.callee) ?? '');
        if (!converts || first === undefined || first.type === 'SpreadElement') break;
        inner = unwrapped(first);
      }
    }
    this.#take(inner, fallback, false);
  }

  #takeVariable(id: BindingPattern, init: Expression): void {
    if (id.type === 'Identifier') {
      this.#constants.set(id.name, init);
      if (this.#isEnvironment(init)) this.#aliases.add(id.name);
      else if (this.#mentionsEnvironment(init)) this.#derived.add(id.name);
    } else if (id.type === 'ObjectPattern' && this.#isEnvironment(init)) this.#takePattern(id.properties);
    else if (id.type === 'ObjectPattern' && memberPath(unwrapped(init)) === 'process') {
      for (const property of id.properties) {
        if (property.type !== 'Property' || property.value.type !== 'Identifier') continue;
        if (property.key.type === 'Identifier' && property.key.name === 'env') this.#aliases.add(property.value.name);
      }
    }
  }

  /** A copy of the environment, made by some call: `Object.fromEntries(Object.entries(process.env).filter(…))`. */
  #mentionsEnvironment(init: Expression): boolean {
    if (init.type !== 'CallExpression' && init.type !== 'ObjectExpression') return false;
    if (init.end - init.start > LONGEST_COPY) return false;
    const text = this.#text.slice(init.start, init.end);
    const named = [...text.matchAll(/(?:\.\.\.|\()\s*([\w$.]+)\s*[,)}]/g)].map((match) => match[1] ?? '');
    return named.some((name) => ENVIRONMENTS.has(name) || this.#aliases.has(name) || NAMED_SO.test(name));
  }

  #isCopy(expression: Expression): boolean {
    if (this.#isEnvironment(expression)) return true;
    if (expression.type !== 'Identifier') return this.#mentionsEnvironment(expression);
    return this.#derived.has(expression.name) || NAMED_SO.test(expression.name);
  }

  #takePattern(properties: ObjectPattern['properties']): void {
    for (const property of properties) {
      if (property.type !== 'Property' || property.computed) continue;
      const name = property.key.type === 'Identifier' ? property.key.name : stringValue(property.key);
      const fallback = property.value.type === 'AssignmentPattern' ? this.#slice(property.value.right) : null;
      if (name !== null)
        this.#found.push({ name, default: fallback, description: null, start: property.start, required: false });
    }
  }

  /** `if (!process.env.X) throw …` says that it must be there. */
  #takeGuard(node: IfStatement): void {
    const body = this.#text.slice(node.consequent.start, node.consequent.end);
    if (!/^\{?\s*(?:throw\b|.*\bprocess\.exit\()/s.test(body) || body.length > 400) return;
    const waiting: Expression[] = [node.test];
    for (let test = waiting.pop(); test !== undefined; test = waiting.pop()) {
      if (test.type === 'LogicalExpression' && test.operator === '||') waiting.push(test.left, test.right);
      const absent =
        test.type === 'UnaryExpression' && test.operator === '!'
          ? test.argument
          : test.type === 'BinaryExpression' && /^===?$/.test(test.operator) && isNothing(test.right)
            ? test.left
            : null;
      const name = absent === null || absent.type === 'PrivateIdentifier' ? null : this.#read(unwrapped(absent));
      if (name !== null) this.#required.add(name);
    }
  }

  #takeMember(node: MemberExpression, within: FunctionFrame | null): void {
    this.#take(node, null, false);
    const reads = node.computed && node.property.type === 'Identifier' && this.#isEnvironment(node.object);
    if (!reads || within === null || node.property.type !== 'Identifier') return;
    const [first] = within.node.params;
    if (first?.type === 'Identifier' && first.name === node.property.name) {
      const own = within.node.id?.name ?? this.#nameOf(within);
      if (own !== null) this.#readers.add(own);
    }
  }

  #nameOf(within: FunctionFrame): string | null {
    for (const [name, value] of this.#constants) if (value === within.node) return name;
    return null;
  }

  #takeCall(node: CallExpression): void {
    this.#take(node, null, false);
    const [first, second] = node.arguments;
    if (first === undefined || first.type === 'SpreadElement') return;
    if (node.callee.type === 'Identifier') {
      const name = stringValue(first);
      if (name !== null && VARIABLE.test(name)) {
        const fallback = second === undefined || second.type === 'SpreadElement' ? null : this.#slice(second);
        const found = { name, default: fallback, description: null, start: node.start, required: false };
        this.#calls.push({ reader: node.callee.name, found });
      }
    }
    const called = node.callee.type === 'MemberExpression' ? propertyName(node.callee) : memberPath(node.callee);
    if (called === 'createEnv') this.#schemas.push(first);
    else if (called === 'cleanEnv' && second !== undefined && second.type !== 'SpreadElement')
      this.#schemas.push(second);
    else if (/^(?:safeP|p)arse(?:Async)?$/.test(called ?? '')) {
      if (this.#isCopy(first) && node.callee.type === 'MemberExpression') this.#schemas.push(node.callee.object);
      else if (second !== undefined && second.type !== 'SpreadElement' && this.#isCopy(second))
        this.#schemas.push(first);
    }
  }
}

function isNothing(expression: Expression): boolean {
  return expression.type === 'Identifier'
    ? expression.name === 'undefined'
    : expression.type === 'Literal' && (expression.value === null || expression.value === '');
}
