import { decodeSource, readSourceBytesSync } from '../../code/source-text.ts';
import type { SourceTree } from '../../code/source-tree.ts';
import { type HeldBytes, heldAt } from '../../code/tree/held-bytes.ts';
import type { ContentCache } from '../../platform/content-cache.ts';
import { checkBlocks } from './check-blocks.ts';
import { withoutComments } from './function-texts.ts';
import { type WrittenWords, wordsOf } from './known-names.ts';
import { isTooIntricate } from './markdown-bounds.ts';
import { type MarkdownDocument, readMarkdown } from './markdown-document.ts';
import type { Fault } from './rules.ts';
import { isVendored } from './vendored.ts';

/** Where readings are kept. */
export interface KeptReadings {
  readonly cache: ContentCache;
  /** Names the readers and their version. */
  readonly kind: string;
}

const MOST_DOCUMENTS = 3_000;
const LARGEST_DOCUMENT = 512 * 1024;
const LARGEST_TEXT = 1024 * 1024;
const MOST_TEXT_BYTES = 128 * 1024 * 1024;
const DOCUMENTS = /\.(?:md|markdown|mdown|mdx)$/i;
/** Texts that tell of the code and are no evidence for it. */
const WORDS_ABOUT =
  /\.(?:md|markdown|mdown|mdx|rst|(?<!CMakeLists\.)txt|adoc|svg|csv|po|pot|snap)$|(?:^|\/)\.env\.\w+$|(?:^|\/)LICENSE/i;
/** Text that tests are fed with. */
const TEST_INPUT = /(?:^|\/)(?:tests?|specs?|__tests__|e2e)\/(?:.*\/)?(?!readme\b|contributing\b)[^/]*$/i;
const NOT_DOCUMENTS =
  /(?:^|[/._-])snapshots?\.mdx?$|(?:^|\/)(?:fixtures?|__fixtures__|testdata|test-data|snapshots?|__snapshots__|templates?|node_modules|\.(?!github\/)[\w-]+|\.github\/(?:skills|agents|prompts|instructions|chatmodes))\/|(?:^|\/)(?:SKILL|_[\w-]*template|[A-Z_-]*TEMPLATE)\.mdx?$/;

/**
 * What the report reads of the files of a checkout besides their symbols. The same tree gives the same. What was read
 * of the same content before is not read again.
 */
export class HealthReadings {
  readonly #root: string;
  readonly #tree: SourceTree;
  readonly #kept: KeptReadings | null;
  readonly #held: HeldBytes | null;

  /** `held` are bytes of the tree's files that were read before. */
  constructor(root: string, tree: SourceTree, kept: KeptReadings | null, held: HeldBytes | null = null) {
    this.#root = root;
    this.#tree = tree;
    this.#kept = kept;
    this.#held = held;
  }

