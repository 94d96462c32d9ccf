import { type ArrowFunctionExpression, type Function as FunctionNodeOfOxc, type Node, visitorKeys } from 'oxc-parser';
import type { LineIndex } from '../lines.ts';
import { subjectOf } from './dispatch.ts';
import { type Flow, onceRecursive } from './flow.ts';
import { type GivenName, lastName, nameFor } from './script-names.ts';
import { thresholds } from './size-rules.ts';

/** What is needed of a file while its tree is read. */
export interface ScriptText {
  readonly text: string;
  readonly lines: LineIndex;
  /** Told of every node once but names, literals and what is only about types, an outer one before what is in it. */
  readonly visit: (node: Node) => void;
}

type FunctionNode = FunctionNodeOfOxc | ArrowFunctionExpression;
type LogicNode = Extract<Node, { type: 'LogicalExpression' }>;
type IfNode = Extract<Node, { type: 'IfStatement' }>;

/** Where a node stands, and what a function there would be called after. */
interface Place extends GivenName {
  /** Name of the function around. */
  readonly within: string | null;
}

/** How nodes of one type are read. */
interface Reading {
  /** Fields that hold other nodes, but for types: nothing in them is run. */
  readonly keys: readonly string[];
  readonly isShown: boolean;
  readonly isCounted: boolean;
  readonly isSteering: boolean;
  readonly isMarkup: boolean;
}

const NOT_SHOWN = /^(?:TS|JSXText$|\w*Identifier$|Literal$|TemplateElement$)/;
const TYPE_NODE = /^TS(?:InterfaceDeclaration|TypeAliasDeclaration)$/;
const TYPE_KEY = /^(?:typeAnnotation|typeParameters|typeArguments|superTypeArguments|returnType|implements)$/;
/** What `#steering` tells apart. Everything else is only looked into, which is most of a tree. */
const STEERING: ReadonlySet<string> = new Set(
  (
    'IfStatement ForStatement ForInStatement ForOfStatement WhileStatement DoWhileStatement SwitchStatement SwitchCase ' +
    'CatchClause ConditionalExpression LogicalExpression BreakStatement ContinueStatement CallExpression ' +
    'FunctionDeclaration FunctionExpression ArrowFunctionExpression'
  ).split(' '),
);

const READINGS: ReadonlyMap<string, Reading> = new Map(
  Object.entries(visitorKeys).map(([type, all]) => {
    const keys = TYPE_NODE.test(type) ? [] : all.filter((key) => !TYPE_KEY.test(key));
    const isShown = !NOT_SHOWN.test(type);
    return [
      type,
      { keys, isShown, isCounted: isCounted(type), isSteering: STEERING.has(type), isMarkup: isMarkup(type) },
    ];
  }),
);

const NAMELESS: GivenName = { name: null, isMember: false, isVariable: false };

/** What steers a JavaScript or TypeScript program. */
export function scriptFlow(source: ScriptText, program: Node): Flow[] {
  return new ScriptReader(source).read(program, { ...NAMELESS, within: null });
}

class ScriptReader {
  readonly #source: ScriptText;
  /** Of the function that is read. */
  #statements = 0;
  #markup: [from: number, to: number][] = [];

  constructor(source: ScriptText) {
    this.#source = source;
  }

  read(node: Node, place: Place): Flow[] {
    const found: Flow[] = [];
    this.#take(node, place, found);
    return found;
  }

  #take(node: Node, place: Place, found: Flow[]): void {
    const reading = READINGS.get(node.type);
    if (reading === undefined) return;
    if (reading.isShown) this.#source.visit(node);
    if (reading.isCounted) this.#statements += 1;
    if (reading.isMarkup) this.#takeMarkup(node);
    const isNamed = place.name !== null || place.isMember;
    const inside: Place = isNamed ? { ...NAMELESS, within: place.within } : place;
    if (reading.isSteering) for (const flow of this.#steering(node, place, inside)) found.push(flow);
    else this.#takeParts(node, reading.keys, inside, found);
  }

