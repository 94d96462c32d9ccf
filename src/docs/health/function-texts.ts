/** A function as it stands in a file, comments and strings of documentation taken out. */
export interface FunctionText {
  readonly name: string;
  readonly body: string;
}

const PYTHON = /^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)/gm;
const SCRIPT =
  /^([ \t]*)(?:export[ \t]+)?(?:default[ \t]+)?(?:public[ \t]+|private[ \t]+|protected[ \t]+|static[ \t]+|override[ \t]+|readonly[ \t]+|async[ \t]+)*(?:function\b[ \t]*\*?[ \t]*([\w$]+)|(?:const|let|var)[ \t]+([\w$]+)\b[^=\n]*=[ \t]*(?:async[ \t]*)?(?:\(|function|[\w$]+[ \t]*=>)|(?:get[ \t]+|set[ \t]+)?[*#]*([\w$]+)[ \t]*(?:<[^>\n]*>)?\()/gm;

/** Functions of a text by their indentation, private and nested ones too. Good for well laid out code, never fatal. */
export function functionTexts(path: string, text: string): FunctionText[] {
  const isPython = /\.pyi?$/.test(path);
  const plain = withoutComments(text, isPython);
  const found: FunctionText[] = [];
  for (const match of plain.matchAll(isPython ? PYTHON : SCRIPT)) {
    const name = match[2] ?? match[3] ?? match[4] ?? '';
    if (name === '' || RESERVED.has(name)) continue;
    found.push({ name, body: indented(plain, match.index, (match[1] ?? '').length) });
  }
  return found;
}

const RESERVED: ReadonlySet<string> = new Set(
  'if for while switch catch return with super do else function'.split(' '),
);
const LONGEST_BODY = 50_000;

/** From the line at `start` to the last one that is indented deeper, with what closes it. */
function indented(text: string, start: number, depth: number): string {
  let at = text.indexOf('\n', start);
  while (at >= 0 && at - start < LONGEST_BODY) {
    const next = text.indexOf('\n', at + 1);
    const line = text.slice(at + 1, next < 0 ? text.length : next);
    const indent = line.length - line.trimStart().length;
    if (line.trim() !== '' && indent <= depth && !/^\s*[)\]}]/.test(line)) break;
    at = next;
  }
  return text.slice(start, at < 0 ? start + LONGEST_BODY : at);
}

/** Documentation, strings, which stay, and comments: what stands in a string begins neither of the others. */
const PYTHON_PIECES =
  /^[ \t]*[rRbBuU]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?''')|("""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"|'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*')|(?<=^|\s)#[^\n]*/gm;
const OTHER_PIECES =
  /("[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"|'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*')|\/\*[\s\S]*?\*\/|(?<=^|[\s;{}()])\/\/[^\n]*/gm;

/** The text with comments and documentation blanked; lines keep their numbers. */
export function withoutComments(text: string, isPython: boolean): string {
  return text.replace(isPython ? PYTHON_PIECES : OTHER_PIECES, (piece: string, kept?: string) =>
    kept === undefined ? piece.replace(/[^\n]/g, ' ') : piece,
  );
}
