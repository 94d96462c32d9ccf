import { posix } from 'node:path';
import type { Diagnostic } from './messages.ts';
import { asNode, childrenOf, nameOf, nodesOf, type SyntaxNode } from './tsc-declarations.ts';
import { candidatesOf } from './tsc-imports.ts';

/** Codes of what may be said of a value only because the whole of its type is not known. */
export const FOLLOWED = new Set(
  (
    '1360 2322 2339 2345 2349 2351 2352 2353 2362 2363 2365 2367 2416 2417 2488 2531 2532 2533 2538 2551 2554 2555 2559 2571 2604 ' +
    '2638 2677 2702 2722 2739 2740 2741 2769 2794 7053 18046 18047 18048 18049'
  )
    .split(' ')
    .map((code) => `TS${code}`),
);

/** Packages that say what the handlers of elements are given. */
export const UNTYPED_MARKUP = ['react', 'preact', 'solid-js'];
/** Keys of a type that are more than texts, as they are where nothing is known of it. */
const OF_KEYS = /^[ \t\uFEFF]*Type '(keyof [A-Z][\w$]*)' is not assignable to type 'string'/m;

/** The keys of a type that a message about the static side of a class says are no texts; empty for none. */
export function keysSaid({ details = '' }: Diagnostic): string {
  return `'${OF_KEYS.exec(details)?.[1] ?? ''}'`;
}

/** Values that stand for a type of their own, whatever they are made of. */
export const WHOLE = /^(?:Literal|TemplateLiteral|BinaryExpression|UnaryExpression|UpdateExpression|ClassExpression)$/;
/** Namespaces that the language or Node.js declares. */
export const GIVEN_SPACES = /^(?:Intl|NodeJS|WebAssembly|globalThis|Reflect|Atomics)$/;

/** What a function's own body returns. */
export function returnsOf(body: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const waiting = [body];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'ReturnStatement') found.push(...[asNode(node.argument)].flatMap((one) => one ?? []));
    else waiting.push(...childrenOf(node).filter((one) => !/Function/.test(one.type)));
  }
  return found;
}

/** The first name of a dotted one, and whether it is the only one. */
export interface Root {
  readonly name: string;
  readonly isWhole: boolean;
}

/** The first name of a dotted name or expression; null where it begins otherwise. */
export function rootOf(value: unknown): Root | null {
  let node = asNode(value);
  let isWhole = true;
  while (node !== null && node.type !== 'Identifier') {
    node = asNode(node.left) ?? asNode(node.object);
    isWhole = false;
  }
  const name = nameOf(node);
  return name === null ? null : { name, isWhole };
}

/** Offset of a place that is counted from 1. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) break;
  }
  return start + column - 1;
}

/** A line, counted from 1, without its end; empty for one that is not there. */
export function lineOf(text: string, line: number): string {
  const start = offsetOf(text, line, 1);
  if (line < 1 || (line > 1 && start === 0)) return '';
  const end = text.indexOf('\n', start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

/** The nodes around an offset, the outer ones first. */
export function around(body: readonly SyntaxNode[], offset: number): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const waiting = [...body];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.start > offset || node.end <= offset) continue;
    found.push(node);
    waiting.push(...childrenOf(node));
  }
  return found;
}

/** The name of the class that an argument at an offset is given to, as `Lost` of `new Lost("a")`; null for none. */
export function classGiven(body: readonly SyntaxNode[], offset: number): string | null {
  const call = around(body, offset).findLast(({ type, arguments: given }) => {
    return /^(?:Call|New)Expression$/.test(type) && nodesOf(given).some(({ start }) => start === offset);
  });
  return call?.type === 'NewExpression' ? nameOf(call.callee) : null;
}

/** What has its value in a part of it, by the name of that part. */
const VALUED = new Map([
  ['ReturnStatement', 'argument'],
  ['Property', 'value'],
  ['PropertyDefinition', 'value'],
  ['JSXAttribute', 'value'],
  ['VariableDeclarator', 'init'],
]);

