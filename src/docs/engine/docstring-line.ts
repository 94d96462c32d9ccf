import { code, plain } from './markdown.ts';

/** One line of reStructuredText: roles and double backticks become code, everything else stays plain. */
export function docstringLine(line: string): string {
  const pieces = line.split(/(``.+?``|:[\w:+.-]+:`[^`]+`|`[^`]+`__?|`[^`]+`)/);
  return pieces.map((piece, index) => (index % 2 === 0 ? docstringPlain(piece) : docstringSpan(piece))).join('');
}

function docstringPlain(text: string): string {
  const spaced = /^\s/.test(text) ? ' ' : '';
  const after = /\s$/.test(text) && text.trim() !== '' ? ' ' : '';
  // `*` and `**` mean the same in both languages when they stand in pairs.
  const escaped = plain(text).replace(/\\\*(\\\*)?(\w[^*\\]*)\\\*(\\\*)?/g, (whole, open, inner, close) =>
    (open === undefined) === (close === undefined)
      ? `${open === undefined ? '*' : '**'}${inner}${close === undefined ? '*' : '**'}`
      : whole,
  );
  return `${spaced}${escaped}${after}`;
}

function docstringSpan(piece: string): string {
  if (piece.startsWith('``')) return code(piece.slice(2, -2));
  const link = /^`([^`<]+?)\s*<(https?:\/\/[^>\s]+)>`__?$/.exec(piece);
  if (link !== null)
    return `[${plain(link[1] ?? '')}](${(link[2] ?? '').replace(/[()]/g, (one) => (one === '(' ? '%28' : '%29'))})`;
  const inner = piece.replace(/^:[\w:+.-]+:/, '').replace(/^`|`(?:__?)?$/g, '');
  const titled = /^(.+?)\s*<([^>]+)>$/.exec(inner);
  return code((titled?.[1] ?? inner).replace(/^[~!]?\.?(?=[\w~!])/, ''));
}
