import { getDocumentProxy } from 'unpdf';
import type { DraftBlock } from './blocks.ts';
import { tooMuchText } from './blocks.ts';
import type { CvLimits } from './limits.ts';
import { draftsOf } from './pdf-blocks.ts';
import { dropFurniture } from './pdf-furniture.ts';
import { type PdfPage, type TextRun, toRun } from './pdf-runs.ts';
import { CvUnreadable, damaged } from './refusal.ts';

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPageProxy = Awaited<ReturnType<PdfDocument['getPage']>>;

export interface PdfReading {
  readonly drafts: DraftBlock[];
  readonly pages: number;
  readonly links: string[];
  readonly warnings: string[];
}

/** Fewer letters than this on all pages, beside images, are a scanner's stamp and no CV. */
const SCAN_LETTERS = 80;
/** Private letters and replacement characters are what is left of text whose fonts do not say their letters. */
const UNREADABLE = /[\ue000-\uf8ff\ufffd]/g;

/** Reads the text of a PDF in reading order. Throws CvUnreadable. */
export async function readPdf(bytes: Buffer, limits: CvLimits): Promise<PdfReading> {
  const document = await openPdf(bytes);
  try {
    if (document.numPages > limits.pages) throw tooManyPages(document.numPages, limits.pages);
    const { pages, links, failed } = await readPages(document, limits);
    const letters = pages.reduce((sum, { runs }) => sum + runs.reduce((all, { text }) => all + lettersIn(text), 0), 0);
    refuseWithoutText(bytes, pages, letters, failed);
    const hidden = pages.reduce((sum, page) => sum + page.hidden, 0);
    const drafts = draftsOf(dropFurniture(pages));
    const warnings = [
      ...(hidden > 0 ? ['Text that cannot be seen, too small or outside of its page, was left out'] : []),
      ...(failed > 0 ? [`${failed} of ${document.numPages} pages are damaged and were left out`] : []),
    ];
    return { drafts, pages: document.numPages, links, warnings };
  } finally {
    await document.loadingTask.destroy();
  }
}

async function openPdf(bytes: Buffer): Promise<PdfDocument> {
  try {
    // A view, not a copy; pdf.js refuses Node's own Buffer.
    const data = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return await getDocumentProxy(data, { verbosity: 0, maxImageSize: 0, enableXfa: false });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException')
      throw new CvUnreadable('encrypted', 'The PDF is protected by a password: remove it and upload the file again');
    throw damaged('PDF');
  }
}

function tooManyPages(pages: number, limit: number): CvUnreadable {
  return new CvUnreadable('too-many-pages', `The PDF has ${pages} pages, the limit for a CV is ${limit}`);
}

interface PagesRead {
  readonly pages: PdfPage[];
  readonly links: string[];
  readonly failed: number;
}

async function readPages(document: PdfDocument, limits: CvLimits): Promise<PagesRead> {
  const pages: PdfPage[] = [];
  const links = new Set<string>();
  let failed = 0;
  let left = { runs: limits.textRuns, characters: limits.characters };
  for (let number = 1; number <= document.numPages; number++) {
    try {
      const page = await document.getPage(number);
      const read = await readPage(page, number, left, limits);
      left = read.left;
      pages.push(read.page);
      for (const link of await linksOf(page)) links.add(link);
      page.cleanup();
    } catch (error) {
      if (error instanceof CvUnreadable) throw error;
      failed++;
    }
  }
  return { pages, links: [...links], failed };
}

interface Allowance {
  readonly runs: number;
  readonly characters: number;
}

async function readPage(
  proxy: PdfPageProxy,
  number: number,
  allowance: Allowance,
  limits: CvLimits,
): Promise<{ page: PdfPage; left: Allowance }> {
  const viewport = proxy.getViewport({ scale: 1 });
  const runs: TextRun[] = [];
  let hidden = 0;
  let { runs: runsLeft, characters } = allowance;
  // Read as a stream, so that a page of endless text is left at the limit and not when memory ends.
  const reader = proxy.streamTextContent({ disableNormalization: true }).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    for (const item of textItems(next.value)) {
      runsLeft -= 1;
      characters -= item.str.length;
      if (runsLeft < 0 || characters < 0) throw tooMuchText(limits.characters);
      if (item.str.trim() === '') continue;
      const run = toRun(item, viewport);
      if (run === null) hidden += lettersIn(item.str);
      else runs.push(run);
    }
  }
  const page = { number, width: viewport.width, height: viewport.height, runs, hidden };
  return { page, left: { runs: runsLeft, characters } };
}

/** What pdf.js says of one run of text. */
export interface TextItem {
  readonly str: string;
  readonly width: number;
  readonly height: number;
  readonly transform: readonly number[];
  readonly fontName: string;
}

function textItems(chunk: unknown): TextItem[] {
  if (typeof chunk !== 'object' || chunk === null || !('items' in chunk) || !Array.isArray(chunk.items)) return [];
  return chunk.items.filter(isTextItem);
}

function isTextItem(item: unknown): item is TextItem {
  return (
    typeof item === 'object' &&
    item !== null &&
    'str' in item &&
    typeof item.str === 'string' &&
    'transform' in item &&
    Array.isArray(item.transform)
  );
}

async function linksOf(page: PdfPageProxy): Promise<string[]> {
  const annotations: unknown[] = await page.getAnnotations();
  return annotations.slice(0, 200).flatMap((one) => {
    const url = typeof one === 'object' && one !== null && 'url' in one ? one.url : null;
    return typeof url === 'string' && /^(?:https?|mailto):/i.test(url) && url.length < 500 ? [url] : [];
  });
}

function lettersIn(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}

function refuseWithoutText(bytes: Buffer, pages: readonly PdfPage[], letters: number, failed: number): void {
  const unreadable = pages.reduce(
    (sum, { runs }) => sum + runs.reduce((all, { text }) => all + (text.match(UNREADABLE)?.length ?? 0), 0),
    0,
  );
  if (unreadable > 40 && unreadable > letters)
    throw new CvUnreadable(
      'unreadable-text',
      'The fonts of the PDF do not say which letters they draw: export it again, or upload the CV as DOCX or text',
    );
  if (letters >= SCAN_LETTERS) return;
  if (holdsImage(bytes))
    throw new CvUnreadable(
      'scanned',
      'The PDF holds images of pages and no text, as scanners make it: run text recognition (OCR) on it first',
    );
  if (letters > 0) return;
  if (failed > 0) throw damaged('PDF');
  throw new CvUnreadable('empty', 'The PDF holds no text');
}

/** An image is a stream, so its dictionary is never packed away in another object. */
function holdsImage(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  return /\/Subtype\s*\/Image\b/.test(text) || /\bBI\b[\s\S]{0,400}?\bID\b/.test(text);
}
