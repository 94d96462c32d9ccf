import { CvUnreadable } from './refusal.ts';

/** What the first bytes say a file is. `zip` needs a look at its directory. */
export type CvContainer = 'pdf' | 'zip' | 'text';

/** How far into the file readers of PDF look for its header. */
const PDF_HEADER_WITHIN = 1024;

const SIGNATURES: readonly (readonly [name: string, signature: string, offset?: number])[] = [
  ['an RTF document', '{\\rtf'],
  ['a PNG image', '\x89PNG\r\n\x1a\n'],
  ['a JPEG image', '\xff\xd8\xff'],
  ['a GIF image', 'GIF8'],
  ['a TIFF image', 'II*\0'],
  ['a TIFF image', 'MM\0*'],
  ['a WebP image', 'WEBP', 8],
  ['a HEIC image', 'ftyphei', 4],
  ['a HEIC image', 'ftypmif1', 4],
  ['an AVIF image', 'ftypavif', 4],
  ['an MP4 video', 'ftyp', 4],
  ['a PostScript file', '%!PS'],
  ['a gzip archive', '\x1f\x8b'],
  ['a 7-Zip archive', "7z\xbc\xaf'\x1c"],
  ['a RAR archive', 'Rar!\x1a\x07'],
  ['an xz archive', '\xfd7zXZ\0'],
  ['a bzip2 archive', 'BZh'],
  ['a program', '\x7fELF'],
  ['a program', 'MZ\x90'],
];

/** Tells a file by its content; its name is not asked. Throws CvUnreadable for what is no PDF, DOCX or text. */
export function detectContainer(bytes: Buffer): CvContainer {
  if (bytes.length === 0) throw new CvUnreadable('empty', 'The file is empty');
  const head = bytes.toString('latin1', 0, PDF_HEADER_WITHIN);
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return 'zip';
  for (const [name, signature, offset = 0] of SIGNATURES) {
    if (head.startsWith(signature, offset)) throw unsupported(name);
  }
  if (head.startsWith('BM') && bytes.length > 14 && bytes.readUInt32LE(2) === bytes.length)
    throw unsupported('a BMP image');
  if (head.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) throw oleRefusal(bytes);
  if (head.includes('%PDF-')) return 'pdf';
  if (/^(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b/is.test(head))
    throw unsupported('an HTML page');
  if (/^(?:\xef\xbb\xbf)?\s*<\?xml\b/i.test(head)) throw unsupported('an XML file');
  return 'text';
}

/** The container of Word 97 also holds encrypted DOCX files. */
function oleRefusal(bytes: Buffer): CvUnreadable {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le')))
    return new CvUnreadable(
      'encrypted',
      'The document is protected by a password: remove it and upload the file again',
    );
  return unsupported('a Word 97–2003 document (DOC) or another old Office file');
}

export function unsupported(what: string): CvUnreadable {
  return new CvUnreadable('unsupported', `This is ${what}. Upload the CV as PDF, DOCX or plain text`);
}
