import { type CallExpression, type Node, visitorKeys } from 'oxc-parser';

/** A fault of what a call does or does not do. `at` is the node to point to. */
export interface EffectHit {
  readonly at: Node;
  readonly rule: 'ignored-result' | 'dropped-promise' | 'loop-mutation' | 'loop-closure';
  readonly message: string;
  readonly suggestion: string;
}

/** Methods of texts, numbers and arrays whose only effect is their result, and how many arguments they take. */
const PURE: Readonly<Record<string, readonly [least: number, most: number]>> = {
  charAt: [1, 1],
  concat: [1, 9],
  filter: [1, 2],
  padEnd: [1, 2],
  padStart: [1, 2],
  repeat: [1, 1],
  slice: [0, 2],
  substring: [1, 2],
  toFixed: [0, 1],
  toLowerCase: [0, 0],
  toReversed: [0, 0],
  toSorted: [0, 1],
  toUpperCase: [0, 0],
  trim: [0, 0],
  trimEnd: [0, 0],
  trimStart: [0, 0],
};
/** Methods that move what is in an array. Adding to its end is a queue's way. */
const REMOVING = new Set(['splice', 'shift', 'unshift', 'pop']);
/** What calls a function later, when the loop around has ended. */
const LATER = new Set(
  'setTimeout setInterval setImmediate requestAnimationFrame nextTick queueMicrotask then addEventListener on once'.split(
    ' ',
  ),
);

/** Whether a call takes out what the loop has not come to yet: `list.splice(i + 1, 1)`. */
function removesAhead(node: Node): boolean {
  const first = node.type === 'CallExpression' && methodOf(node)?.name === 'splice' ? node.arguments[0] : undefined;
  return first?.type === 'BinaryExpression' && first.operator === '+' && first.right.type === 'Literal';
}

/** What a statement or loop says of effects that are lost, or are not those that were meant. */
export function effectHits(text: string, node: Node): EffectHit[] {
  switch (node.type) {
    case 'ExpressionStatement':
      return node.expression.type === 'CallExpression' ? callHits(text, node.expression) : [];
    case 'ForOfStatement':
      return mutationHits(text, namedCollection(text, node.right), node.body);
    case 'ForStatement':
    case 'ForInStatement': {
      const declared = node.type === 'ForStatement' ? node.init : node.left;
      if (declared?.type !== 'VariableDeclaration' || declared.kind !== 'var') return [];
      const names = declared.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
      return names.flatMap((name) => closureHits(text, name, node.body));
    }
    default:
      return [];
  }
}

function callHits(text: string, call: CallExpression): EffectHit[] {
  const method = methodOf(call);
  if (method === null) return [];
  const { name, object } = method;
  const [first, second] = call.arguments;
  if (name === 'forEach' && first !== undefined && isFunction(first)) {
    if (first.async) {
      return [
        {
          at: call,
          rule: 'dropped-promise',
          message:
            '`forEach` waits for none of the promises that its function gives, and nothing hears of their errors.',
          suggestion: 'Use `for … of` with `await`, or `await Promise.all(….map(…))`.',
        },
      ];
    }
    return mutationHits(text, namedCollection(text, object), first.body);
  }
  const [least, most] = (Object.hasOwn(PURE, name) ? PURE[name] : undefined) ?? [1, 0];
  const isText = first?.type === 'Literal' && (typeof first.value === 'string' || 'regex' in first);
  // With a text or a pattern it is a string's; a router's and a document's take something else.
  const isReplace =
    (name === 'replace' || name === 'replaceAll') && isText && second !== undefined && !doesMore(second);
  const count = call.arguments.length;
  const isTold = name !== 'filter' || (first !== undefined && isFunction(first));
  if (!isReplace && (count < least || count > most || !isTold)) return [];
  return [
    {
      at: call,
      rule: 'ignored-result',
      message: `\`${name}\` changes nothing: it gives a result, which is not used.`,
      suggestion: 'Assign the result, or remove the call.',
    },
  ];
}

/** The name of what a loop goes through, where it goes through itself and no copy. */
function namedCollection(text: string, node: Node): string | null {
  const method = node.type === 'CallExpression' ? methodOf(node) : null;
  const collection = method?.name === 'entries' ? method.object : node;
  const written = text.slice(collection.start, collection.end);
  return /^[\w$.]+$/.test(written) ? written : null;
}

function mutationHits(text: string, collection: string | null, body: Node | null): EffectHit[] {
  if (collection === null || body === null) return [];
  const hits: EffectHit[] = [];
  const visit = (node: Node): void => {
    if (isFunction(node)) return;
    // Who leaves right after it goes through nothing any more.
    if (node.type === 'BlockStatement' && node.body.some(({ type }) => LEAVING.has(type))) return;
    const method = node.type === 'CallExpression' ? methodOf(node) : null;
    if (
      method !== null &&
      REMOVING.has(method.name) &&
      !removesAhead(node) &&
      text.slice(method.object.start, method.object.end) === collection
    ) {
      hits.push({
        at: node,
        rule: 'loop-mutation',
        message: `\`${collection}\` is changed while a loop goes through it, so elements are skipped or seen twice.`,
        suggestion: `Go through a copy (\`[...${collection}]\`), or filter into a new array.`,
      });
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(body);
  return hits;
}

/** Whether a function does something besides giving a value: then it may be called for that. */
function doesMore(node: Node): boolean {
  if (!isFunction(node) || node.body === null) return false;
  const { body } = node;
  const isCallOfMethod = body.type === 'CallExpression' && STORING.has(methodOf(body)?.name ?? '');
  const visit = (one: Node): boolean => DOING.has(one.type) || childrenOf(one).some(visit);
  return isCallOfMethod || visit(body);
}

const STORING = new Set(['add', 'push', 'set', 'unshift']);
const DOING = new Set(['AssignmentExpression', 'ExpressionStatement', 'UpdateExpression']);
const LEAVING = new Set(['BreakStatement', 'ReturnStatement', 'ThrowStatement']);

function closureHits(text: string, name: string, body: Node): EffectHit[] {
  const hits: EffectHit[] = [];
  const mention = new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$:])`);
  const visit = (node: Node): void => {
    if (isFunction(node)) return;
    if (node.type === 'CallExpression' && LATER.has(calledName(node))) {
      for (const given of node.arguments) {
        if (!isFunction(given) || !mention.test(text.slice(given.body?.start ?? 0, given.body?.end ?? 0))) continue;
        hits.push({
          at: given,
          rule: 'loop-closure',
          message: `This function runs when the loop has ended, and sees the last \`${name}\` only: \`var\` makes one for all turns.`,
          suggestion: `Declare \`${name}\` with \`let\`.`,
        });
      }
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(body);
  return hits;
}

function methodOf({ callee }: CallExpression): { name: string; object: Node } | null {
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return null;
  return { name: callee.property.name, object: callee.object };
}

function calledName(call: CallExpression): string {
  return call.callee.type === 'Identifier' ? call.callee.name : (methodOf(call)?.name ?? '');
}

function isFunction(node: Node): node is Extract<Node, { type: 'ArrowFunctionExpression' | 'FunctionExpression' }> {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
}

function childrenOf(node: Node): Node[] {
  return (visitorKeys[node.type] ?? []).flatMap((key) => {
    const value: unknown = Reflect.get(node, key);
    return (Array.isArray(value) ? value : [value]).filter(isNode);
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
