import type { Node } from 'web-tree-sitter';
import { children } from './syntax-tree.ts';

/** Texts of the constants of a Go file by name. */
export type GoConstants = ReadonlyMap<string, string>;

/** Text of a literal, of a constant of the file, or of several joined by `+`; null for anything else. */
export function goText(node: Node | undefined, constants: GoConstants): string | null {
  const parts: string[] = [];
  const waiting: (Node | undefined)[] = [node];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (one?.type === 'binary_expression') waiting.push(...children(one).toReversed());
    else {
      const text = one === undefined ? null : literalText(one, constants);
      if (text === null) return null;
      parts.push(text);
    }
  }
  return parts.join('');
}

function literalText(node: Node, constants: GoConstants): string | null {
  switch (node.type) {
    case 'raw_string_literal':
      return node.text.slice(1, -1).trim();
    case 'interpreted_string_literal':
      return node.text
        .slice(1, -1)
        .replace(/\\(["\\nt])/g, (_, sign: string) => (sign === 'n' || sign === 't' ? ' ' : sign));
    case 'identifier':
      return constants.get(node.text) ?? null;
    default:
      return null;
  }
}

/** A longer text is no name, and would be copied to wherever it is used. */
const LONGEST_CONSTANT = 200;

/** Constants at the margin of a file whose values are texts. */
export function goConstants(root: Node): GoConstants {
  const found = new Map<string, string>();
  for (const statement of children(root)) {
    if (statement.type !== 'const_declaration') continue;
    for (const spec of children(statement)) {
      const name = spec.childForFieldName('name')?.text;
      const value = spec.childForFieldName('value')?.firstNamedChild;
      if (name === undefined || value === null || value === undefined) continue;
      if (value.endIndex - value.startIndex > LONGEST_CONSTANT) continue;
      const text = goText(value, found);
      if (text !== null && text.length <= LONGEST_CONSTANT) found.set(name, text);
    }
  }
  return found;
}
