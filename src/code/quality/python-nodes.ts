import type { Node, TreeCursor } from 'web-tree-sitter';

/**
 * A node of a Python tree as plain data: asking the parser's memory for each thing again takes several times as long.
 */
export interface PythonNode {
  readonly type: string;
  /** What it is to the node around it; null for none. */
  readonly field: string | null;
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** Named nodes, and operators. Comments are left out. */
  readonly children: readonly PythonNode[];
}

/** Copies a tree; comments are given beside it. */
export function copyTree(root: Node): { tree: PythonNode; comments: PythonNode[] } {
  const comments: PythonNode[] = [];
  const cursor = root.walk();
  try {
    return { tree: copy(cursor, comments), comments };
  } finally {
    cursor.delete();
  }
}

function copy(cursor: TreeCursor, comments: PythonNode[]): PythonNode {
  const { nodeType: type, currentFieldName: field, startIndex: start, endIndex: end } = cursor;
  const { row, column } = cursor.startPosition;
  const { row: endRow, column: endColumn } = cursor.endPosition;
  const children: PythonNode[] = [];
  if (type !== 'string' && cursor.gotoFirstChild()) {
    do {
      if (!cursor.nodeIsNamed && cursor.currentFieldName === null) continue;
      const child = copy(cursor, comments);
      if (child.type === 'comment') comments.push(child);
      else children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return {
    type,
    field,
    start,
    end,
    line: row + 1,
    column: column + 1,
    endLine: endColumn === 0 && endRow > row ? endRow : endRow + 1,
    children,
  };
}

/** The first child in that field, or null. */
export function fieldOf(node: PythonNode, field: string): PythonNode | null {
  return node.children.find((child) => child.field === field) ?? null;
}

/** The first child of that type, or null. */
export function partOf(node: PythonNode, type: string): PythonNode | null {
  return node.children.find((child) => child.type === type) ?? null;
}
