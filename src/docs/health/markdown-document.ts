import Slugger, { slug } from 'github-slugger';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { addressesIn, htmlReferences, identifiersIn, linksOnly, readText, visibleText } from './markdown-text.ts';

/** Where something stands, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A link, an image or a definition with what it leads to, as written. */
export interface DocumentLink extends Place {
  readonly target: string;
  readonly isImage: boolean;
}

/** A fenced or indented block. */
export interface CodeBlock extends Place {
  /** First word of the info string in lower case; empty for none. */
  readonly language: string;
  readonly info: string;
  readonly text: string;
  readonly fenced: boolean;
  /** Line on which its text begins. */
  readonly textLine: number;
  /** Text of the paragraph before it. */
  readonly before: string;
}

/** Inline code with the text of the paragraph, row or heading it stands in. */
export interface InlineCode extends Place {
  readonly text: string;
  readonly context: string;
  /** Heading row of the table it stands in; null outside of tables. */
  readonly table: string | null;
  /** It is the first cell of its row. */
  readonly firstCell: boolean;
  /** Text of the heading above. */
  readonly heading: string;
  /** It is the text of a link that leads out of the repository. */
  readonly linkedOut: boolean;
}

/** A piece of prose. */
export interface Prose extends Place {
  readonly text: string;
  readonly context: string;
}

/** A Markdown file, taken apart. */
export interface MarkdownDocument {
  readonly path: string;
  readonly text: string;
  readonly links: readonly DocumentLink[];
  /** Fragments that lead into it. */
  readonly anchors: ReadonlySet<string>;
  readonly blocks: readonly CodeBlock[];
  readonly codes: readonly InlineCode[];
  readonly prose: readonly Prose[];
  /** What its head says it is addressed by: ids, slugs, and the last part of permanent links. */
  readonly addresses: readonly string[];
  /** It tells what was: changes, migrations, proposals. Names in it need not be those of today. */
  readonly isHistory: boolean;
}

type Root = ReturnType<typeof fromMarkdown>;
type Content = Root['children'][number];

const HISTORY =
  /(?:^|[/_.-])(?:change-?logs?|changes|history|releases?|release-?notes|rel-?notes?|news|announcements?|migrat\w*|upgrad\w*|v\d+-migration|whats-?new|roadmap|rfcs?|adrs?|decisions|proposals?|plans?|[\w-]+-plan|transcripts?|archived?|blog|_?posts|versioned_docs|deprecat\w*|legacy)(?=[/_.\d-]|$)/i;

const CHANGES =
  /(?:^|[/_.-])(?:change-?logs?|changes|history|release-?notes|news|announcements?|rfcs?|archived?|blog|_?posts|versioned_docs)(?=[/_.\d-]|$)/i;

/** Whether a document is a list of what changed when, or a text of its day, by its path. */
export function isChangeList(path: string): boolean {
  return CHANGES.test(path);
}

/** Whether a document tells of other times than today, by its path. */
export function isHistoryPath(path: string): boolean {
  // A date in a name makes a text one of its day.
  return HISTORY.test(path) || /(?:^|\/)\d{4}-\d{2}-\d{2}/.test(path);
}

const FEW_VERSIONS = 3;

