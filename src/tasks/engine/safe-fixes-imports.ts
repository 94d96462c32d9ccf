import { parseSync } from 'oxc-parser';
import { LineIndex } from '../../code/lines.ts';
import type { FixableFile, FixFinding, SafeFix } from './safe-fix.ts';
import type { TextEdit } from './text-edits.ts';

interface Specifier {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly isNamed: boolean;
  readonly finding: FixFinding | null;
}

/**
 * What is certain in a JavaScript or TypeScript file without its linter: imports nobody uses, a debugger left behind.
 */
export function scriptFixes({ path, text, findings }: FixableFile): SafeFix[] {
  const unused = findings.filter(({ rule }) => rule === 'eslint/no-unused-vars');
  const debuggers = findings.filter(({ rule }) => rule === 'eslint/no-debugger');
  return [...debuggers.flatMap((one) => debuggerFix(path, text, one)), ...importFixes(path, text, unused)];
}

/** A `debugger` with a line of its own. */
function debuggerFix(path: string, text: string, finding: FixFinding): SafeFix[] {
  let start = 0;
  for (let line = 1; line < finding.line; line += 1) start = text.indexOf('\n', start) + 1;
  const found = /^[ \t]*debugger;?[ \t]*(?:\r?\n|$)/.exec(text.slice(start));
  if (found === null) return [];
  const edits = [{ start, end: start + found[0].length, text: '' }];
  return [{ path, what: 'removed a `debugger` that was left behind', findings: [finding], edits }];
}

function importFixes(path: string, text: string, unused: readonly FixFinding[]): SafeFix[] {
  if (unused.length === 0) return [];
  const lines = new LineIndex(text);
  const lang = /\.[mc]?jsx?$/.test(path) ? ({ lang: 'jsx' } as const) : {};
  return parseSync(path, text, lang).program.body.flatMap((node): SafeFix[] => {
    if (node.type !== 'ImportDeclaration') return [];
    const specifiers = node.specifiers.map((one): Specifier => {
      const name = one.local.name;
      const line = lines.lineAt(one.local.start);
      const finding = unused.find((said) => said.line === line && said.message.includes(`'${name}'`)) ?? null;
      return { name, start: one.start, end: one.end, isNamed: one.type === 'ImportSpecifier', finding };
    });
    const gone = specifiers.filter(({ finding }) => finding !== null);
    const edits = gone.length === 0 ? null : editsOf(path, text, node, specifiers);
    if (edits === null || edits.some(({ start, end }) => /\/[/*]/.test(text.slice(start, end)))) return [];
    const names = gone.map(({ name }) => `\`${name}\``).join(', ');
    const what = `removed the unused import${gone.length === 1 ? '' : 's'} of ${names}`;
    return [{ path, what, findings: gone.flatMap(({ finding }) => finding ?? []), edits }];
  });
}

/** How the unused ones of a statement are taken out; null where that could change what is run. */
function editsOf(
  path: string,
  text: string,
  statement: { readonly start: number; readonly end: number },
  specifiers: readonly Specifier[],
): TextEdit[] | null {
  if (specifiers.every(({ finding }) => finding !== null)) {
    // TypeScript leaves such a statement out itself; in JavaScript the module it names is run.
    if (!/\.[cm]?tsx?$/.test(path)) return null;
    const end = /^[ \t]*(?:\r?\n)?/.exec(text.slice(statement.end))?.[0].length ?? 0;
    return [{ start: statement.start, end: statement.end + end, text: '' }];
  }
  const named = specifiers.filter(({ isNamed }) => isNamed);
  if (specifiers.some(({ isNamed, finding }) => !isNamed && finding !== null)) return null;
  const lastKept = named.findLastIndex(({ finding }) => finding === null);
  const last = named.at(-1);
  const kept = named[lastKept];
  if (kept === undefined || last === undefined) return null;
  const edits = named.slice(0, lastKept).flatMap((one, at): TextEdit[] => {
    const next = named[at + 1];
    return one.finding === null || next === undefined ? [] : [{ start: one.start, end: next.start, text: '' }];
  });
  if (last !== kept) edits.push({ start: kept.end, end: last.end, text: '' });
  return edits;
}
