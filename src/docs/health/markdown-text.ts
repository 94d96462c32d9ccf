import { slug } from 'github-slugger';
import type { DocumentLink, Place } from './markdown-document.ts';

/** A node of a Markdown tree, as far as its text is asked for. */
interface TextNode {
  readonly type: string;
  readonly value?: unknown;
  readonly alt?: unknown;
  readonly children?: readonly TextNode[];
}

/** The text that a reader sees of a node; that of embedded HTML is left out. */
export function readText(node: TextNode): string {
  if (node.type === 'html') return '';
  if (node.type === 'break') return ' ';
  if (typeof node.value === 'string') return node.value;
  if (node.type === 'tableRow') return (node.children ?? []).map(readText).join(' | ');
  return (node.children ?? []).map(readText).join('');
}

/** The text as a reader sees it, every line at its number: no head of settings, in MDX no comments. */
export function visibleText(path: string, text: string): string {
  const body = withoutFrontMatter(text);
  if (!path.endsWith('.mdx'))
    return body.replace(FENCED_OR_ELEMENT, (piece) => (/^[ \t]*[`~]/.test(piece) ? piece : blanked(piece)));
  // A tag on lines of its own begins no HTML block there, which would go on to the next empty line.
  return body.replace(FENCED_OR_MDX, (piece) => {
    if (/^[ \t]*[`~]/.test(piece) || /\b(?:href|src|id|name)=/.test(piece)) return piece;
    return blanked(piece);
  });
}

