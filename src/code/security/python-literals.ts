import type { Node } from 'web-tree-sitter';
import type { Entry, Expression, LiteralExpression } from './syntax.ts';

/** Value of a number as Python writes it. */
export function numberOf(text: string): number {
  const plain = text.replaceAll('_', '').replace(/[jJlL]$/, '');
  return /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain);
}

/** Strings that stand beside each other: one literal where all are. */
export function joined(parts: readonly Expression[], start: number, end: number): Expression {
  if (parts.every((one) => one.kind === 'literal')) {
    return {
      kind: 'literal',
      value: parts.map((one) => String(one.kind === 'literal' ? one.value : '')).join(''),
      start,
      end,
    };
  }
  return { kind: 'text', parts: parts.flatMap((one) => (one.kind === 'text' ? one.parts : [one])), start, end };
}

/** Whether a node is part of the program. */
export function isNoComment(node: Node): boolean {
  return node.type !== 'comment' && node.type !== 'line_continuation';
}

/** Where values go in the template of `%`, and in that of `format`. */
export const PERCENT = /%(?:\((\w+)\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?[a-zA-Z%]/g;
export const BRACES = /\{\{|\}\}|\{(\w*)[^{}]*\}/g;

/**
 * The parts of a text in the order in which they stand in it: what a template has between its places, and the values
 * that go there. One that names a value that is not there gives the template and then the values.
 */
export function filledTemplate(
  template: LiteralExpression,
  places: RegExp,
  items: readonly Expression[],
  named: readonly Entry[],
): Expression[] {
  const text = String(template.value);
  const { start, end } = template;
  const parts: Expression[] = [];
  let from = 0;
  let next = 0;
  const add = (value: string): void => {
    if (value !== '') parts.push({ kind: 'literal', value, start, end });
  };
  for (const match of text.matchAll(places)) {
    add(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (/^(?:%%|\{\{|\}\})$/.test(match[0])) {
      add(match[0].slice(1));
      continue;
    }
    const key = match[1] ?? '';
    const value =
      key === ''
        ? items[next++]
        : (named.find((one) => one.key === key)?.value ?? (/^\d+$/.test(key) ? items[Number(key)] : undefined));
    if (value === undefined) return [template, ...items, ...named.map((one) => one.value)];
    parts.push(value);
  }
  add(text.slice(from));
  return parts;
}

/** Parts of texts inside of texts are parts of the whole. */
export function flattened(parts: readonly Expression[]): Expression[] {
  return parts.flatMap((one) => (one.kind === 'text' ? one.parts : [one]));
}
