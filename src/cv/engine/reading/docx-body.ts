import { type DraftBlock, tooMuchText } from './blocks.ts';
import { type DocxStyles, flag, sizeOf } from './docx-styles.ts';
import type { CvLimits } from './limits.ts';
import { childNamed, childrenNamed, type XmlElement } from './xml.ts';

/** Elements that only hold others; what they hold is read in their place. */
const TRANSPARENT = new Set(
  `w:body w:document w:hdr w:ftr w:sdt w:sdtContent w:ins w:moveTo w:smartTag w:customXml w:fldSimple w:dir w:bdo
  w:txbxContent`.split(/\s+/),
);
/** Half points below which nobody reads letters. */
const SMALLEST = 4;
const BULLET_START = /^[•●▪■◦‣∙·○◆►▶▸➢➤✓✔→\uf0a7\uf0b7\uf0d8\uf0fc–—*-]\s+(?=\S)/u;

interface RunFacts {
  text: string;
  readonly boxes: XmlElement[];
  bold: number;
  size: number;
}

/** Reads the blocks of one part of a document. */
export class DocxBody {
  /** Whether text was left out because it is hidden. */
  hidden = false;
  /** Relations of the links met. */
  readonly linked: string[] = [];
  private readonly styles: DocxStyles;
  private readonly limits: CvLimits;
  private characters = 0;

  constructor(styles: DocxStyles, limits: CvLimits) {
    this.styles = styles;
    this.limits = limits;
  }

  /** Blocks of a part's root in reading order. */
  read(root: XmlElement | null): DraftBlock[] {
    return root === null ? [] : this.blocks(root);
  }

  private blocks(parent: XmlElement): DraftBlock[] {
    const drafts: DraftBlock[] = [];
    let apart = true;
    for (const child of parent.children) {
      if (typeof child === 'string') continue;
      const found = this.block(child);
      if (found.length === 0 && child.name === 'w:p') apart = true;
      for (const draft of found) {
        drafts.push(apart && !draft.apart ? { ...draft, apart } : draft);
        apart = false;
      }
    }
    return drafts;
  }

  private block(element: XmlElement): DraftBlock[] {
    if (element.name === 'w:p') return this.paragraph(element);
    if (element.name === 'w:tbl') return this.table(element);
    if (TRANSPARENT.has(element.name)) return this.blocks(element);
    return [];
  }

  private paragraph(element: XmlElement): DraftBlock[] {
    const properties = childNamed(element, 'w:pPr');
    const styleId = childNamed(properties, 'w:pStyle')?.attributes['w:val'];
    const style = this.styles.of(styleId);
    const facts: RunFacts = { text: '', boxes: [], bold: 0, size: 0 };
    this.runs(element, facts, { hidden: style.hidden ?? false, bold: style.bold ?? false, size: style.size });
    const boxes = facts.boxes.flatMap((box) => this.blocks(box));
    const numbering = childNamed(properties, 'w:numPr');
    const number = childNamed(numbering, 'w:numId')?.attributes['w:val'];
    const level = childNamed(numbering, 'w:ilvl')?.attributes['w:val'];
    const listed = number === undefined ? style.list === true : this.styles.isList(number, level);
    const size = (facts.size || this.styles.bodySize) / this.styles.bodySize;
    const allBold = facts.text.trim() !== '' && facts.bold >= facts.text.replace(/\s/g, '').length;
    const outlined = childNamed(properties, 'w:outlineLvl') !== undefined;
    const look = `${styleId ?? ''} ${size.toFixed(1)} ${allBold} ${facts.text.toUpperCase() === facts.text}`;
    // A break of a line inside a paragraph ends what is one block for a reader.
    const lines = facts.text.split('\n').filter((line) => line.trim() !== '');
    const own = lines.map((line, at): DraftBlock => {
      const mark = BULLET_START.exec(line.trimStart());
      const bullet = (listed && at === 0 && style.heading !== true) || mark !== null;
      const heading = style.heading === true || outlined || (size >= 1.15 && line.length <= 60);
      return {
        kind: bullet ? 'bullet' : heading ? 'heading' : line.trim().includes('\t') ? 'row' : 'paragraph',
        text: mark === null ? line : line.trimStart().slice(mark[0].length),
        page: null,
        size: Math.round(size * 100) / 100,
        look,
        apart: at === 0 && heading,
      };
    });
    return [...own, ...boxes];
  }