/** The expressions that a message at an offset is about: those that begin there, and what a member there is of. */
export function subjectsAt(body: readonly SyntaxNode[], offset: number, rule: string): SyntaxNode[] {
  const isOfCall = /^TS(?:2554|2555|2794)$/.test(rule);
  const nodes = around(body, offset);
  // The name of a member is no name of its own.
  const names = new Set(nodes.flatMap((node) => [node.property, node.key].filter((one) => one !== node.value)));
  return nodes.flatMap((node) => {
    if (isOfCall) return node.type === 'CallExpression' ? (asNode(node.callee) ?? []) : [];
    if (node.type === 'MemberExpression' && asNode(node.property)?.start === offset) return node;
    // What may be asked of something depends on what it is asked by.
    if (rule === 'TS7053' && node.computed === true && node.start === offset) {
      return [node, ...[asNode(node.property)].flatMap((one) => one ?? [])];
    }
    const part = VALUED.get(node.type);
    if (node.start !== offset && (part === undefined || asNode(node.key)?.start !== offset)) return [];
    if (part !== undefined) return asNode(node[part]) ?? [];
    return /Statement$|Declaration$/.test(node.type) || (names.has(node) && node.type === 'Identifier') ? [] : node;
  });
}

/** Files that declare a type of a name. */
export function declaring(texts: ReadonlyMap<string, string>, name: string): string[] {
  const head = new RegExp(`\\b(?:interface|class|type)\\s+${name.replaceAll('$', '\\$')}\\b`);
  return [...texts].flatMap(([path, text]) =>
    /\.[cm]?tsx?$/.test(path) && text.includes(name) && head.test(text) ? [path] : [],
  );
}

/** Letters of a type's name at least: those of type parameters have one or two. */
const LEAST_NAME = 3;

/**
 * Files that a type has a name from: those that declare it, and where none does those that import it. `isGlobal` tells
 * the names that all files have.
 */
export function naming(
  texts: ReadonlyMap<string, string>,
  name: string,
  isGlobal: (name: string) => boolean,
): string[] {
  const declared = declaring(texts, name);
  if (declared.length > 0 || name.length < LEAST_NAME || isGlobal(name)) return declared;
  const own = name.replaceAll('$', '\\$');
  const taken = new RegExp(`\\bimport\\b[^;'"]{0,2000}\\b${own}\\b[^;'"]{0,2000}\\bfrom\\b`);
  return [...texts].flatMap(([path, text]) =>
    /\.[cm]?tsx?$/.test(path) && text.includes(name) && taken.test(text) ? [path] : [],
  );
}

/** The file of the tree that an import of a file leads to; null for none. */
export type Leading = (file: string, specifier: string) => string | null;

/** The file of the tree that an import leads to, also by a path that settings give a name; null for none. */
export function leadsTo(texts: ReadonlyMap<string, string>, file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    return candidatesOf(target).find((one) => texts.has(one)) ?? null;
  }
  const rest = specifier.split('/').slice(1).join('/');
  const ends = rest === '' ? [] : candidatesOf(`/${rest}`);
  return [...texts.keys()].find((path) => ends.some((end) => path.endsWith(end))) ?? null;
}

/** Types that a value has by chance: where nothing was inferred, or a check left nothing over. */
const UNCERTAIN = /^(?:any|unknown|never|object|void|undefined|null|Function|Object|T[A-Z]?\w?)$/;

/**
 * Whether a message is about a member of one type with a name, or of a list: what the rest of a value's type may come
 * from does not matter then.
 */
export function isOfCertain(message: string): boolean {
  const [, name = '', list] = /on type '(?:readonly )?([A-Za-z_$][\w$.]*)((?:\[\])*)'/.exec(message) ?? [];
  return name !== '' && (list !== '' || !UNCERTAIN.test(name));
}

/** Names of the parts that other expressions have their types from. */
export const PARTS = ['expression', 'argument', 'left', 'right', 'elements', 'expressions', 'callee', 'tag'] as const;

const QUOTED = /'([^'\n]*)'/g;
/** Letters of a type that is named; a longer one is written out. */
const LONGEST_NAME = 200;

/** Names of the types that a message speaks of; what a list lacks has nothing to do with what is in it. */
export function namesIn(message: string): string[] {
  const quoted = [...message.matchAll(QUOTED)].flatMap(([, one = '']) =>
    one.length > LONGEST_NAME || (one.endsWith('[]') && /does not exist on type/.test(message))
      ? []
      : one.replace(/"[^"]*"/g, ''),
  );
  return [...new Set(quoted.flatMap((one) => one.match(/(?<![\w$.])[A-Z][\w$]*/g) ?? []))];
}
