import { posix } from 'node:path';
import type { DraftBlock } from './blocks.ts';
import { DocxBody } from './docx-body.ts';
import { readStyles } from './docx-styles.ts';
import { unsupported } from './format.ts';
import type { CvLimits } from './limits.ts';
import { damaged } from './refusal.ts';
import { childrenNamed, parseXml, type XmlElement } from './xml.ts';
import { type Archive, openArchive } from './zip.ts';

export interface DocxReading {
  readonly drafts: DraftBlock[];
  readonly links: string[];
  readonly warnings: string[];
}

/**
 * Reads a DOCX as it is shown: headers, body with tables and text boxes in their places, footers. Deleted text of
 * tracked changes and hidden text are left out. Throws CvUnreadable.
 */
export async function readDocx(bytes: Buffer, limits: CvLimits): Promise<DocxReading> {
  const archive = await openArchive(bytes, limits);
  const main = await mainPart(archive, limits);
  const relations = await relationsOf(archive, main, limits);
  const styles = readStyles(
    await part(archive, targetOf(relations, main, 'styles'), limits),
    await part(archive, targetOf(relations, main, 'numbering'), limits),
  );
  const root = await part(archive, main, limits);
  if (root === null) throw damaged('document');
  const links = new Set<string>();
  const seen = new Set<string>();
  let hidden = false;
  const read = (element: XmlElement | null, some: readonly Relation[]): DraftBlock[] => {
    const body = new DocxBody(styles, limits);
    const drafts = body.read(element);
    hidden ||= body.hidden;
    for (const id of body.linked) {
      const target = some.find((relation) => relation.id === id)?.target;
      if (target !== undefined && /^(?:https?|mailto):/i.test(target) && target.length < 500) links.add(target);
    }
    return drafts;
  };
  const edge = async (type: 'header' | 'footer'): Promise<DraftBlock[]> => {
    const drafts: DraftBlock[] = [];
    for (const name of new Set(relations.filter((one) => one.type === type).map(({ target }) => place(main, target)))) {
      const found = read(await part(archive, name, limits), await relationsOf(archive, name, limits));
      const words = found.map(({ text }) => text).join('\n');
      // Word keeps one header each for first, even and other pages, mostly with the same text.
      if (seen.has(words) || /^[\s\d/|of–-]*(?:page|seite|página)?[\s\d/|of–-]*$/i.test(words)) continue;
      seen.add(words);
      drafts.push(...found);
    }
    return drafts;
  };
  const drafts = [...(await edge('header')), ...read(root, relations), ...(await edge('footer'))];
  const warnings = hidden ? ['Text marked as hidden was left out'] : [];
  return { drafts, links: [...links], warnings };
}

interface Relation {
  readonly id: string;
  /** Last word of its type: `header`, `hyperlink`. */
  readonly type: string;
  readonly target: string;
}

async function part(archive: Archive, name: string | null, limits: CvLimits): Promise<XmlElement | null> {
  const bytes = name === null ? null : await archive.read(name, limits.xmlBytes);
  return bytes === null ? null : parseXml(bytes);
}

async function relationsOf(archive: Archive, of: string, limits: CvLimits): Promise<Relation[]> {
  const name = posix.join(posix.dirname(of), '_rels', `${posix.basename(of)}.rels`);
  const root = await part(archive, of === '' ? '_rels/.rels' : name, limits);
  return childrenNamed(root ?? undefined, 'Relationship').map(({ attributes }) => ({
    id: attributes.Id ?? '',
    type: posix.basename(attributes.Type ?? ''),
    target: attributes.Target ?? '',
  }));
}

function place(from: string, target: string): string {
  return target.startsWith('/') ? target.slice(1) : posix.join(posix.dirname(from), target);
}

function targetOf(relations: readonly Relation[], from: string, type: string): string | null {
  const found = relations.find((relation) => relation.type === type);
  return found === undefined ? null : place(from, found.target);
}

/** Name of the part that is the document. Throws CvUnreadable with the format's name for what is another archive. */
async function mainPart(archive: Archive, limits: CvLimits): Promise<string> {
  const { names } = archive;
  if (names.length === 0) throw damaged('document');
  if (names.includes('mimetype')) {
    const type = (await archive.read('mimetype', 200))?.toString('latin1') ?? '';
    if (type.includes('opendocument.text')) throw unsupported('an OpenDocument text (ODT)');
    if (type.includes('opendocument')) throw unsupported('an OpenDocument file');
    if (type.includes('epub')) throw unsupported('an EPUB book');
  }
  if (names.some((name) => name.startsWith('xl/'))) throw unsupported('an Excel workbook');
  if (names.some((name) => name.startsWith('ppt/'))) throw unsupported('a PowerPoint presentation');
  if (names.some((name) => /^Index\/Document\.iwa$/.test(name))) throw unsupported('an Apple Pages document');
  const stated = names.includes('_rels/.rels') ? await relationsOf(archive, '', limits) : [];
  const main = targetOf(stated, '', 'officeDocument') ?? 'word/document.xml';
  if (names.includes(main)) return main;
  if (names.includes('[Content_Types].xml')) throw damaged('document');
  throw unsupported('a ZIP archive');
}