  private runs(parent: XmlElement, facts: RunFacts, style: LetterStyle): void {
    for (const child of parent.children) {
      if (typeof child === 'string') continue;
      if (child.name === 'w:r') this.run(child, facts, style);
      else if (child.name === 'w:hyperlink') {
        const id = child.attributes['r:id'];
        if (id !== undefined) this.linked.push(id);
        this.runs(child, facts, style);
      } else if (TRANSPARENT.has(child.name)) this.runs(child, facts, style);
    }
  }

  private run(element: XmlElement, facts: RunFacts, paragraph: LetterStyle): void {
    const properties = childNamed(element, 'w:rPr');
    const style = this.styles.of(childNamed(properties, 'w:rStyle')?.attributes['w:val']);
    const size = sizeOf(properties) ?? style.size ?? paragraph.size;
    const hidden = flag(properties, 'w:vanish') ?? style.hidden ?? paragraph.hidden;
    const bold = flag(properties, 'w:b') ?? style.bold ?? paragraph.bold;
    const text = this.content(element, facts);
    if (hidden || (size !== null && size < SMALLEST)) {
      this.hidden ||= text.trim() !== '';
      return;
    }
    this.characters += text.length;
    if (this.characters > this.limits.characters) throw tooMuchText(this.limits.characters);
    facts.text += text;
    if (bold) facts.bold += text.replace(/\s/g, '').length;
    if (size !== null && text.trim() !== '') facts.size = Math.max(facts.size, size);
  }

  /** Text of a run; text boxes it anchors are collected. */
  private content(run: XmlElement, facts: RunFacts): string {
    let text = '';
    for (const child of run.children) {
      if (typeof child === 'string') continue;
      if (child.name === 'w:t') text += child.children.filter((one) => typeof one === 'string').join('');
      else if (child.name === 'w:tab' || child.name === 'w:ptab') text += '\t';
      else if (child.name === 'w:br' || child.name === 'w:cr') text += '\n';
      else if (child.name === 'w:noBreakHyphen') text += '-';
      else if (child.name === 'w:sym') text += symbol(child.attributes['w:char']);
      else if (/^(?:w:drawing|w:pict|w:object|mc:AlternateContent)$/.test(child.name))
        facts.boxes.push(...textBoxes(child));
    }
    return text;
  }

  private table(element: XmlElement): DraftBlock[] {
    const rows = within(element, 'w:tr').map((row) => within(row, 'w:tc').map((cell) => this.blocks(cell)));
    return rows.flatMap((cells) => {
      const filled = cells.filter((cell) => cell.length > 0);
      // A cell with more than a few lines is a column of the page, not a value.
      if (filled.length < 2 || filled.some((cell) => cell.length > 2 || cell.some(({ kind }) => kind === 'bullet')))
        return filled.flatMap((cell) => cell.map((draft, at) => (at === 0 ? { ...draft, apart: true } : draft)));
      const [first] = filled.flat();
      if (first === undefined) return [];
      const text = filled.map((cell) => cell.map((draft) => draft.text.trim()).join(' ')).join('\t');
      return [{ ...first, kind: 'row', text, apart: false }];
    });
  }
}

interface LetterStyle {
  readonly hidden: boolean;
  readonly bold: boolean;
  readonly size: number | null;
}

/** Children of a name, also where content controls stand between. */
function within(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child): XmlElement[] => {
    if (typeof child === 'string') return [];
    if (child.name === name) return [child];
    return TRANSPARENT.has(child.name) ? within(child, name) : [];
  });
}

/** Office writes each text box twice, for new and old readers: the first form that has one counts. */
function textBoxes(element: XmlElement): XmlElement[] {
  if (element.name === 'w:txbxContent') return [element];
  if (element.name === 'mc:AlternateContent') {
    const chosen = childrenNamed(element, 'mc:Choice').flatMap(textBoxes);
    return chosen.length > 0 ? chosen : childrenNamed(element, 'mc:Fallback').flatMap(textBoxes);
  }
  return element.children.flatMap((child) => (typeof child === 'string' ? [] : textBoxes(child)));
}

/** Letters of symbol fonts; those that are no bullets are pictures. */
function symbol(code: string | undefined): string {
  const value = Number.parseInt(code ?? '', 16);
  return [0xf0b7, 0xf0a7, 0xf0d8, 0xf0fc, 0x2022].includes(value) ? '• ' : ' ';
}