  /** `inside` is where what is in the node stands, which is not given the name that the node itself is. */
  #steering(node: Node, place: Place, inside: Place): Flow[] {
    switch (node.type) {
      case 'IfStatement':
        return [this.#branch(node, inside)];
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        return [{ kind: 'loop', children: this.#parts(node, inside) }];
      case 'SwitchStatement':
        return [this.#switch(node, inside)];
      case 'SwitchCase': {
        const children = this.#parts(node, inside);
        return node.test === null ? children : [{ kind: 'case', children }];
      }
      case 'CatchClause':
        return [{ kind: 'catch', children: this.#parts(node, inside) }];
      case 'ConditionalExpression':
        return [{ kind: 'choice', children: this.#parts(node, inside) }];
      case 'LogicalExpression':
        return this.#logic(node, inside);
      case 'BreakStatement':
      case 'ContinueStatement':
        return node.label === null ? [] : [{ kind: 'jump', children: [] }];
      case 'CallExpression':
        return this.#call(node, isWrapper(node.callee) ? place : inside);
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return node.body === null ? [] : [this.#function(node, place)];
      default:
        return this.#parts(node, inside);
    }
  }

  /** Where each case has a condition of its own, nothing chooses between them. */
  #switch(node: Extract<Node, { type: 'SwitchStatement' }>, place: Place): Flow {
    const { type, start, end } = node.discriminant;
    const subject = type === 'Literal' ? null : this.#source.text.slice(start, end);
    return { kind: 'switch', children: this.#parts(node, place), subject };
  }

  #branch(node: IfNode, place: Place): Flow {
    const children = [...this.read(node.test, place), ...this.read(node.consequent, place)];
    const chain: Flow[] = [];
    let other = node.alternate;
    while (other?.type === 'IfStatement') {
      this.#source.visit(other);
      const parts = [...this.read(other.test, place), ...this.read(other.consequent, place)];
      chain.push({ kind: 'elif', children: parts, subject: this.#subjectOf(other) });
      other = other.alternate;
    }
    if (other !== null) chain.push({ kind: 'else', children: this.read(other, place) });
    return { kind: 'if', children, chain, subject: this.#subjectOf(node) };
  }

  #subjectOf({ test }: IfNode): string | null {
    return subjectOf(this.#source.text.slice(test.start, test.end));
  }

  /** Operands of a chain of logical operators; `??` gives a default and is not counted. */
  #logic(node: LogicNode, place: Place): Flow[] {
    const operators: string[] = [];
    const children: Flow[] = [];
    const take = (one: Node): void => {
      if (one.type !== 'LogicalExpression') {
        children.push(...this.read(one, place));
        return;
      }
      if (one !== node) this.#source.visit(one);
      take(one.left);
      if (one.operator !== '??') operators.push(one.operator);
      take(one.right);
    };
    take(node);
    if (operators.length === 0) return children;
    // It shows something, or nothing.
    if (isMarkup(node.right.type)) return [{ kind: 'logic', children, operators: operators.length, runs: 0 }];
    const runs = operators.filter((operator, at) => operator !== operators[at - 1]).length;
    return [{ kind: 'logic', children, operators: operators.length, runs }];
  }

  /** Outer markup holds the lines of the inner, which comes after it. */
  #takeMarkup({ start, end }: Node): void {
    const { lines } = this.#source;
    const [from, to] = [lines.lineAt(start), lines.lineAt(end - 1)];
    if (from > (this.#markup.at(-1)?.[1] ?? 0)) this.#markup.push([from, to]);
  }

  #call(node: Extract<Node, { type: 'CallExpression' }>, place: Place): Flow[] {
    const { callee } = node;
    const parts = this.#parts(node, place);
    if (callee.type === 'Identifier' && callee.name === place.within) parts.push({ kind: 'recursion', children: [] });
    return parts;
  }

  #function(node: FunctionNode, place: Place): Flow {
    const name = (node.type === 'ArrowFunctionExpression' ? null : node.id?.name) ?? place.name;
    const inside: Place = { ...NAMELESS, within: name };
    const around = { statements: this.#statements, markup: this.#markup };
    this.#statements = 0;
    this.#markup = [];
    const body = [
      ...node.params.flatMap((one) => this.read(one, inside)),
      ...(node.body === null ? [] : this.read(node.body, inside)),
    ];
    const [statements, markup] = [this.#statements, this.#markup];
    this.#statements = around.statements;
    this.#markup = around.markup;
    const { lines, text } = this.#source;
    const line = lines.lineAt(node.start);
    return {
      kind: 'function',
      children: [],
      unit: {
        name,
        line,
        column: node.start - text.lastIndexOf('\n', node.start - 1),
        endLine: lines.lineAt(node.end - 1),
        parameters: this.#isOverriding(node, name) ? 0 : node.params.filter(isGiven).length,
        statements,
        isMember: place.isMember,
        isNamed: node.type === 'FunctionDeclaration' || place.isVariable,
        isExpression: node.type === 'ArrowFunctionExpression' && node.body?.type !== 'BlockStatement',
        isComponent: markup.length > 0 && name !== null && /^[A-Z]/.test(name),
        markup,
        body: onceRecursive(body),
      },
    };
  }

  /** What a class inherits decides the parameters of what stands in its place. */
  #isOverriding({ params, start, end }: FunctionNode, name: string | null): boolean {
    if (params.length <= thresholds.parameters || name === null) return false;
    return this.#source.text.slice(start, end).includes(`super.${name}(`);
  }

  #parts(node: Node, place: Place): Flow[] {
    const found: Flow[] = [];
    this.#takeParts(node, READINGS.get(node.type)?.keys ?? [], place, found);
    return found;
  }

  #takeParts(node: Node, keys: readonly string[], place: Place, found: Flow[]): void {
    for (const key of keys) {
      const value: unknown = Reflect.get(node, key);
      if (typeof value !== 'object' || value === null) continue;
      const given = nameFor(node, key);
      const inside = given === null ? place : { ...given, within: place.within };
      if (isNode(value)) this.#take(value, inside, found);
      else if (Array.isArray(value)) for (const one of value) if (isNode(one)) this.#take(one, inside, found);
    }
  }
}

/** Whether what is called gives the component back that it is given: then that has the name of the whole. */
function isWrapper(callee: Node): boolean {
  const name = lastName(callee);
  return name === 'memo' || name === 'forwardRef' || name === 'observer';
}

function isMarkup(type: string): boolean {
  return type === 'JSXElement' || type === 'JSXFragment';
}

/** Blocks hold statements, and are none themselves. */
function isCounted(type: string): boolean {
  return (
    (type.endsWith('Statement') && type !== 'BlockStatement' && type !== 'EmptyStatement') ||
    type === 'VariableDeclaration'
  );
}

function isGiven(parameter: FunctionNode['params'][number]): boolean {
  return !(parameter.type === 'Identifier' && parameter.name === 'this');
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
