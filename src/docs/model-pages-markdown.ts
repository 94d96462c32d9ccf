import { type MarkdownNode, type MarkdownPart, placeOf, readMarkdown } from './model-pages-slots.ts';

/** What a model may write: prose, nothing else. */
export interface Prose {
  readonly text: string;
  /** What is in it that it may not have, as the end of a sentence; null when it may stand. */
  readonly fault: string | null;
}

/** Longest text for one place of a page, in characters: more is no paragraph and no list that anybody reads. */
const LONGEST_PROSE = 4000;
/** Lists in lists with words in bold in them are as deep as prose goes. */
const DEEPEST = 12;
const ALLOWED_BLOCKS = ['paragraph', 'list', 'blockquote'];
/** Blocks that are left out without a word: markup, and headings, which the page has its own of. */
const DROPPED_BLOCKS = ['html', 'heading', 'thematicBreak', 'definition', 'footnoteDefinition'];
/** Characters that are not seen, or turn the direction of the line. */
const UNSEEN = /[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u00AD]|[^\P{Cc}\t\n]/gu;

/**
 * Makes prose of what a model wrote: HTML, images and headings go, and links that the page does not have become their
 * text. What is left may hold a code block or a table: that is a fault. Repeats until nothing changes, as what is left
 * after a removal may read as markup again.
 */
export function proseOf(answer: string, links: ReadonlySet<string>): Prose {
  let text = answer.replace(/\r\n?/g, '\n').replace(UNSEEN, '').toWellFormed().trim();
  if (text.length > LONGEST_PROSE) return { text, fault: 'it is too long' };
  for (let round = 0; round < 8; round += 1) {
    const root = readMarkdown(text);
    if (isDeeper(root, DEEPEST)) return { text, fault: 'its markup is too deep' };
    const kept = root.children.filter((node) => !DROPPED_BLOCKS.includes(node.type));
    const foreign = kept.find((node) => !ALLOWED_BLOCKS.includes(node.type) || holdsBlock(node));
    if (foreign !== undefined) return { text, fault: 'it adds a code block or a table' };
    const cleaned = kept
      .map((node) => cleanedText(text, node, links).trim())
      .filter((part) => part !== '')
      .join('\n\n');
    if (cleaned === text) return { text, fault: text === '' ? 'it is empty' : null };
    text = cleaned;
  }
  return { text, fault: 'its markup is not to be made out' };
}

/** Every address that a text links to. */
export function linksIn(text: string): Set<string> {
  const found = new Set<string>();
  const visit = (node: MarkdownNode): void => {
    if (node.type === 'link') found.add(node.url);
    if ('children' in node) for (const child of node.children) visit(child);
  };
  visit(readMarkdown(text));
  return found;
}

/** The text of a node without what is not allowed in it. */
function cleanedText(source: string, node: MarkdownPart, links: ReadonlySet<string>): string {
  const [start, end] = placeOf(node);
  if (/^(?:html|image|imageReference|footnoteReference|footnoteDefinition|heading|thematicBreak)$/.test(node.type))
    return '';
  if (!('children' in node)) return source.slice(start, end);
  const inner = node.children.map((child) => ({ place: placeOf(child), text: cleanedText(source, child, links) }));
  if (node.type === 'link' && !links.has(node.url)) {
    // One that is its own text would be a link again.
    const label = inner.map(({ text }) => text).join('');
    return /^(?:https?:\/\/|www\.|mailto:|\S+@\S+$)/i.test(label.trim()) ? '' : label;
  }
  let at = start;
  let text = '';
  for (const { place, text: part } of inner) {
    text += source.slice(at, place[0]) + part;
    at = place[1];
  }
  return text + source.slice(at, end);
}

function isDeeper(node: MarkdownNode, levels: number): boolean {
  if (levels < 0) return true;
  return 'children' in node && node.children.some((child) => isDeeper(child, levels - 1));
}

/** A list or a quote may hold prose only, too. */
function holdsBlock(node: MarkdownPart): boolean {
  if (node.type === 'code' || node.type === 'table') return true;
  return 'children' in node && node.children.some(holdsBlock);
}
