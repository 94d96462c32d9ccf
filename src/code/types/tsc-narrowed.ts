import { asNode, nodesOf, type SyntaxNode } from './tsc-declarations.ts';
import { around } from './tsc-syntax.ts';

/** An object that is made of others. */
const SPREADING = /\b(?:const|let)\s+([A-Za-z_$][\w$]*)\s*(?::[^=;\n]*)?=\s*\{([^{};]*\.\.\.[^{};]*)\}/g;

/** The names on a line, and those that are spread in the objects that it names. */
export function namesOnLine(text: string, line: number): Set<string> {
  const found = new Set((text.split('\n')[line - 1] ?? '').match(/[A-Za-z_$][\w$]*/g));
  for (const [, name = '', inside = ''] of text.matchAll(SPREADING)) {
    if (!found.has(name)) continue;
    for (const [, one = ''] of inside.matchAll(/\.\.\.([A-Za-z_$][\w$]*)/g)) found.add(one);
  }
  return found;
}

/** What ends the way through a block. */
const LEAVES = /^(?:Throw|Return|Continue|Break)Statement$/;

/**
 * The classes that a value, as `result.error`, is an instance of where a use of it begins: by a condition around it, by
 * the condition before it of the same expression, or by an earlier one that leaves when it is none.
 */
export function classesAsked(text: string, body: readonly SyntaxNode[], value: SyntaxNode): SyntaxNode[] {
  const path = pathOf(text, value);
  return around(body, value.start)
    .flatMap((node) => settledAt(node, value.start))
    .flatMap((one) => (pathOf(text, asNode(one.left)) === path ? (asNode(one.right) ?? []) : []));
}

/** The checks below a node that have come out as true where an offset in it is reached. */
function settledAt(node: SyntaxNode, offset: number): SyntaxNode[] {
  const isIn = (part: unknown) => {
    const one = asNode(part);
    return one !== null && one.start <= offset && offset < one.end;
  };
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      if (isIn(node.consequent)) return checksOf(node.test, true);
      return isIn(node.alternate) ? checksOf(node.test, false) : [];
    case 'LogicalExpression':
      return isIn(node.right) && node.operator !== '??' ? checksOf(node.left, node.operator === '&&') : [];
    case 'BlockStatement':
      return nodesOf(node.body).flatMap((one) =>
        one.type === 'IfStatement' && one.end <= offset && isLeft(asNode(one.consequent))
          ? checksOf(one.test, false)
          : [],
      );
    default:
      return [];
  }
}

/** The `instanceof` of a condition that hold when it comes out as `outcome`. */
function checksOf(condition: unknown, outcome: boolean): SyntaxNode[] {
  const node = asNode(condition);
  if (node === null) return [];
  if (node.type === 'ParenthesizedExpression') return checksOf(node.expression, outcome);
  if (node.type === 'UnaryExpression' && node.operator === '!') return checksOf(node.argument, !outcome);
  if (node.type === 'LogicalExpression' && node.operator === (outcome ? '&&' : '||')) {
    return [...checksOf(node.left, outcome), ...checksOf(node.right, outcome)];
  }
  return outcome && node.type === 'BinaryExpression' && node.operator === 'instanceof' ? [node] : [];
}

function isLeft(node: SyntaxNode | null): boolean {
  if (node === null) return false;
  const last = node.type === 'BlockStatement' ? nodesOf(node.body).at(-1) : node;
  return last !== undefined && LEAVES.test(last.type);
}

function pathOf(text: string, node: SyntaxNode | null): string | null {
  return node === null ? null : text.slice(node.start, node.end).replace(/[\s?!]/g, '');
}
