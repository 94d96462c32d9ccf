/** Ligatures, full and half width forms, mathematical letters used as bold, circled and squared letters. */
const COMPATIBLE =
  /[\ufb00-\ufb06\uff01-\uff5e\uff61-\uff9f\u2460-\u24ff\u3200-\u33ff]|\ud835[\udc00-\udfff]|\ud83c[\udd30-\udd89]/g;
/** Where older fonts, LibreOffice's among them, keep the ligatures fi and fl: in the private use area. */
const PRIVATE_LIGATURES: Readonly<Record<string, string>> = { '\uf001': 'fi', '\uf002': 'fl' };
const PRIVATE_LIGATURE = /(?<=[A-Za-z])[\uf001\uf002]|[\uf001\uf002](?=[a-z])/g;
/** Zero-width characters, soft hyphens, byte order marks, marks of writing direction, variation selectors, tags. */
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]|\u034f|[\ufe00-\ufe0f]|\udb40[\udc00-\udfff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const LINE_BREAK = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufff9-\uffff]/g;
/** Half of a pair: no text, and refused by databases and JSON readers. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** Accents that some TeX fonts set as a character of their own before the letter. */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u00b4': '\u0301',
  '\u00a8': '\u0308',
  '\u02c6': '\u0302',
  '\u02dc': '\u0303',
  '\u02c7': '\u030c',
  '\u00b8': '\u0327',
  '\u02da': '\u030a',
};
const APART_ACCENT = /([\u00b4\u00a8\u02c6\u02dc\u02c7\u00b8\u02da]) ?([A-Za-z\u0131\u0237])/g;

/**
 * Unicode form of text: composed, ligatures and full width forms as plain letters, no zero-width or control characters
 * but tab and line feed. Unlike NFKC it keeps what carries meaning: m², ½, ™ and №. `C＋＋` becomes `C++`, `C♯` `C#`.
 */
export function normaliseText(text: string): string {
  return text
    .replace(LINE_BREAK, '\n')
    .replace(CONTROL, '')
    .replace(INVISIBLE, '')
    .replace(LONE_SURROGATE, '')
    .replace(SPACES, ' ')
    .replace(PRIVATE_LIGATURE, (character) => PRIVATE_LIGATURES[character] ?? character)
    .replace(COMPATIBLE, (character) => character.normalize('NFKC'))
    .replace(/(?<=\b[A-Za-z])\u266f/g, '#')
    .replace(/[\u2010\u2011]/g, '-')
    .replace(APART_ACCENT, (_, accent: string, letter: string) => {
      const plain = letter === '\u0131' ? 'i' : letter === '\u0237' ? 'j' : letter;
      return (plain + (ACCENTS[accent] ?? '')).normalize('NFC');
    })
    .normalize('NFC');
}

/** The same for one block: runs of spaces are one, and tabs have none beside them. */
export function normaliseLine(text: string): string {
  return normaliseText(text)
    .replace(/ {2,}/g, ' ')
    .replace(/ *\t[ \t]*/g, '\t')
    .trim();
}