/** A fenced block, which stays; a comment of MDX; a tag on lines of its own. */
const FENCED_OR_MDX =
  /^[ \t]*(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?[ \t]*\1[`~]*[ \t]*$|\{\/\*[\s\S]*?\*\/\s*\}|^[ \t]*<\/?[A-Za-z][\w.]*(?:\s[^<>]*)?\/?>[ \t]*$/gm;

/** The same with elements of a site's own instead of any tag, which begin no HTML block where they are known. */
const FENCED_OR_ELEMENT =
  /^[ \t]*(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?[ \t]*\1[`~]*[ \t]*$|^[ \t]*<\/?(?:[a-z]+-[\w-]+|[A-Z][\w.]*)(?:\s(?:(?!\b(?:href|src|id|name)=)[^<>])*)?\/?>[ \t]*$/gm;

function blanked(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** A link or an image that leads out of the repository, and a reference to a definition that does. */
const OUTWARD = /(?<!\]\(<?)!?\[[^\][\n]*\]\(<?https?:\/\/[^\s()<>]*>?(?: "[^"\n]*")?\)/g;
const DEFINED = /^ {0,3}\[([^\][\n]+)\]:[ \t]*<?https?:\/\/\S+[ \t]*$/gm;
/** What a line has to keep: headings and their underlines, fences, tables, links, HTML and the end of its comments. */
const KEPT =
  /^\s*(?:[-*+>]\s+)*(?:#{1,6}\s|[=-]{2,}\s*$|```|~~~)|\]\s*[([:]|<[A-Za-z!/]|-->|^\s*\[|\[[^\]]*$|^\s*<?https?:/;

/**
 * The text of a document of which only links and headings are asked for: other words are cut down to one letter, lines
 * and indentation stay. Lists of changes are long, and reading them as Markdown is what takes the time.
 */
export function linksOnly(text: string): string {
  const defined = new Set([...text.matchAll(DEFINED)].map(([, name = '']) => name.toLowerCase()));
  const lines = text
    .replace(OUTWARD, 'x')
    .replace(/\[([^\][\n]+)\]\[([^\][\n]*)\]/g, (written, shown: string, name: string) =>
      defined.has((name === '' ? shown : name).toLowerCase()) ? 'x' : written,
    )
    .split('\n');
  return withoutRest(
    lines,
    lines.map((line) => KEPT.test(line)),
  ).join('\n');
}

/**
 * Of lines that need not be kept those that a line after them could hang on, cut down to one letter: the line right
 * before it and the ones with ever less indentation. The others are empty, save where an empty line would end something
 * that was begun: HTML, or the words of a link.
 */
function withoutRest(lines: readonly string[], kept: readonly boolean[]): string[] {
  const cut = lines.slice();
  const begun = openRuns(lines, kept);
  let depth = 0;
  let isNext = false;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    if (kept[at] === true) {
      [depth, isNext] = [indent, true];
      continue;
    }
    const isHeld = isNext || indent < depth || begun[at] === true;
    isNext = false;
    depth = Math.min(depth, indent);
    cut[at] = isHeld ? line.replace(/^(\s*(?:(?:[-*+>]|\d+[.)])\s+)*)\S.*$/, '$1x') : '';
  }
  return cut;
}

/** Which lines follow, without an empty one between, a line that begins HTML or a bracket that it does not close. */
function openRuns(lines: readonly string[], kept: readonly boolean[]): boolean[] {
  let isOpen = false;
  return lines.map((line, at) => {
    if (line.trim() === '') isOpen = false;
    else if (kept[at] === true) isOpen = /<|\[[^\]]*$/.test(line);
    return isOpen;
  });
}

/** The text with its YAML or TOML head blanked, so that every line keeps its number. */
function withoutFrontMatter(text: string): string {
  const plain = text.replace(/^\uFEFF/, '');
  const head = /^(---|\+\+\+)[ \t]*\r?\n[\s\S]*?\r?\n\1[ \t]*(?:\r?\n|$)/.exec(plain);
  return head === null ? plain : head[0].replace(/[^\n]/g, '') + plain.slice(head[0].length);
}

/** Names that the head of a text gives to its page. */
export function addressesIn(text: string): string[] {
  const head = /^\uFEFF?(---|\+\+\+)[ \t]*\r?\n([\s\S]*?)\r?\n\1/.exec(text)?.[2] ?? '';
  return [...head.matchAll(/^(?:id|slug|permalink|url|path|ref)\s*[:=]\s*["']?([^"'\s#]+)/gm)].flatMap(
    ([, address = '']) => {
      const name =
        address
          .replace(/\/+$|\.html?$/g, '')
          .split('/')
          .at(-1) ?? '';
      return name === '' ? [] : [name];
    },
  );
}

const REFERENCE = /<(a|img|source|video|audio)\b[^<>]*?\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

/** Links and images of embedded HTML; what is commented out is not there. */
export function htmlReferences(html: string, at: Place): DocumentLink[] {
  const visible = withoutComments(html);
  return [...visible.matchAll(REFERENCE)].map((match) => ({
    ...placeIn(visible, match.index, at),
    target: (match[2] ?? match[3] ?? '').replaceAll('&amp;', '&'),
    isImage: match[1]?.toLowerCase() !== 'a',
  }));
}

function withoutComments(html: string): string {
  return html.replace(/<!--[\s\S]*?(?:-->|$)/g, blanked);
}

function placeIn(text: string, offset: number, { line, column }: Place): Place {
  const before = text.slice(0, offset);
  const breaks = before.split('\n').length - 1;
  return { line: line + breaks, column: breaks === 0 ? column + offset : offset - before.lastIndexOf('\n') };
}

/** Fragments that HTML ids and names, MyST labels and attribute lists give to a text. */
export function identifiersIn(text: string): string[] {
  const html = [
    ...withoutComments(text).matchAll(/<[a-z][\w-]*\b[^<>]*?\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi),
  ];
  const headings = [...withoutComments(text).matchAll(/<h([1-6])\b[^<>]*>([\s\S]{1,300}?)<\/h\1>/gi)];
  const labels = [...text.matchAll(/^\(([\w:./-]+)\)=\s*$/gm)];
  const attributes = [...text.matchAll(/\{(?::|\/\*)?\s*#([\w:.-]+)[^}\n]*\}/g)];
  return [
    ...html.map((match) => match[1] ?? match[2] ?? match[3] ?? ''),
    // A host makes a fragment of a heading however it is written.
    ...headings.map((match) => slug((match[2] ?? '').replace(/<[^<>]*>/g, '').trim())),
    ...labels.map((match) => match[1] ?? ''),
    ...attributes.map((match) => match[1] ?? ''),
  ];
}
