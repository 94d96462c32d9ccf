import { type ParseError, parse as parseJsonc, printParseErrorCode } from 'jsonc-parser';
import { parseSync } from 'oxc-parser';
import { parse as parseToml } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import { withPythonTree } from '../../code/python-grammar.ts';
import { isOneLineAway, isOneSlipAway, isPythonSlip, SlipSearch, scriptDialects } from './block-slips.ts';
import { pythonVariants, scriptVariants } from './block-variants.ts';
import type { CodeBlock, MarkdownDocument } from './markdown-document.ts';
import type { Fault } from './rules.ts';

/** Line of the first thing that is wrong, from 0, and what it is; null for a block that can be read. */
type Trouble = { readonly line: number; readonly message: string } | null;

const LONGEST_BLOCK = 50_000;
const MOST_PARTS = 60;
const NAMES: Readonly<Record<string, string>> = {
  js: 'js',
  javascript: 'js',
  mjs: 'js',
  cjs: 'js',
  node: 'js',
  jsx: 'jsx',
  ts: 'ts',
  typescript: 'ts',
  mts: 'ts',
  tsx: 'tsx',
  py: 'python',
  python: 'python',
  python3: 'python',
  py3: 'python',
  pycon: 'python',
  json: 'json',
  jsonc: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
};
/** Blocks that are meant to be wrong, or are no text of one language. */
const MEANT =
  /^\s*(?:\{[*!%].*[*!%]\}|-{2,}8<-{2,}.*|\.\. \w+::.*)\s*$|\{\{|\{%|\[!code|^\/\/\/ |(?:\/\/|#) ?highlight-|^\s+at .+:\d+|^[✖✓✔→]|❌|✗|SyntaxError|\bsyntax error\b|\binvalid (?:syntax|json|yaml|toml)\b|^[+-] .*\n[+-] |^@@ |^(?:<{7}|={7}|>{7})/im;

/** Code blocks that cannot be read in their language, whatever they are a part of. */
export async function checkBlocks(document: MarkdownDocument): Promise<Fault[]> {
  // What a formatter or a parser once made of a text is shown as it was.
  if (document.isHistory || isMade(document)) return [];
  const found: Fault[] = [];
  const search = new SlipSearch();
  for (const block of document.blocks) {
    const language = Object.hasOwn(NAMES, block.language) ? NAMES[block.language] : undefined;
    if (language === undefined || block.text.trim() === '' || block.text.length > LONGEST_BLOCK) continue;
    if (
      MEANT.test(block.text) ||
      /\b(?:invalid|malformed|broken|incorrect|not valid|wrong|syntax error|can(?:no|')t|not (?:be|yet|supported|allowed)|unsupported|fails?|throws?|errors?)\b/i.test(
        block.before,
      ) ||
      /\b(?:diff|skip|ignore|fails?|pseudo\w*|no-?(?:test|run|transpile|check)|signature)\b/i.test(block.info)
    )
      continue;
    if (isNotation(language, block.text)) continue;
    const trouble = await troubleOf(language, block, search);
    if (trouble === null) continue;
    found.push({
      rule: 'docs/unparsable-code',
      file: document.path,
      line: block.textLine + trouble.line,
      column: 1,
      message: `The ${block.language} block cannot be parsed: ${trouble.message}.`,
      suggestion: null,
      subject: `${block.language} ${(block.text.split('\n')[trouble.line] ?? '').trim()}`,
      shapes: [`${block.language} blocks of ${document.path}`],
    });
  }
  return found;
}

/** Whether a tool made the document of the code: its blocks are signatures in the way of that tool. */
function isMade({ text }: MarkdownDocument): boolean {
  const head = text.slice(0, 600);
  return (
    /^(?:<!--|\[\/\/\]: #).*\b(?:auto(?:matically)?[ -]?generated|generated (?:by|from|with|using|file)|do not edit)\b/im.test(
      head,
    ) || /^(?:Defined in: |\*Defined in |• `)/m.test(text)
  );
}

/**
 * Whether a block shows how something is written instead of code: dots or names in angle brackets stand for something,
 * an argument is marked as optional, JavaScript has types, an address is shown.
 */
function isNotation(language: string, text: string): boolean {
  if (/…|\[\s*\.\.\.|\.\.\.\s*[)\]};,]|[([{,=:]\s*\.\.\.\s*$/m.test(text)) return true;
  // A session, an address, a note that something is not shown.
  if (/^\s*(?:\$|>|%) \w|^\s*(?:javascript|data|https?):|^\s*\((?:truncated|omitted|snip)/im.test(text))
    return language !== 'python' || !/^\s*>>>/m.test(text);
  if (language === 'python') return /<[a-z][\w -]*>/.test(text);
  // A single word is a value or a name that is shown, whatever language is said.
  if (['js', 'jsx', 'ts', 'tsx'].includes(language) && /^\s*[\w.:/@-]+\s*$/.test(text)) return true;
  if (!['js', 'jsx', 'ts', 'tsx'].includes(language)) return /<[a-z][\w -]*>/.test(text);
  return (
    /^\s*\.\.\.\s*$/m.test(text) ||
    /\w\?\s*[),]|\[\s*,\s*\w/.test(text) ||
    /^\s*[\w$.]+(?:<[^\n]*>)?\([^\n]*\w\??:[^\n]*\)\s*(?:=>|:)/m.test(text) ||
    (language.startsWith('js') &&
      /[(,]\s*[a-z]\w*\??:\s*[A-Z]\w*(?:<|\[\]|[,)=])|\b(?:const|let)\s+\w+:\s*\w/.test(text))
  );
}

async function troubleOf(language: string, { text }: CodeBlock, search: SlipSearch): Promise<Trouble> {
  switch (language) {
    case 'json':
      return dataTrouble(text, jsonTrouble);
    case 'yaml':
      return dataTrouble(text, yamlTrouble);
    case 'toml':
      return dataTrouble(text, tomlTrouble);
    case 'python':
      return search.isOver ? null : await pythonTrouble(text, search);
    default:
      return search.isOver ? null : scriptTrouble(text, search);
  }
}

/** Data with one line that is wrong; what more has to go before it can be read is something else than data. */
function dataTrouble(text: string, troubleIn: (text: string) => Trouble): Trouble {
  const trouble = troubleIn(text);
  return trouble !== null && isOneLineAway(text, trouble.line, (rest) => troubleIn(rest) === null) ? trouble : null;
}

function scriptTrouble(text: string, search: SlipSearch): Trouble {
  let first: Trouble = null;
  for (const variant of scriptVariants(text)) {
    for (const file of [...scriptDialects(variant.text), 'block.d.ts']) {
      const [error] = parseSync(file, variant.text).errors.filter(({ severity }) => severity === 'Error');
      if (error === undefined) return null;
      const at = error.labels[0]?.start ?? 0;
      first ??= {
        line: Math.max(0, variant.text.slice(0, at).split('\n').length - 1),
        message: sentence(error.message),
      };
    }
  }
  if (first === null || /adjacent JSX/i.test(first.message) || partsAreWhole(text)) return null;
  return search.note(isOneSlipAway(text)) ? first : null;
}

/** Whether every part of the text, between empty lines, is code of some kind by itself. */
function partsAreWhole(text: string): boolean {
  const parts = text.split(/\n\s*\n/).filter((part) => part.trim() !== '');
  return (
    parts.length > 1 &&
    parts.length <= MOST_PARTS &&
    parts.every((part) =>
      scriptVariants(part).some(({ text: one }) =>
        scriptDialects(one).some((file) => !parseSync(file, one).errors.some(({ severity }) => severity === 'Error')),
      ),
    )
  );
}

async function pythonTrouble(text: string, search: SlipSearch): Promise<Trouble> {
  let first: Trouble = null;
  for (const variant of pythonVariants(text)) {
    const trouble = await withPythonTree(`${variant.text}\n`, (root): Trouble => {
      if (!root.hasError) return null;
      let node = root;
      for (;;) {
        const next = node.children.find(
          (child) => child !== null && (child.hasError || child.isError || child.isMissing),
        );
        if (next === undefined || next === null || node.isError) break;
        node = next;
      }
      return { line: node.startPosition.row, message: 'it is not Python as its grammar has it' };
    });
    if (trouble === null) return null;
    first ??= trouble;
  }
  return first !== null && search.note(await isPythonSlip(text)) ? first : null;
}

/** What stands for something that is left out in data. */
function withoutEllipsis(text: string): string {
  return text
    .replace(/^[ \t]*(?:\/\/[ \t]*)?(?:\.\.\.|…)[ \t]*,?[ \t]*$/gm, '')
    .replace(/(?:,\s*)?(?:\.\.\.|…)(?=\s*[\]}])/g, '')
    .replace(/([[{])\s*(?:\.\.\.|…)\s*,/g, '$1')
    .replace(/(?<=:\s*)(?:\.\.\.|…)/g, 'null');
}

function jsonTrouble(text: string): Trouble {
  let first: Trouble = null;
  const plain = withoutEllipsis(text).replace(
    /(?<=[:[,]\s*)(?:<[\w -]+>|[A-Z][A-Z\d]*(?:_[A-Z\d]+)*(?=\s*[,\]}\n]))/g,
    'null',
  );
  const lines = plain.split('\n').filter((line) => line.trim() !== '');
  const wholes = [plain, `{${plain}\n}`, `[${plain}\n]`];
  const tries = [...wholes.map((one) => [one]), lines, plain.split(/\n\s*\n/), plain.split(/\n(?=[{[])/)];
  for (const parts of tries) {
    let trouble: Trouble = null;
    for (const part of parts) {
      const errors: ParseError[] = [];
      parseJsonc(part, errors, { allowTrailingComma: true, allowEmptyContent: true });
      const [error] = errors;
      // Words without quotes stand for something, and what is wrong around them follows from that.
      if (error !== undefined && printParseErrorCode(error.error) !== 'InvalidSymbol')
        trouble ??= {
          line: Math.max(0, part.slice(0, error.offset).split('\n').length - 1),
          message: 'it is no JSON, not even with comments',
        };
    }
    if (trouble === null) return null;
    // Where the reading of the whole went furthest is what is wrong.
    if (first === null || (parts.length === 1 && trouble.line > first.line)) first = trouble;
  }
  return first;
}

function yamlTrouble(text: string): Trouble {
  // A grammar of what may be written: `[ name: <string> | default = '' ]`.
  if (/<[a-z][\w -]*>|^\s*-?\s*\[ .*|\|\s*default\b/m.test(text)) return null;
  if (/\{\{|\{%|<%|\|\w+\||^\s*[-+] .*\n[-+] /.test(text)) return null;
  const plain = text.replace(/^[ \t]*(?:\[?\.\.\.\]?|…)[ \t]*$/gm, '');
  for (const document of parseAllDocuments(plain, { logLevel: 'silent', uniqueKeys: false })) {
    const [error] = document.errors;
    if (error !== undefined && !/tag|alias|anchor/i.test(error.code))
      return {
        line: Math.max(0, (error.linePos?.[0].line ?? 1) - 1),
        message: sentence(error.message.split('\n')[0]?.replace(/ at line .*$/, '') ?? ''),
      };
  }
  return null;
}

function tomlTrouble(text: string): Trouble {
  const plain = withoutEllipsis(text).replace(/=[ \t]*(?:null\b|\.\.\.|…)/g, '= 0');
  // Values alone are a part of a list.
  const parts = [[plain], plain.split(/\n(?=\s*\[)/), plain.split(/\n\s*\n/), [`_ = [${plain}\n]`]];
  let first: Trouble = null;
  for (const pieces of parts) {
    let trouble: Trouble = null;
    for (const piece of pieces) {
      try {
        parseToml(piece);
      } catch (error) {
        // One of several ways to say the same.
        if (error instanceof Error && /redefine|duplicate/i.test(error.message)) continue;
        const line = error instanceof Error && 'line' in error && typeof error.line === 'number' ? error.line - 1 : 0;
        trouble ??= { line, message: sentence(error instanceof Error ? (error.message.split('\n')[0] ?? '') : '') };
      }
    }
    if (trouble === null) return null;
    first ??= trouble;
  }
  return first;
}

function sentence(message: string): string {
  const plain = message.trim().replace(/[.:]+$/, '');
  return plain === '' ? 'it cannot be read' : `${plain.charAt(0).toLowerCase()}${plain.slice(1)}`;
}
