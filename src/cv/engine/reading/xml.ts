import { XMLParser } from 'fast-xml-parser';
import { damaged } from './refusal.ts';

/** An element; `children` holds elements and text in document order. */
export interface XmlElement {
  /** With its prefix, as Office writes it: `w:p`. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/** Tables in text boxes in tables reach some forty levels. */
const DEEPEST = 256;
const ATTRIBUTES = ':@';
const TEXT = '#text';

/**
 * Parses a part of an Office document. Throws CvUnreadable for broken XML, too deep XML and any DTD: Office writes
 * none.
 */
export function parseXml(bytes: Buffer): XmlElement {
  const text = bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw damaged('document');
  try {
    const parser = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: '',
      parseTagValue: false,
      parseAttributeValue: false,
      trimValues: false,
      ignoreDeclaration: true,
      ignorePiTags: true,
      maxNestedTags: DEEPEST,
      // For numeric references; names of entities are only XML's own, as there is no DTD.
      htmlEntities: true,
      processEntities: { enabled: true, maxTotalExpansions: 1_000_000, maxExpandedLength: 10_000_000 },
    });
    const nodes: unknown = parser.parse(text);
    const root = childrenOf(nodes).find((node) => typeof node !== 'string');
    if (root === undefined || typeof root === 'string') throw damaged('document');
    return root;
  } catch {
    throw damaged('document');
  }
}

function childrenOf(nodes: unknown): (XmlElement | string)[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown): (XmlElement | string)[] => {
    if (typeof node !== 'object' || node === null) return [];
    const entry = Object.entries(node).find(([key]) => key !== ATTRIBUTES);
    if (entry === undefined) return [];
    const [name, content]: [string, unknown] = entry;
    if (name === TEXT) return [String(content)];
    const attributes: unknown = ATTRIBUTES in node ? node[ATTRIBUTES] : null;
    return [{ name, attributes: attributesOf(attributes), children: childrenOf(content) }];
  });
}

function attributesOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
}

/** Elements of a name right below. */
export function childrenNamed(element: XmlElement | undefined, name: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (child): child is XmlElement => typeof child !== 'string' && child.name === name,
  );
}

/** The first of them. */
export function childNamed(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return childrenNamed(element, name)[0];
}
