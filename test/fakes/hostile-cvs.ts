import { randomBytes } from 'node:crypto';
import type { CvRefusalReason } from '../../src/cv/engine/reading/refusal.ts';
import { docx, docxEntries, paragraph, relations, wordPart, type ZipEntry, zip } from './cv-files.ts';
import { hostilePdfs } from './hostile-pdfs.ts';

/** A file nobody should have to read, with the ways reading it may end. */
export interface HostileCv {
  readonly name: string;
  readonly bytes: Buffer;
  readonly ends: readonly ('read' | CvRefusalReason)[];
}

const BODY = paragraph('Ada Example builds services in TypeScript.');
const main = (content: string): ZipEntry => ({ name: 'word/document.xml', content });
const part = (name: string, content: string): ZipEntry => ({ name, content });
const nested = (open: string, inside: string, close: string, times: number) =>
  open.repeat(times) + inside + close.repeat(times);

/** Everything hostile, PDF, DOCX and others. */
export async function hostileCvs(): Promise<HostileCv[]> {
  return [...(await hostilePdfs()), ...hostileArchives(), ...hostileDocuments(), ...otherFormats(), ...hostileTexts()];
}

function hostileArchives(): HostileCv[] {
  const whole = docx(BODY);
  const spaces = Buffer.alloc(60 * 1024 * 1024, ' ');
  const many = Array.from({ length: 600 }, (_, at) => part(`word/part${at}.xml`, '<a/>'));
  const layers = Array.from(
    { length: 40 },
    (_, at): ZipEntry => ({
      name: `word/layer${at}.xml`,
      content: '',
      claimed: { dataOf: 0 },
    }),
  );
  const noise = randomBytes(1024 * 1024 + 400_000);
  const counted = zip(docxEntries(BODY));
  counted.writeUInt16LE(65_000, counted.length - 12);
  return [
    { name: 'a DOCX that unpacks to 60 MB', bytes: docx(BODY, [main(spaces.toString('latin1'))]), ends: ['zip-bomb'] },
    { name: 'a DOCX of 600 parts', bytes: docx(BODY, many), ends: ['zip-bomb'] },
    {
      name: 'a DOCX whose directory claims less than it unpacks to',
      bytes: zip(docxEntries(BODY, [{ ...main(' '.repeat(9_000_000)), claimed: { unpacked: 100 } }])),
      ends: ['damaged', 'zip-bomb'],
    },
    {
      name: 'an archive whose entries share the same data',
      bytes: zip([{ name: 'word/media.bin', content: noise }, ...layers, ...docxEntries(BODY)]),
      ends: ['zip-bomb'],
    },
    { name: 'an archive that counts its entries wrongly', bytes: counted, ends: ['zip-bomb', 'damaged', 'read'] },
    { name: 'half a DOCX', bytes: whole.subarray(0, Math.floor(whole.length / 2)), ends: ['damaged'] },
    { name: 'the first bytes of an archive', bytes: Buffer.from('PK\x03\x04'), ends: ['damaged'] },
    { name: 'an archive of nothing', bytes: zip([]), ends: ['damaged'] },
    {
      name: 'a DOCX in an encrypted archive',
      bytes: zip(docxEntries(BODY).map((entry) => ({ ...entry, claimed: { encrypted: true } }))),
      ends: ['encrypted'],
    },
    {
      name: 'names that lead out of the archive',
      bytes: docx(BODY, [part('../../etc/passwd', 'x'), part('/etc/shadow', 'x')]),
      ends: ['damaged', 'read'],
    },
    { name: 'an archive of something else', bytes: zip([part('notes.md', 'Hello')]), ends: ['unsupported'] },
  ];
}

/** Runs that do not pack so well that it gives them away. */
function numbered(runs: number): string {
  return Array.from({ length: runs }, () => `<w:r><w:t>${randomBytes(6).toString('base64')}</w:t></w:r>`).join('');
}

