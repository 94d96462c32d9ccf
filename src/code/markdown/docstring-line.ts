import { code, plain } from './markdown.ts';

/** One line of reStructuredText: roles and double backticks become code, everything else stays plain. */
export function docstringLine(line: string): string {
  const pieces = line.split(/(``.+?``|:[\w:+.-]+:`[^`]+`|`[^`]+`__?|`[^`]+`)/);
  return pieces
    .map((piece, index) => {
      if (index % 2 === 1) return docstringSpan(piece);
      // A backslash ends a span where a word goes on: :class:`Option`\s.
      return index === 0 ? docstringPlain(piece) : inside(docstringPlain(piece.replace(/^\\(?=\w)/, '')));
    })
    .join('');
}

/** `*` and `**` mean the same in both languages when they stand in pairs; a link to an address is one in Markdown. */
const MARKED =
  /(?<![\w*\\])(\*\*[^\s*](?:[^*]*[^\s*])?\*\*(?![\w*])|\*[^\s*](?:[^*]*[^\s*])?\*(?![\w*])|\[[^\][]+\]\([^()\s]+\))/;

function docstringPlain(text: string): string {
  return text
    .split(MARKED)
    .map((piece, index) => (index % 2 === 1 ? marked(piece) : index === 0 ? spaced(piece) : inside(spaced(piece))))
    .join('');
}

/** Within a line nothing begins a list or a heading. */
function inside(text: string): string {
  return text.replace(/^(\s*)\\(?=[#>+-])/, '$1').replace(/^(\s*\d+)\\(?=[.)])/, '$1');
}

function marked(piece: string): string {
  const link = /^\[([^\]]+)\]\((.+)\)$/.exec(piece);
  if (link !== null) {
    const [, shown = '', target = ''] = link;
    return /^https?:\/\//.test(target) ? `[${plain(shown)}](${target})` : plain(shown);
  }
  const stars = piece.startsWith('**') ? '**' : '*';
  return `${stars}${plain(piece.slice(stars.length, -stars.length))}${stars}`;
}

function spaced(text: string): string {
  const before = /^\s/.test(text) ? ' ' : '';
  const after = /\s$/.test(text) && text.trim() !== '' ? ' ' : '';
  return `${before}${plain(text)}${after}`;
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
