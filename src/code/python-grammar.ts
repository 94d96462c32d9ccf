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
  const named = text.replace(/^([ \t]+)match(?=\[[^\n]*\][ \t]*[-+*/|&]?=(?!=))/gm, '$1mat_h');
  return withoutTypeDefaults(named);
}

/** Where a list of type parameters begins: `class Box[`, `def get[`, `type Pair[`. */
const TYPE_PARAMETERS = /^[ \t]*(?:(?:async[ \t]+)?def|class|type)[ \t]+\w+\[/gm;
/** Characters that such a list may have. */
const LONGEST_LIST = 2_000;

/** The grammar does not know defaults of type parameters (PEP 696): `[T = int]`. Blanks keep every position. */
function withoutTypeDefaults(text: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const { index, 0: head } of text.matchAll(TYPE_PARAMETERS)) {
    const start = index + head.length;
    let depth = 1;
    let isDefault = false;
    let blanked = '';
    for (let at = start; depth > 0 && at < Math.min(text.length, start + LONGEST_LIST); at += 1) {
      const sign = text[at] ?? '';
      if (/[[({]/.test(sign)) depth += 1;
      if (/[\])}]/.test(sign)) depth -= 1;
      if (depth === 0 || (depth === 1 && sign === ',')) isDefault = false;
      if (depth === 1 && sign === '=') isDefault = true;
      blanked += isDefault && sign !== '\n' ? ' ' : sign;
    }
    if (depth > 0 || start < done) continue;
    parts.push(text.slice(done, start), blanked);
    done = start + blanked.length;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}
