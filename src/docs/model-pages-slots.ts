import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

type Root = ReturnType<typeof fromMarkdown>;
/** A part of a text that may have parts of its own. */
export type MarkdownPart = Root['children'][number];
/** A text, or any part of one. */
export type MarkdownNode = Root | MarkdownPart;

/** Reads Markdown as GitHub does. The time it takes grows faster than the text: for a thread that can be ended. */
export function readMarkdown(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** A place of a page where prose stands or may stand. Everything around it stays as the local engine wrote it. */
export interface Slot {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  /** Empty where nothing stands yet: under a heading. */
  readonly text: string;
}

/** Fewer characters of words are a label, not prose. */
const LEAST_PROSE = 40;

/** The prose of a page: paragraphs that say something, and the free places under the first two levels of headings. */
export function slotsOf(page: string): Slot[] {
  const nodes = readMarkdown(page).children;
  const footer = nodes.findLastIndex((node) => node.type === 'thematicBreak');
  const body = footer < 0 ? nodes : nodes.slice(0, footer);
  const slots: Slot[] = [];
  for (const [index, node] of body.entries()) {
    const [start, end] = placeOf(node);
    if (node.type === 'paragraph' && words(node).length >= LEAST_PROSE) {
      slots.push({ number: slots.length + 1, start, end, text: page.slice(start, end) });
    }
    if (node.type === 'heading' && node.depth <= 2 && !isText(body[index + 1])) {
      slots.push({ number: slots.length + 1, start: end, end, text: '' });
    }
  }
  return slots;
}

/** The page with its slots marked for a model: `[[slot 3]]` before the text it stands for. */
export function marked(page: string, slots: readonly Slot[]): string {
  return spliced(page, slots, ({ number, text }) =>
    text === '' ? `\n\n[[slot ${number}]]` : `[[slot ${number}]]\n${text}`,
  );
}

/** The page with new texts in its slots. A slot without one keeps what it has. */
export function filled(page: string, slots: readonly Slot[], texts: ReadonlyMap<number, string>): string {
  return spliced(page, slots, ({ number, text }) => {
    const put = texts.get(number);
    if (put === undefined) return text;
    return text === '' ? `\n\n${put}` : put;
  });
}

/** What an answer puts into each slot: the text after a line with its mark. */
export function textsIn(answer: string): Map<number, string> {
  const parts = answer.split(/^[ \t]*\[\[slot (\d+)\]\][ \t]*$/m);
  const texts = new Map<number, string>();
  for (let at = 1; at < parts.length; at += 2) {
    const text = (parts[at + 1] ?? '').trim();
    if (text !== '') texts.set(Number(parts[at]), text);
  }
  return texts;
}

/** Whether everything of a page that is no slot stands in another one as it did, in its order. */
export function keepsTheRest(page: string, slots: readonly Slot[], other: string): boolean {
  const free = new Set(slots.map(({ start }) => start));
  const fixed = blocks(page).filter(({ start }) => !free.has(start));
  const found = blocks(other);
  let at = 0;
  for (const { type, text } of fixed) {
    while (at < found.length && !(found[at]?.type === type && found[at]?.text === text)) at += 1;
    if (at === found.length) return false;
    at += 1;
  }
  return true;
}

function blocks(page: string): { type: string; text: string; start: number }[] {
  return readMarkdown(page).children.map((node) => {
    const [start, end] = placeOf(node);
    return { type: node.type, text: page.slice(start, end), start };
  });
}

function spliced(page: string, slots: readonly Slot[], put: (slot: Slot) => string): string {
  let from = 0;
  let text = '';
  for (const slot of slots) {
    text += page.slice(from, slot.start) + put(slot);
    from = slot.end;
  }
  return text + page.slice(from);
}

/** Where a node begins and ends, in characters. */
export function placeOf({ position }: Pick<MarkdownPart, 'position'>): [start: number, end: number] {
  return [position?.start.offset ?? 0, position?.end.offset ?? 0];
}

/** Whether a heading is followed by text of its own; an anchor alone is a paragraph, too. */
function isText(node: MarkdownPart | undefined): boolean {
  return node?.type === 'paragraph' && node.children.some((child) => child.type !== 'html');
}

/** The words of a paragraph outside of code and links: labels and places are made of these. */
function words(node: MarkdownPart): string {
  if (node.type === 'text') return node.value;
  if (node.type === 'link' || !('children' in node)) return '';
  return node.children.map(words).join('');
}
