import { crc32, deflateRawSync } from 'node:zlib';
import PDFDocument from 'pdfkit';

/** One file of an archive; `claimed` overrides what the directory says of it. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer | string;
  readonly claimed?: {
    readonly unpacked?: number;
    readonly encrypted?: boolean;
    /** Takes the place of its own data: the entry points at that of the entry with this number. */
    readonly dataOf?: number;
  };
}

/** A ZIP archive, so that its directory can also lie. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  const places: { offset: number; packed: number; unpacked: number; sum: number }[] = [];
  let offset = 0;
  for (const { name, content, claimed = {} } of entries) {
    const before = claimed.dataOf === undefined ? undefined : places[claimed.dataOf];
    const data = Buffer.from(content);
    const packed = before === undefined ? deflateRawSync(data) : Buffer.alloc(0);
    const place = before ?? { offset, packed: packed.length, unpacked: data.length, sum: crc32(data) };
    places.push(place);
    const title = Buffer.from(name);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(claimed.encrypted === true ? 1 : 0, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(place.sum, 10);
    facts.writeUInt32LE(place.packed, 14);
    facts.writeUInt32LE(claimed.unpacked ?? place.unpacked, 18);
    facts.writeUInt16LE(title.length, 22);
    if (before === undefined) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, title, packed]);
      parts.push(local);
      offset += local.length;
    }
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(place.offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, tail, title);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const NAMESPACES = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${OFFICE}"
  xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
  xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"`;

/** Wraps what stands inside of a part of a Word document. */
export function wordPart(element: string, inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:${element} ${NAMESPACES}>${inside}</w:${element}>`;
}

/** Relations as Office writes them: rows of id, type's last word, target. */
export function relations(rows: readonly (readonly [id: string, type: string, target: string])[]): string {
  const list = rows.map(
    ([id, type, target]) => `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.join('')}</Relationships>`;
}

const TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>';

/** The entries of a DOCX with this body; `more` are further parts, and replace those of their name. */
export function docxEntries(body: string, more: readonly ZipEntry[] = []): ZipEntry[] {
  const own: ZipEntry[] = [
    { name: '[Content_Types].xml', content: TYPES },
    { name: '_rels/.rels', content: relations([['rId1', 'officeDocument', 'word/document.xml']]) },
    { name: 'word/document.xml', content: wordPart('document', `<w:body>${body}</w:body>`) },
  ];
  return [...own.filter(({ name }) => !more.some((one) => one.name === name)), ...more];
}

export function docx(body: string, more: readonly ZipEntry[] = []): Buffer {
  return zip(docxEntries(body, more));
}

/** A paragraph of Word with one run. */
export function paragraph(text: string, properties = ''): string {
  return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

type Drawing = InstanceType<typeof PDFDocument>;

/** A PDF by pdfkit, drawn point by point. */
export async function printedPdf(
  draw: (document: Drawing) => void,
  options: PDFKit.PDFDocumentOptions = {},
): Promise<Buffer> {
  const document = new PDFDocument({ margin: 0, size: 'A4', ...options });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((done) => {
    document.on('end', done);
  });
  draw(document);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** An object of a PDF: its dictionary, and its stream where it has one. */
export interface PdfObject {
  readonly dictionary: string;
  readonly stream?: Buffer | string;
}

/** A PDF of objects numbered from 1 with a true table of them; the first is the catalogue. */
export function rawPdf(objects: readonly (PdfObject | string)[], trailer = ''): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let length = 9;
  const write = (part: Buffer) => {
    parts.push(part);
    length += part.length;
  };
  for (const [at, object] of objects.entries()) {
    const { dictionary, stream } = typeof object === 'string' ? { dictionary: object, stream: undefined } : object;
    offsets.push(length);
    const data = stream === undefined ? null : Buffer.from(stream);
    const whole = data === null ? dictionary : dictionary.replace(/>>$/, `/Length ${data.length}>>`);
    write(Buffer.from(`${at + 1} 0 obj\n${whole}\n`));
    if (data !== null) write(Buffer.concat([Buffer.from('stream\n'), data, Buffer.from('\nendstream\n')]));
    write(Buffer.from('endobj\n'));
  }
  const table = length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  write(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<</Size ${size}/Root 1 0 R${trailer}>>\n`));
  write(Buffer.from(`startxref\n${table}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** A PDF of one page in Helvetica with this content stream; further objects are numbered from 6. */
export function onePagePdf(
  content: Buffer | string,
  { filter = '', font = HELVETICA, page = '', more = [] }: OnePage = {},
): Buffer {
  return rawPdf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</X 6 0 R>>>>${page}>>`,
    { dictionary: `<<${filter}>>`, stream: content },
    font,
    ...more,
  ]);
}

export interface OnePage {
  readonly filter?: string;
  readonly font?: string;
  readonly page?: string;
  readonly more?: readonly (PdfObject | string)[];
}

export const HELVETICA = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>';
