import type { Node } from 'web-tree-sitter';
import { withSyntaxTree } from './syntax-tree.ts';

/** Runs `read` on the syntax tree of a Python text and frees the tree. */
export function withPythonTree<Result>(text: string, read: (root: Node) => Result): Promise<Result> {
  return withSyntaxTree('python', withReadableNames(text), read);
}

/**
 * The grammar takes `match['a'] = 1` for a match statement that breaks off. Another name of the same length keeps every
 * position; such a line declares nothing, so the name shows nowhere.
 */
function withReadableNames(text: string): string {
  return text.replace(/^([ \t]+)match(?=\[[^\n]*\][ \t]*[-+*/|&]?=(?!=))/gm, '$1mat_h');
}