/** Whether most headings of a text are versions: it tells what came with each of them. */
function isListOfVersions(text: string): boolean {
  const headings = text.match(/^#{1,4}\s.*$/gm) ?? [];
  const versions = headings.filter((one) => /^#+\s+(?:\[?v?\d+\.\d+|(?:version|release)\s+v?\d)/i.test(one)).length;
  return versions >= FEW_VERSIONS && versions * 2 >= headings.length;
}

const PROPOSAL =
  /^#{1,4}[ \t]+(?:[\d.]+[ \t]+)?(?:non-?goals|open (?:\w+ )?questions|alternatives considered|decisions needed|(?:\w+ )?sign-?off)\b/im;
const STATUS =
  /^[ \t>*_|-]{0,8}status[*_]{0,2}:[*_ \t]{0,8}(?:draft|proposed|accepted|approved|awaiting|rejected|superseded|implemented|in progress|wip)\b/im;
const HEAD_LETTERS = 1_000;

/**
 * Whether a text weighs what is to be made, as proposals and designs do: what it names need not be there, or any more.
 */
function isProposal(text: string): boolean {
  return PROPOSAL.test(text) || STATUS.test(text.slice(0, HEAD_LETTERS));
}

/** What no rule asks for, and takes time: bare addresses, which are all external, and marks. */
const UNREAD = ['wwwAutolink', 'protocolAutolink', 'emailAutolink', 'strikethrough', 'tasklistCheck'];

/** Takes a Markdown text apart: CommonMark with the extensions of GitHub. */
export function readMarkdown(path: string, written: string): MarkdownDocument {
  const text = visibleText(path, written);
  const isHistory = isHistoryPath(path) || isListOfVersions(text) || isProposal(text);
  const tree = fromMarkdown(isHistory ? linksOnly(text) : text, {
    extensions: [gfm(), { disable: { null: UNREAD } }],
    mdastExtensions: gfmFromMarkdown().map(({ transforms: _, ...extension }) => extension),
  });
  const reader = new Reader();
  for (const child of tree.children) reader.take(child);
  return { path, text, ...reader.result(text), addresses: addressesIn(written), isHistory };
}

interface Surroundings {
  readonly context: string;
  readonly table: string | null;
  readonly firstCell: boolean;
  readonly linkedOut: boolean;
}

const NOWHERE: Surroundings = { context: '', table: null, firstCell: false, linkedOut: false };

class Reader {
  readonly #links: DocumentLink[] = [];
  readonly #anchors = new Set<string>();
  readonly #blocks: CodeBlock[] = [];
  readonly #codes: InlineCode[] = [];
  readonly #prose: Prose[] = [];
  readonly #slugger = new Slugger();
  #heading = '';
  #before = '';

  result(text: string) {
    for (const id of identifiersIn(text)) this.#anchors.add(id);
    return {
      links: this.#links,
      anchors: this.#anchors,
      blocks: this.#blocks,
      codes: this.#codes,
      prose: this.#prose,
    };
  }

  take(node: Content, around: Surroundings = NOWHERE): void {
    const place = placeOf(node);
    switch (node.type) {
      case 'heading':
        this.#takeHeading(node);
        this.#takeAll(node.children, { ...around, context: this.#heading });
        break;
      case 'paragraph': {
        const context = readText(node);
        this.#takeAll(node.children, { ...around, context });
        this.#before = context;
        return;
      }
      case 'table':
        this.#takeTable(node);
        break;
      case 'link':
        this.#links.push({ ...place, target: node.url, isImage: false });
        this.#takeAll(node.children, { ...around, linkedOut: /^[a-z][a-z\d+.-]*:/i.test(node.url) });
        break;
      case 'image':
        this.#links.push({ ...place, target: node.url, isImage: true });
        return;
      case 'definition':
        this.#links.push({ ...place, target: node.url, isImage: false });
        return;
      case 'linkReference':
        this.#takeAll(node.children, { ...around, linkedOut: true });
        break;
      case 'html':
        for (const one of htmlReferences(node.value, place)) this.#links.push(one);
        return;
      case 'code':
        this.#takeBlock(node, place);
        break;
      case 'inlineCode':
        this.#codes.push({ ...place, ...around, text: node.value, heading: this.#heading });
        return;
      case 'text':
        this.#prose.push({ ...place, text: node.value, context: around.context });
        return;
      default:
        if ('children' in node) this.#takeAll(node.children, around);
    }
  }

  #takeAll(nodes: readonly Content[], around: Surroundings): void {
    let before: Content | undefined;
    for (const node of nodes) {
      // A role of MyST says what its text is: `{doc}`, `{ref}`.
      const isRole = before?.type === 'text' && /\{[\w:.-]+\}$/.test(before.value);
      if (node.type !== 'inlineCode' || !isRole) this.take(node, around);
      before = node;
    }
  }

  #takeHeading(node: Extract<Content, { type: 'heading' }>): void {
    const written = readText(node);
    const named = /\s*(?:(?:\{:?\s*|\[)#|\[\[)([\w:.-]+)[^}\]]*[}\]]{1,2}\s*$/.exec(written);
    if (named?.[1] !== undefined) this.#anchors.add(named[1]);
    this.#heading = written;
    this.#before = written;
    const shown = named === null ? written : written.slice(0, named.index);
    this.#anchors.add(this.#slugger.slug(shown));
    // A comment behind a heading leaves a blank, which some leave out.
    if (shown !== shown.trim()) this.#anchors.add(slug(shown.trim()));
  }

  #takeTable(node: Extract<Content, { type: 'table' }>): void {
    const [head, ...rows] = node.children;
    const table = head === undefined ? '' : readText(head);
    for (const row of rows) {
      const context = readText(row);
      for (const [index, cell] of row.children.entries())
        this.#takeAll(cell.children, { context, table, firstCell: index === 0, linkedOut: false });
    }
    for (const cell of head?.children ?? []) this.#takeAll(cell.children, { ...NOWHERE, context: table, table });
  }

  #takeBlock(node: Extract<Content, { type: 'code' }>, place: Place): void {
    const info = `${node.lang ?? ''} ${node.meta ?? ''}`.trim();
    const lines = (node.position?.end.line ?? place.line) - place.line + 1;
    const fenced = lines !== node.value.split('\n').length || node.lang !== null;
    this.#blocks.push({
      ...place,
      language: languageOf(node.lang ?? ''),
      info,
      text: node.value,
      fenced,
      textLine: fenced ? place.line + 1 : place.line,
      before: this.#before,
    });
  }
}

/** `{.python hl_lines=1}`, `js{1,3}` and `ts:title` all name a language first. */
function languageOf(written: string): string {
  return (/^\{?\.?([\w+#-]+)/.exec(written)?.[1] ?? '').toLowerCase();
}

function placeOf(node: Content): Place {
  return { line: node.position?.start.line ?? 1, column: node.position?.start.column ?? 1 };
}