  /** The Markdown files by path; what is left out of them is told to `limits`. */
  documents(limits: Set<string>): Map<string, MarkdownDocument> {
    const files = documentFiles(this.#tree, limits);
    const kind = `${this.#kept?.kind} document`;
    const known = this.#kept?.cache.read(kind, files.flatMap(keysOf)) ?? new Map<string, Uint8Array>();
    const found = new Map<string, MarkdownDocument>();
    const fresh: [string, Uint8Array][] = [];
    const intricate: string[] = [];
    for (const file of files) {
      const [key] = keysOf(file);
      const kept = key === undefined ? undefined : known.get(key);
      const document = kept === undefined ? this.#readDocument(file.path, intricate) : unpackDocument(kept);
      if (document === null) continue;
      found.set(file.path, document);
      if (kept === undefined && key !== undefined) fresh.push([key, packDocument(document)]);
    }
    this.#kept?.cache.write(kind, fresh);
    if (intricate.length > 0) limits.add(notReadSentence(intricate));
    return found;
  }

  #readDocument(path: string, intricate: string[]): MarkdownDocument | null {
    const text = readText(this.#root, path, LARGEST_DOCUMENT);
    if (text === null) return null;
    if (!isTooIntricate(text)) return readMarkdown(path, text);
    intricate.push(path);
    return null;
  }

  /** What is wrong with the code blocks of documents, by path: it takes nothing but their text. */
  async blockFaults(documents: ReadonlyMap<string, MarkdownDocument>): Promise<Map<string, readonly Fault[]>> {
    const files = this.#tree.files.filter(({ path }) => (documents.get(path)?.blocks.length ?? 0) > 0);
    const kind = `${this.#kept?.kind} blocks`;
    const known = this.#kept?.cache.read(kind, files.flatMap(keysOf)) ?? new Map<string, Uint8Array>();
    const found = new Map<string, readonly Fault[]>();
    const fresh: [string, Uint8Array][] = [];
    for (const file of files) {
      const document = documents.get(file.path);
      if (document === undefined) continue;
      const [key] = keysOf(file);
      const kept = key === undefined ? undefined : known.get(key);
      const faults: readonly Fault[] =
        kept === undefined ? await checkBlocks(document) : JSON.parse(new TextDecoder().decode(kept));
      found.set(file.path, faults);
      if (kept === undefined && key !== undefined) fresh.push([key, new TextEncoder().encode(JSON.stringify(faults))]);
    }
    this.#kept?.cache.write(kind, fresh);
    return found;
  }

  /** The words of all files that are no documentation. */
  words(limits: Set<string>): WrittenWords {
    const key = this.#tree.fingerprint;
    const kind = `${this.#kept?.kind} words`;
    const kept = this.#kept?.cache.read(kind, [key]).get(key);
    if (kept !== undefined) {
      const { reached, words, flags, aliases }: KeptWords = JSON.parse(new TextDecoder().decode(kept));
      for (const one of reached) limits.add(one);
      return { words: new Set(words), flags: new Set(flags), aliases: new Set(aliases) };
    }
    const reached = new Set<string>();
    const found = wordsOf(this.#evidence(reached));
    const lists = { words: [...found.words], flags: [...found.flags], aliases: [...found.aliases] };
    const json = JSON.stringify({ reached: [...reached], ...lists } satisfies KeptWords);
    this.#kept?.cache.write(kind, [[key, new TextEncoder().encode(json)]]);
    for (const one of reached) limits.add(one);
    return found;
  }

  /** Texts that show that a name is used: code without its comments, and the settings of tools. */
  *#evidence(limits: Set<string>): Generator<string> {
    let bytes = 0;
    for (const [index, { path, size }] of this.#tree.files.entries()) {
      if (WORDS_ABOUT.test(path) || size > LARGEST_TEXT) continue;
      bytes += size;
      if (bytes > MOST_TEXT_BYTES) {
        limits.add(`Names were looked for in the first ${MOST_TEXT_BYTES / 1024 / 1024} MB of code.`);
        return;
      }
      const held = this.#held === null ? null : heldAt(this.#held, index);
      const text = held === null ? readHealthText(this.#root, path) : textOf(Buffer.from(held));
      if (text === null) continue;
      if (/\.pyi?$/.test(path)) yield withoutComments(text, true);
      else
        yield /\.(?:[cm]?[jt]sx?|go|rs|java|cs|php|c|h|cc|cpp|hpp)$/.test(path) ? withoutComments(text, false) : text;
    }
  }
}

interface KeptWords {
  readonly reached: readonly string[];
  readonly words: readonly string[];
  readonly flags: readonly string[];
  readonly aliases: readonly string[];
}

type DocumentFile = SourceTree['files'][number];

/** A document is what its path and its content make it. */
function keysOf({ path, sha256 }: DocumentFile): string[] {
  return sha256 === null ? [] : [`${sha256}/${path}`];
}

function packDocument(document: MarkdownDocument): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...document, anchors: [...document.anchors] }));
}

function unpackDocument(kept: Uint8Array): MarkdownDocument {
  const { anchors, ...document }: Omit<MarkdownDocument, 'anchors'> & { anchors: string[] } = JSON.parse(
    new TextDecoder().decode(kept),
  );
  return { ...document, anchors: new Set(anchors) };
}

function notReadSentence(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return `Not read, because marks are nested or repeated in them without measure: ${shown}${more}.`;
}

function documentFiles(tree: SourceTree, limits: Set<string>): DocumentFile[] {
  const found: DocumentFile[] = [];
  for (const file of tree.files) {
    const { path, size } = file;
    if (!DOCUMENTS.test(path) || NOT_DOCUMENTS.test(path) || TEST_INPUT.test(path) || isVendored(path)) continue;
    if (size > LARGEST_DOCUMENT) {
      limits.add(`Markdown files of more than ${LARGEST_DOCUMENT / 1024} kB were not checked.`);
      continue;
    }
    if (found.length >= MOST_DOCUMENTS) {
      limits.add(`Only the first ${MOST_DOCUMENTS} Markdown files were checked.`);
      break;
    }
    found.push(file);
  }
  return found;
}

/** The text of a file of the checkout as the rules read it; null for none that can be read. */
export function readHealthText(root: string, path: string): string | null {
  return readText(root, path, LARGEST_TEXT);
}

function readText(root: string, path: string, maxBytes: number): string | null {
  const found = readSourceBytesSync(root, path, maxBytes);
  return 'reason' in found ? null : textOf(found.bytes);
}

function textOf(bytes: Buffer): string | null {
  const decoded = decodeSource(bytes);
  return 'reason' in decoded ? null : decoded.text;
}
