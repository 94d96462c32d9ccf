import { childNamed, childrenNamed, type XmlElement } from './xml.ts';

/** What a style says of its paragraphs or letters; null where it says nothing. */
export interface DocxStyle {
  readonly heading: boolean | null;
  readonly list: boolean | null;
  readonly hidden: boolean | null;
  readonly bold: boolean | null;
  /** Half points. */
  readonly size: number | null;
}

export interface DocxStyles {
  /** The style of an id with what it inherits. */
  of(id: string | undefined): DocxStyle;
  /** Half points of text without a size of its own. */
  readonly bodySize: number;
  /** Whether a numbering is a list of bullets or numbers that shows a mark. */
  isList(numbering: string | undefined, level: string | undefined): boolean;
}

const NOTHING: DocxStyle = { heading: null, list: null, hidden: null, bold: null, size: null };
/** Longer chains of styles are loops. */
const LONGEST_CHAIN = 20;

/** Reads styles.xml and numbering.xml; both may be absent. */
export function readStyles(styles: XmlElement | null, numbering: XmlElement | null): DocxStyles {
  const elements = new Map<string, XmlElement>();
  let normal: string | undefined;
  for (const style of childrenNamed(styles ?? undefined, 'w:style')) {
    const id = style.attributes['w:styleId'];
    if (id !== undefined) elements.set(id, style);
    if (style.attributes['w:type'] === 'paragraph' && isOn(style.attributes['w:default'])) normal = id;
  }
  const known = new Map<string, DocxStyle>();
  const of = (id: string | undefined, chain = 0): DocxStyle => {
    const element = id === undefined || chain > LONGEST_CHAIN ? undefined : elements.get(id);
    if (id === undefined || element === undefined) return NOTHING;
    const before = known.get(id);
    if (before !== undefined) return before;
    const style = inherited(ownStyle(element), of(childNamed(element, 'w:basedOn')?.attributes['w:val'], chain + 1));
    known.set(id, style);
    return style;
  };
  const defaults = childNamed(childNamed(styles ?? undefined, 'w:docDefaults'), 'w:rPrDefault');
  const defaultSize = sizeOf(childNamed(defaults, 'w:rPr'));
  const plain = plainLevels(numbering);
  return {
    of,
    bodySize: of(normal).size ?? defaultSize ?? 20,
    isList: (number, level) => number !== undefined && number !== '0' && !plain.has(`${number}/${level ?? '0'}`),
  };
}

function inherited(own: DocxStyle, parent: DocxStyle): DocxStyle {
  return {
    heading: own.heading ?? parent.heading,
    list: own.list ?? parent.list,
    hidden: own.hidden ?? parent.hidden,
    bold: own.bold ?? parent.bold,
    size: own.size ?? parent.size,
  };
}

function ownStyle(element: XmlElement): DocxStyle {
  const name = (childNamed(element, 'w:name')?.attributes['w:val'] ?? '').toLowerCase();
  const paragraph = childNamed(element, 'w:pPr');
  const letters = childNamed(element, 'w:rPr');
  const outline = childNamed(paragraph, 'w:outlineLvl')?.attributes['w:val'];
  const isHeading = /^(?:heading|überschrift|titre|título) ?\d|^(?:title|section)/.test(name);
  return {
    heading: isHeading || (outline !== undefined && Number(outline) < 9) ? true : null,
    list: /^list (?:bullet|number)/.test(name) || childNamed(paragraph, 'w:numPr') !== undefined ? true : null,
    hidden: flag(letters, 'w:vanish'),
    bold: flag(letters, 'w:b'),
    size: sizeOf(letters),
  };
}

/** A switch of a style or run; null when it is not there. */
export function flag(properties: XmlElement | undefined, name: string): boolean | null {
  const element = childNamed(properties, name);
  return element === undefined ? null : isOn(element.attributes['w:val'] ?? '1');
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['0', 'false', 'off', 'none'].includes(value);
}

/** Half points; null when not said. */
export function sizeOf(properties: XmlElement | undefined): number | null {
  const size = Number(childNamed(properties, 'w:sz')?.attributes['w:val']);
  return Number.isFinite(size) && size > 0 ? size : null;
}

/** `number/level` of numberings that show no mark. */
function plainLevels(numbering: XmlElement | null): Set<string> {
  const plain = new Set<string>();
  const abstracts = new Map(
    childrenNamed(numbering ?? undefined, 'w:abstractNum').map((one) => [one.attributes['w:abstractNumId'], one]),
  );
  for (const number of childrenNamed(numbering ?? undefined, 'w:num')) {
    const abstract = abstracts.get(childNamed(number, 'w:abstractNumId')?.attributes['w:val']);
    for (const level of childrenNamed(abstract, 'w:lvl')) {
      if (childNamed(level, 'w:numFmt')?.attributes['w:val'] === 'none')
        plain.add(`${number.attributes['w:numId']}/${level.attributes['w:ilvl']}`);
    }
  }
  return plain;
}
