import type { Node } from 'web-tree-sitter';
import { readString } from './python-strings.ts';
import { collapse } from './signatures.ts';
import { children } from './syntax-tree.ts';

/** Arguments of a call, told apart. */
export interface CallArguments {
  readonly positional: readonly Node[];
  readonly named: ReadonlyMap<string, Node>;
}

/** Arguments of a `call` node; unpacked ones are left out. */
export function argumentsOf(call: Node): CallArguments {
  const positional: Node[] = [];
  const named = new Map<string, Node>();
  const list = call.childForFieldName('arguments');
  for (const node of list === null ? [] : children(list)) {
    if (node.type === 'keyword_argument') {
      const value = node.childForFieldName('value');
      if (value !== null) named.set(node.childForFieldName('name')?.text ?? '', value);
    } else if (!/splat|comment/.test(node.type)) positional.push(node);
  }
  return { positional, named };
}

/** Value of a string literal, else null. */
export function textOf(node: Node | null | undefined): string | null {
  if (node === null || node === undefined) return null;
  if (node.type === 'parenthesized_expression') return textOf(node.firstNamedChild);
  if (node.type !== 'string' && node.type !== 'concatenated_string') {
    // `_('…')` marks a text for translation.
    return node.type === 'call' && /^(?:_|gettext|dedent|textwrap\.dedent|inspect\.cleandoc)$/.test(calledName(node))
      ? textOf(argumentsOf(node).positional[0])
      : null;
  }
  return /^[rR]?[bBfF]/.test(node.text) ? null : readString(node).replace(/\s+/g, ' ').trim();
}

/** What a call calls, as written: `os.environ.get`. */
export function calledName(call: Node): string {
  return call.childForFieldName('function')?.text.replace(/\s+/g, '') ?? '';
}

const LONGEST_VALUE = 80;

/** A value as the source writes it on one line, an ellipsis for a long one, null for none. */
export function sourceOf(node: Node | null | undefined): string | null {
  if (node === null || node === undefined) return null;
  const text = collapse(node.text);
  return text.length > LONGEST_VALUE ? '…' : text;
}