function hostileDocuments(): HostileCv[] {
  const laughs = Array.from({ length: 10 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  const doctype = (inside: string, use: string) =>
    `<?xml version="1.0"?><!DOCTYPE w:document [${inside}]><w:document><w:body><w:p><w:r><w:t>${use}</w:t></w:r></w:p></w:body></w:document>`;
  const table = (inside: string, times: number) =>
    nested('<w:tbl><w:tr><w:tc>', inside, '</w:tc></w:tr></w:tbl>', times);
  const loops = [
    part(
      'word/_rels/document.xml.rels',
      relations([
        ['r1', 'styles', 'styles.xml'],
        ['r2', 'header', '../../../../etc/passwd'],
        ['r3', 'header', 'document.xml'],
      ]),
    ),
    part(
      'word/styles.xml',
      wordPart(
        'styles',
        '<w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style>',
      ),
    ),
  ];
  return [
    {
      name: 'XML whose entities multiply',
      bytes: docx(BODY, [main(doctype(`<!ENTITY l0 "lol">${laughs}`, '&l10;'))]),
      ends: ['damaged'],
    },
    {
      name: 'XML that asks for a file of the server',
      bytes: docx(BODY, [main(doctype('<!ENTITY f SYSTEM "file:///etc/passwd">', '&f;'))]),
      ends: ['damaged'],
    },
    { name: 'tables a hundred thousand deep', bytes: docx(table(BODY, 100_000)), ends: ['damaged', 'zip-bomb'] },
    { name: 'tables twenty deep', bytes: docx(table(BODY, 20)), ends: ['read'] },
    {
      name: 'a document without its text',
      bytes: zip(docxEntries('').filter(({ name }) => name !== 'word/document.xml')),
      ends: ['damaged'],
    },
    {
      name: 'a document whose XML breaks off',
      bytes: docx(BODY, [main('<w:document><w:body><w:p><w:r><w:t>Ada')]),
      ends: ['damaged', 'read', 'empty'],
    },
    { name: 'a document that is no XML', bytes: docx(BODY, [main('Ada Example')]), ends: ['damaged'] },
    {
      name: 'styles and headers that go in circles',
      bytes: docx(paragraph('Ada Example', '<w:pPr><w:pStyle w:val="A"/></w:pPr>'), loops),
      ends: ['read', 'damaged'],
    },
    { name: 'an empty document', bytes: docx(''), ends: ['empty'] },
    {
      name: 'elements and attributes named like the insides of objects',
      bytes: docx(
        `<__proto__ w:x="1"><constructor/></__proto__><w:p __proto__="1" constructor="2"><w:r><w:t>Ada Example</w:t></w:r></w:p>`,
      ),
      ends: ['read', 'damaged'],
    },
    {
      name: 'a document of a hundred thousand runs',
      bytes: docx(`<w:p>${numbered(100_000)}</w:p>`),
      ends: ['too-much-text', 'timed-out', 'out-of-memory'],
    },
    {
      name: 'a million letters by their numbers',
      bytes: docx(paragraph('&#65;'.repeat(1_000_000))),
      ends: ['damaged', 'too-much-text', 'timed-out', 'zip-bomb'],
    },
    {
      name: 'a document of nothing but paragraphs',
      bytes: docx('<w:p/>'.repeat(1_000_000)),
      ends: ['empty', 'zip-bomb', 'timed-out', 'out-of-memory'],
    },
  ];
}

function otherFormats(): HostileCv[] {
  const bytes = (latin1: string) => Buffer.from(latin1, 'latin1');
  const refused = (name: string, content: Buffer): HostileCv => ({ name, bytes: content, ends: ['unsupported'] });
  const ole = bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1');
  const archive = (name: string) => zip([part('[Content_Types].xml', '<Types/>'), part(name, '<a/>')]);
  const password = Buffer.concat([ole, Buffer.alloc(2000), Buffer.from('EncryptedPackage', 'utf16le')]);
  return [
    refused('a JPEG image', bytes('\xff\xd8\xff\xe0\0\x10JFIF')),
    refused('a PNG image', bytes('\x89PNG\r\n\x1a\n\0\0')),
    refused('an RTF document', bytes('{\\rtf1\\ansi Ada}')),
    refused('a document of Word 97', Buffer.concat([ole, Buffer.alloc(2000)])),
    refused('a web page', bytes('<!DOCTYPE html><html><body>Ada</body></html>')),
    refused('an ODT', zip([part('mimetype', 'application/vnd.oasis.opendocument.text'), part('content.xml', '<a/>')])),
    refused('a workbook', archive('xl/workbook.xml')),
    refused('a presentation', archive('ppt/presentation.xml')),
    refused('a program', bytes('\x7fELF\x02\x01\x01\0')),
    refused('noise', Buffer.concat([bytes('\x01\x02\0'), randomBytes(50_000)])),
    { name: 'a DOCX that asks for a password', bytes: password, ends: ['encrypted'] },
    { name: 'a file larger than 10 MB', bytes: Buffer.alloc(10 * 1024 * 1024 + 1, 'a'), ends: ['too-large'] },
  ];
}

function hostileTexts(): HostileCv[] {
  const text = (name: string, content: string | Buffer, ...ends: HostileCv['ends']): HostileCv => ({
    name,
    bytes: Buffer.from(content),
    ends,
  });
  const long = (piece: string) => piece.repeat(Math.floor(190_000 / piece.length));
  return [
    text('nothing', '', 'empty'),
    text('spaces only', ' \n\t '.repeat(500), 'empty'),
    text('a byte order mark only', '\ufeff', 'empty'),
    text('zeros only', Buffer.alloc(5000), 'unsupported', 'empty'),
    text('half of a UTF-16 letter', Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x00, 0xd8, 0x42]), 'read', 'unsupported'),
    text('more text than any CV', 'Ada builds services. '.repeat(20_000), 'too-much-text'),
    ...[
      'a',
      'a ',
      'A ',
      '1 ',
      '9'.repeat(30),
      '-',
      'a-',
      'A-a ',
      'Jan ',
      '2019 - ',
      '2019 - 2020\n',
      'Engineer, ',
      'a.',
      'a@',
      'a@a.',
      'http://',
      'www.a.',
      '(',
      '+49 ',
      '\t',
      ' . ',
      '• ',
      'Skills: ',
      'Skills\n',
      'English ',
      'Engineer at A, ',
      '\n\nA\n',
      'é\u0301',
      'Experience\nEngineer\nExample Inc\n2019 - 2020\n',
      'Berlin, ',
      '**a',
      '10115 A',
      '–',
      '|',
      'Dr. ',
      "A'",
    ].map((piece) => text(`nothing but ${JSON.stringify(piece)}`, long(piece), 'read', 'empty', 'timed-out')),
  ];
}
