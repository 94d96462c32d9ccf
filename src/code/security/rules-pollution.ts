import type { Collector } from './collector.ts';
import type { Scope } from './scope.ts';
import type { AssignExpression, Expression } from './syntax.ts';
import type { Value } from './values.ts';

/** Reports `target[a][b] = …` with names of a request, and merges and paths that take any key. */
export function pollution(collector: Collector, node: AssignExpression, scope: Scope): void {
  if (node.target.kind !== 'place' || node.target.place.kind !== 'member') return;
  const { place } = node.target;
  if (place.index === null || place.index.kind === 'literal') return;
  const { object } = place;
  const indexes = [place.index, ...(object.kind === 'member' && object.index !== null ? [object.index] : [])];
  for (const index of indexes) {
    const value = index.kind === 'name' ? scope.get(index.name) : null;
    if (
      value !== null &&
      indexes.length > 1 &&
      collector.tainted('prototype-pollution', node, value, scope, collector.source(place))
    )
      return;
  }
  recursiveMerge(collector, node, place.index);
  descent(collector, node, object, scope);
}

/** `at = at[key]` in a loop over the parts of a path, then `at[last] = value`, in a function that takes any key. */
function descent(collector: Collector, node: AssignExpression, object: Expression, scope: Scope): void {
  // What is set is given by a caller, who gives the path as well.
  if (object.kind !== 'name' || node.value.kind !== 'name') return;
  const { text } = collector;
  const before = text.slice(Math.max(0, node.start - 900), node.start);
  const head = Math.max(before.lastIndexOf('function'), before.lastIndexOf('=> {'));
  const body = before.slice(Math.max(0, head));
  const name = escaped(object.name);
  const path = /(?:([\w$]+)|[\])])\s*\??\.split\(/.exec(body);
  if (path === null || !new RegExp(`\\b${name}\\s*=\\s*${name}\\[`).test(body)) return;
  if (path[1] !== undefined && isOfOwner(collector, scope.get(path[1]))) return;
  if (/__proto__|prototype|hasOwn|Object\.create\(null\)|\bnew Map\b/.test(before)) return;
  const message = `\`${object.name}\` follows any path, so "__proto__" leads to the prototype of all objects.`;
  collector.certain('prototype-pollution', node, message, 'medium');
}

/**
 * Whether nobody but whoever runs the program chooses a text: it stands in the program or on the command line, or the
 * function that takes it is called in its file only, where each call is looked at with what it gives.
 */
function isOfOwner(collector: Collector, value: Value | null): boolean {
  if (value === null) return false;
  const isOfCall = (takenBy: string | undefined) => takenBy !== undefined && collector.isLocal(takenBy);
  const isOwn = value.taints.every(({ level, takenBy }) =>
    level === 'parameter' ? isOfCall(takenBy) : level === 'input',
  );
  return isOwn && (value.taints.length > 0 || value.isFixed);
}

/** `target[key] = merge(target[key], source[key])` in a function that does not look at the key. */
function recursiveMerge(collector: Collector, node: AssignExpression, index: Expression): void {
  if (index.kind !== 'name') return;
  const { text } = collector;
  const before = text.slice(Math.max(0, node.start - 1_200), node.start);
  const heads = [...before.matchAll(/(?:function\s+(\w+)\s*\(|(?:const|let|var)\s+(\w+)\s*=\s*(?:function|\())/g)];
  const head = heads.at(-1);
  const name = head?.[1] ?? head?.[2];
  if (head === undefined || name === undefined) return;
  const body = `${before.slice(head.index)}${text.slice(node.start, node.end + 400)}`;
  const calls = new RegExp(
    `\\b${name}\\s*\\(\\s*\\w+\\[${escaped(index.name)}\\]\\s*,\\s*\\w+\\[${escaped(index.name)}\\]`,
  );
  if (!calls.test(body) || !/\bfor\s*\(|\.forEach\(/.test(body)) return;
  if (/__proto__|prototype|hasOwn\(target|Object\.create\(null\)|\bMap\b/.test(body)) return;
  // A copy of its own keeps the prototype of all others as it is.
  if (isFresh(node, body)) return;
  collector.certain(
    'prototype-pollution',
    node,
    `\`${name}\` copies every key, so "__proto__" changes the prototype of all objects.`,
    'medium',
  );
}

/** Whether what is written into was made in the function. */
function isFresh({ target }: AssignExpression, body: string): boolean {
  const object = target.kind === 'place' && target.place.kind === 'member' ? target.place.object : null;
  if (object?.kind !== 'name') return false;
  return new RegExp(`\\b(?:const|let|var)\\s+${escaped(object.name)}\\s*=\\s*(?:\\{|Object\\.assign\\(\\s*\\{)`).test(
    body,
  );
}

function escaped(text: string): string {
  return text.replace(/[$]/g, '\\$&');
}
