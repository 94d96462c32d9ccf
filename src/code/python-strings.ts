import type { Node } from 'web-tree-sitter';
import { children } from './syntax-tree.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Value of a string literal, of implicitly joined ones too, with escapes read unless it is raw. */
export function readString(node: Node): string {
  if (node.type === 'concatenated_string') return children(node).map(readString).join('');
  const match = /^([a-zA-Z]*)("""|'''|"|')([\s\S]*?)\2$/.exec(node.text);
  if (match === null) return node.text;
  const body = match[3] ?? '';
  return /r/i.test(match[1] ?? '') ? body : withEscapesRead(body);
}

function withEscapesRead(body: string): string {
  if (!body.includes('\\')) return body;
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, x, u, long, octal, one) => {
      const hex: string | undefined = x ?? u ?? long;
      if (hex !== undefined) {
        const code = Number.parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      }
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return ESCAPES[one] ?? whole;
    },
  );
}
