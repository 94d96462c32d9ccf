import { fieldOf, type PythonNode } from '../quality/python-nodes.ts';
import type { Known, Way } from './python-ways.ts';

/** What the conditions and assignments of a file are read with. */
export interface Reading {
  readonly text: string;
  /** The name whose binding is asked for. */
  readonly name: string;
  /** Whether what is known of an expression may decide anything further on. */
  readonly matters: (subject: string) => boolean;
  /** Members of the enumerations of the tree, by the last part of their names. */
  readonly members: (enumeration: string) => ReadonlySet<string> | null;
  /** What is known of a constant of the file. */
  readonly constant: (name: string) => Partial<Known> | null;
}

/** What a program is known to do beside what stands in the function that is read. */
export interface Surrounding extends Reading {
  /** Whether a call never comes back, or what it gives never does where it is waited for. */
  readonly ends: (call: string, isWaiting: boolean) => boolean;
  /** Whether a loop over an expression runs at least once. */
  readonly isNeverEmpty: (iterated: PythonNode, way: Way) => boolean;
  /** Whether what stands behind `with` holds back exceptions. */
  readonly holdsBack: (manager: string) => boolean;
}

/** Calls that give something else each time. */
const CHANGING =
  /\b(?:next|pop\w*|read\w*|recv\w*|get_nowait|random\w*|randint|choice|input|time|now|poll\w*|fetch\w*|send\w*|acquire|wait\w*|advance|consume|accept|expect|step|move\w*|try_\w+)\s*\(/;
/** An enumeration of more values is not taken apart. */
const MOST_CHOICES = 16;

/** Text of a node as it is compared: without blanks and parentheses around it, and with one kind of quotes. */
export function textOf(node: PythonNode, { text }: Pick<Reading, 'text'>): string {
  if (node.type === 'parenthesized_expression') return textOf(node.children[0] ?? node, { text });
  return text
    .slice(node.start, node.end)
    .replace(/\s+/g, ' ')
    .replace(/^"([^"'\\]*)"$/, "'$1'");
}

/** The constant that a node is, as written; null for anything else. */
export function constantOf(node: PythonNode, reading: Pick<Reading, 'text'>): string | null {
  const text = textOf(node, reading);
  if (/^(?:true|false|none|integer|float)$/.test(node.type) || (node.type === 'string' && /^[bru]*['"]/i.test(text)))
    return text;
  if (node.type === 'unary_operator' && /^-\d+$/.test(text)) return text;
  const isNamed = /^(?:attribute|dotted_name|identifier|type)$/.test(node.type);
  return isNamed && /^(?:[A-Za-z_]\w*\.)*[A-Z][A-Z\d_]*$|^(?:\w+\.)*[A-Z]\w*\.[A-Za-z]\w*$/.test(text) ? text : null;
}

/** The ways on which a condition has come out as `truth`: none where it cannot. */
export function assume(node: PythonNode, truth: boolean, way: Way, reading: Reading): Way[] {
  const [first, second] = node.children;
  switch (node.type) {
    case 'parenthesized_expression':
      return first === undefined ? [way] : assume(first, truth, way, reading);
    case 'not_operator':
      return first === undefined ? [way] : assume(first, !truth, way, reading);
    case 'boolean_operator':
      return assumeLogic(node, truth, way, reading);
    case 'named_expression':
      if (first === undefined || second === undefined) return [way];
      return assign(first, second, way, reading).flatMap((one) =>
        learned(one, textOf(first, reading), { truth }, reading),
      );
    case 'comparison_operator':
      return assumeComparison(node, truth, boundInside(node, way, reading), reading);
    case 'conditional_expression':
      return [way];
    default:
      return assumeTruth(node, truth, boundInside(node, way, reading), reading);
  }
}

function assumeLogic(node: PythonNode, truth: boolean, way: Way, reading: Reading): Way[] {
  const [left, right] = [fieldOf(node, 'left'), fieldOf(node, 'right')];
  if (left === null || right === null) return [way];
  // Of `or` the same holds with true and false exchanged.
  const all = fieldOf(node, 'operator')?.type === 'and';
  const both = assume(left, all, way, reading).flatMap((one) => assume(right, truth, one, reading));
  return truth === all ? both : [...assume(left, !all, way, reading), ...both];
}

function assumeTruth(node: PythonNode, truth: boolean, way: Way, reading: Reading): Way[] {
  const constant = constantOf(node, reading);
  const text = textOf(node, reading);
  if (/^(?:True|1)$/.test(text)) return truth ? [way] : [];
  if (/^(?:False|0|None)$/.test(text)) return truth ? [] : [way];
  if (CHANGING.test(text)) return [way];
  const counted = /^(?:len|bool|any|list)\((\w+(?:\.\w+)*)\)$/.exec(text)?.[1];
  const typed = /^isinstance\((\w+(?:\.\w+)*), /.exec(text)?.[1];
  const ways = learned(way, counted ?? text, { truth }, reading);
  if (constant !== null || typed === undefined || !truth) return ways;
  return ways.flatMap((one) => learned(one, typed, { none: false }, reading));
}

/** One comparison, with the constant at its right. */
interface Comparison {
  readonly subject: string;
  readonly operator: string;
  readonly other: PythonNode;
}

const SWAPPED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };
const OPPOSITE: Readonly<Record<string, string>> = { '!=': '==', 'is not': 'is', 'not in': 'in', '<=': '>', '>=': '<' };

function comparisonOf(node: PythonNode, reading: Reading): Comparison | null {
  const [left, right, more] = node.children.filter(({ field }) => field !== 'operators');
  if (left === undefined || right === undefined || more !== undefined) return null;
  const operator = reading.text
    .slice(left.end, right.start)
    .replace(/[()\\]/g, ' ')
    .trim()
    .replace(/\s+/g, ' ');
  const target = left.type === 'parenthesized_expression' ? (left.children[0] ?? left) : left;
  const walrus = target.type === 'named_expression' ? (target.children[0] ?? target) : target;
  if (constantOf(left, reading) !== null && constantOf(right, reading) === null && !operator.includes('in')) {
    return { subject: textOf(right, reading), operator: SWAPPED[operator] ?? operator, other: left };
  }
  return { subject: textOf(walrus, reading), operator, other: right };
}

function assumeComparison(node: PythonNode, truth: boolean, way: Way, reading: Reading): Way[] {
  const comparison = comparisonOf(node, reading);
  if (comparison === null) return learned(way, textOf(node, reading), { truth }, reading);
  const opposite = OPPOSITE[comparison.operator];
  const operator = opposite ?? comparison.operator;
  return compared({ ...comparison, operator }, opposite === undefined ? truth : !truth, way, reading);
}

function compared({ subject, operator, other }: Comparison, truth: boolean, way: Way, reading: Reading): Way[] {
  if (CHANGING.test(subject)) return [way];
  const constant = constantOf(other, reading);
  if (operator === 'in') return assumeMember(subject, other, truth, way, reading);
  const text = `${subject} ${operator} ${textOf(other, reading)}`;
  if (constant === null) return learned(way, text, { truth }, reading);
  const counted = /^len\((.+)\)$/.exec(subject)?.[1];
  if (counted !== undefined) {
    // Whether there is any at all.
    if (constant === '0' && (operator === '==' || operator === '>'))
      return learned(way, counted, { truth: truth === (operator === '>') }, reading);
    if (constant === '1' && operator === '<') return learned(way, counted, { truth: !truth }, reading);
  }
  if (operator === '==' || operator === 'is') return equal(subject, constant, truth, way, reading);
  const value = counted !== undefined && way.of(counted).truth === false ? '0' : way.of(subject).is;
  if (value !== null && /^-?\d+$/.test(value) && /^-?\d+$/.test(constant)) {
    const holds = operator === '<' ? Number(value) < Number(constant) : Number(value) > Number(constant);
    return holds === truth ? [way] : [];
  }
  const ways = learned(way, text, { truth }, reading);
  if (!truth || operator !== '>' || !/^\d+$/.test(constant)) return ways;
  return ways.flatMap((one) => learned(one, counted ?? subject, { truth: true }, reading));
}

function equal(subject: string, constant: string, truth: boolean, way: Way, reading: Reading): Way[] {
  if (truth) return learned(way, subject, { is: constant }, reading);
  const isNone = constant === 'None' ? { none: false } : {};
  return learned(way, subject, { isNot: [constant], ...isNone }, reading);
}

function assumeMember(subject: string, other: PythonNode, truth: boolean, way: Way, reading: Reading): Way[] {
  const isList = /^(?:tuple|list|set)$/.test(other.type);
  const choices = isList ? other.children.flatMap((one) => constantOf(one, reading) ?? []) : [];
  if (choices.length > 0 && choices.length === other.children.length && choices.length <= MOST_CHOICES) {
    if (truth) return choices.flatMap((one) => equal(subject, one, true, way, reading));
    return choices.reduce((ways, one) => ways.flatMap((each) => equal(subject, one, false, each, reading)), [way]);
  }
  const holder = textOf(other, reading);
  const ways = learned(way, `${subject} in ${holder}`, { truth }, reading);
  // What holds something is not empty.
  return truth ? ways.flatMap((one) => learned(one, holder, { truth: true }, reading)) : ways;
}

/** A way with more known, as a list: empty where nobody goes it. */
function learned(way: Way, subject: string, news: Partial<Known>, reading: Reading): Way[] {
  const constant = reading.constant(subject);
  if (constant === null && !reading.matters(subject)) return [way];
  const known = constant === null ? way : way.learn(subject, constant);
  const next = known?.learn(subject, news) ?? null;
  return next === null || isExhausted(next.of(subject).isNot, reading) ? [] : [next];
}

/** Whether a value is none of the members of its enumeration, so that there is no such value. */
function isExhausted(isNot: readonly string[], reading: Reading): boolean {
  const [last, enumeration] = (isNot.at(-1) ?? '').split('.').toReversed();
  if (last === undefined || enumeration === undefined) return false;
  const members = reading.members(enumeration);
  if (members === null) return false;
  return [...members].every((member) => isNot.some((one) => one.endsWith(`${enumeration}.${member}`)));
}

/** A way after the names are bound that a condition gives values to. */
function boundInside(node: PythonNode, way: Way, reading: Reading): Way {
  if (node.type === 'lambda') return way;
  const [target, value] = node.type === 'named_expression' ? node.children : [];
  const own = target === undefined || value === undefined ? way : assign(target, value, way, reading)[0];
  return node.children.reduce((sum, child) => boundInside(child, sum, reading), own ?? way);
}

/** A way after everything is done in an expression that gives names values. */
export function evaluated(node: PythonNode, way: Way, reading: Reading): Way {
  return boundInside(node, way, reading);
}

/** The ways after a value was given to what stands at the left. */
export function assign(target: PythonNode, value: PythonNode | null, way: Way, reading: Reading): Way[] {
  const isPattern = /^(?:pattern_list|tuple_pattern|list_pattern|tuple|list|expression_list)$/.test(target.type);
  if (isPattern) {
    const given = value !== null && /^(?:expression_list|tuple|list)$/.test(value.type) ? value.children : [];
    const isEven = given.length === target.children.length && !given.some(({ type }) => type === 'list_splat');
    return target.children.reduce(
      (ways, one, at) => ways.flatMap((each) => assign(one, isEven ? (given[at] ?? null) : null, each, reading)),
      [way],
    );
  }
  if (target.type === 'list_splat_pattern' || target.type === 'parenthesized_expression') {
    const inner = target.children[0];
    return inner === undefined ? [way] : assign(inner, null, way, reading);
  }
  const subject = textOf(target, reading);
  const own = target.type === 'identifier' && subject === reading.name;
  const valued = value === null ? [[way, {}] as const] : valuesOf(value, way, reading);
  return valued.flatMap(([one, known]) => {
    const next = one.forget(subject).withBound(own || one.bound);
    return reading.matters(subject) ? (next.learn(subject, known) ?? []) : next;
  });
}

/** What is known of a value, on each of the ways that it depends on. */
function valuesOf(value: PythonNode, way: Way, reading: Reading): (readonly [Way, Partial<Known>])[] {
  const constant = constantOf(value, reading);
  if (constant !== null && !areNamed(value)) return [[way, { is: constant }]];
  switch (value.type) {
    case 'parenthesized_expression':
      return valuesOf(value.children[0] ?? value, way, reading);
    case 'list':
    case 'dictionary':
    case 'tuple':
    case 'set': {
      const isKnown = !value.children.some(({ type }) => type.includes('splat'));
      return [[way, { none: false, ...(isKnown && { truth: value.children.length > 0 }) }]];
    }
    case 'comparison_operator':
    case 'not_operator':
      return [true, false].flatMap((truth) =>
        assume(value, truth, way, reading).map((one) => [one, { is: truth ? 'True' : 'False' }] as const),
      );
    case 'boolean_operator':
      return [true, false].flatMap((truth) =>
        assume(value, truth, way, reading).map((one) => [one, { truth }] as const),
      );
    case 'conditional_expression': {
      const [then, condition, otherwise] = value.children;
      if (then === undefined || condition === undefined || otherwise === undefined) return [[way, {}]];
      const first = assume(condition, true, way, reading).flatMap((one) => valuesOf(then, one, reading));
      return [...first, ...assume(condition, false, way, reading).flatMap((one) => valuesOf(otherwise, one, reading))];
    }
    case 'identifier':
    case 'attribute':
    case 'subscript':
      return [[way, { ...way.of(textOf(value, reading)), ...(constant !== null && { is: constant }) }]];
    default:
      return [[evaluated(value, way, reading), madeBy(textOf(value, reading), value.type)]];
  }
}

function areNamed({ type }: PythonNode): boolean {
  return type === 'identifier' || type === 'attribute';
}

/** What is known of what an expression makes. */
function madeBy(text: string, type: string): Partial<Known> {
  if (/^(?:list|dict|set|tuple|OrderedDict|defaultdict\(\w*|deque)\(\)$/.test(text))
    return { truth: false, none: false };
  if (/comprehension$|^(?:string|lambda|binary_operator|concatenated_string|generator_expression)$/.test(type))
    return { none: false };
  return type === 'call' && /^(?:\w+\.)*[A-Z]\w*[a-z]\w*\(/.test(text) ? { none: false } : {};
}

/** A way after a method was called on a list that is known: it may hold more by now, or less. */
export function filled(call: PythonNode, way: Way, reading: Reading): Way {
  const [, subject, method] = /^((?:\w+\.)*\w+)\.(\w+)\(/.exec(textOf(call, reading)) ?? [];
  if (subject === undefined || way.of(subject).truth === null) return way;
  const next = way.forget(subject);
  return /^(?:append|appendleft|add|insert)$/.test(method ?? '')
    ? (next.learn(subject, { truth: true }) ?? next)
    : next;
}
