import type { Node } from 'web-tree-sitter';
import { endLineOf } from './syntax-tree.ts';

/** How the comments of a language are told from those that document nothing. */
export interface CommentRule {
  /** Whether the comment may document what comes after it, by its text with its marks. */
  readonly accepts: (comment: string) => boolean;
  /** Whether empty lines may stand between the comment and what it documents. */
  readonly overEmptyLines: boolean;
  /** Nodes that may stand between them, such as attributes. */
  readonly between?: ReadonlySet<string>;
  /** Remarks that may stand between them too, as raw text. */
  readonly passesOver?: (raw: string) => boolean;
}

/** Whether a node is a comment in any of the grammars. */
export function isComment(node: Node | undefined): boolean {
  return node !== undefined && /^(?:line_|block_)?comment$/.test(node.type);
}

/** One line of a comment without its marks. */
export interface CommentLine {
  readonly text: string;
  /** In the file, from 1. */
  readonly line: number;
}

/** A comment without its marks, empty lines at its ends and common indentation. It has at least one line. */
export interface Comment {
  readonly lines: readonly CommentLine[];
  /** First and last line of the whole comment. */
  readonly line: number;
  readonly endLine: number;
}

/**
 * The comment that documents `siblings[at]`: the line comments that touch each other, or one block. Null when there is
 * none.
 */
export function commentBefore(text: string, siblings: readonly Node[], at: number, rule: CommentRule): Comment | null {
  const found: Node[] = [];
  let expected = siblings[at]?.startPosition.row ?? 0;
  for (let before = at - 1; before >= 0; before -= 1) {
    const node = siblings[before];
    if (node === undefined) break;
    if (rule.between?.has(node.type) === true) {
      expected = node.startPosition.row;
      continue;
    }
    if (!isComment(node)) break;
    const raw = rawText(text, node);
    if (found.length === 0 && rule.passesOver?.(raw) === true && !standsBehindCode(siblings, before, rule)) {
      expected = node.startPosition.row;
      continue;
    }
    if (isTrailing(siblings, before)) break;
    const gap = expected > endLineOf(node);
    if (!rule.accepts(raw) || (gap && !(rule.overEmptyLines && found.length === 0))) break;
    // A block says all of it, and it does not go on in the lines below.
    if (isBlock(raw) && found.length > 0) break;
    found.push(node);
    expected = node.startPosition.row;
    if (isBlock(raw)) break;
  }
  return commentOf(text, found.reverse());
}

/** The comment behind `siblings[at]` on its last line, or null. */
export function commentBeside(text: string, siblings: readonly Node[], at: number): Comment | null {
  const node = siblings[at];
  const next = siblings[at + 1];
  if (node === undefined || next === undefined || !isComment(next)) return null;
  return next.startPosition.row === node.endPosition.row ? commentOf(text, [next]) : null;
}

/** The comment stands behind something on its line, so it speaks of that. */
function isTrailing(siblings: readonly Node[], at: number): boolean {
  const previous = siblings[at - 1];
  const node = siblings[at];
  if (previous === undefined || node === undefined || isComment(previous)) return false;
  return previous.endPosition.row === node.startPosition.row && previous.endPosition.column > 0;
}

/** A remark behind an attribute is no remark on the code before. */
function standsBehindCode(siblings: readonly Node[], at: number, { between }: CommentRule): boolean {
  return isTrailing(siblings, at) && between?.has(siblings[at - 1]?.type ?? '') !== true;
}

function rawText(text: string, node: Node): string {
  return text.slice(node.startIndex, node.endIndex).trimEnd();
}

function isBlock(raw: string): boolean {
  return raw.startsWith('/*') || raw.startsWith('=begin');
}

/** Comments that follow each other as one, or null when they say nothing. */
export function commentOf(text: string, nodes: readonly Node[]): Comment | null {
  const [first] = nodes;
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) return null;
  const all = nodes.flatMap((node) => {
    const raw = rawText(text, node);
    const lines = isBlock(raw) ? blockLines(raw) : [raw.replace(/^(?:\/\/[/!]?<?|#+)/, '')];
    return lines.map((line, at) => ({
      text: isRule(line) ? '' : line.trimEnd(),
      line: node.startPosition.row + 1 + at,
    }));
  });
  while (all[0]?.text === '') all.shift();
  while (all.at(-1)?.text === '') all.pop();
  if (all.length === 0) return null;
  const outer = outdented(all.map((line) => line.text));
  return {
    lines: all.map((line, at) => ({ line: line.line, text: outer[at] ?? '' })),
    line: first.startPosition.row + 1,
    endLine: endLineOf(last),
  };
}

/** A row of dashes or stars that only draws a line. */
function isRule(line: string): boolean {
  return /^\s*[-=*#/~_+]{4,}\s*$/.test(line);
}

function blockLines(raw: string): string[] {
  if (raw.startsWith('=begin')) return ['', ...raw.split(/\r?\n/).slice(1, -1)];
  const [first = '', ...rest] = raw
    .replace(/^\/\*+!?<?/, '')
    .replace(/\**\*\/$/, '')
    .split(/\r?\n/);
  const filled = rest.filter((line) => line.trim() !== '');
  const hasStars = filled.length > 0 && filled.every((line) => /^\s*\*/.test(line));
  // Without stars the first line stands behind the mark and says nothing of how far the others stand in.
  const inner = hasStars ? rest.map((line) => line.replace(/^\s*\*/, '')) : outdented(rest).map((line) => ` ${line}`);
  return [first.trim() === '' ? '' : ` ${first.trim()}`, ...inner];
}

function outdented(lines: readonly string[]): string[] {
  const common = lines
    .filter((line) => line.trim() !== '')
    .reduce((least, line) => Math.min(least, line.length - line.trimStart().length), Number.MAX_SAFE_INTEGER);
  return lines.map((line) => line.slice(Math.min(common, line.length)));
}
