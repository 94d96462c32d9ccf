import type { Node } from 'web-tree-sitter';

/** Named children that are there. */
export function children(node: Node): Node[] {
  return node.namedChildren.filter((child) => child !== null);
}

/** First line of a node, from 1. */
export function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

/** Last line of a node that holds text, from 1. */
export function endLineOf(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row : row + 1;
}
