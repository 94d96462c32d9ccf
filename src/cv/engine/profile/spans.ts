/** Characters `start` to `end` (exclusive) of the CV's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value with the place it was read from. */
export interface Found<Value> extends Span {
  readonly value: Value;
}

/** A piece of the text that knows its place. */
export interface Piece extends Span {
  readonly text: string;
}

/** The piece without the spaces and signs around it; null when nothing is left. */
export function trimmed({ text, start }: Piece): Piece | null {
  const before = /^[\s,;:|•·–—/\-()[\]]*/u.exec(text)?.[0].length ?? 0;
  const inner = text.slice(before).replace(/[\s,;:|•·–—/\-([]*$/u, '');
  const closed = inner.endsWith(')') && !inner.includes('(') ? inner.slice(0, -1).trimEnd() : inner;
  return closed === '' ? null : { text: closed, start: start + before, end: start + before + closed.length };
}

/** Parts a piece at what matches, a global expression. */
export function splitPiece(piece: Piece, at: RegExp): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const add = (to: number) => {
    const part = trimmed({ text: piece.text.slice(from, to), start: piece.start + from, end: piece.start + to });
    if (part !== null) pieces.push(part);
  };
  for (const match of piece.text.matchAll(at)) {
    add(match.index);
    from = match.index + match[0].length;
  }
  add(piece.text.length);
  return pieces;
}

export function found(piece: Piece): Found<string> {
  return { value: piece.text, start: piece.start, end: piece.end };
}

/** Lower case and without accents, of the same meaning but not of the same length. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
