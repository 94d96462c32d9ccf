import type { Node } from 'web-tree-sitter';
import { childOf, children } from './syntax-tree.ts';

/** A longer name is none that anything is known by. */
const LONGEST_NAME = 100;

/** Text of a node that can be a name; null for a longer one. */
export function nameText(node: Node | null | undefined): string | null {
  if (node === null || node === undefined || node.endIndex - node.startIndex > LONGEST_NAME) return null;
  return node.text;
}

/** Text of a string without interpolation; null for anything else. */
export function rubyText(node: Node | null | undefined): string | null {
  if (node?.type !== 'string' || childOf(node, 'interpolation') !== null) return null;
  return children(node)
    .map((part) => part.text)
    .join('');
}
