import { type Comment, type Node, parseSync } from 'oxc-parser';
import type { LineIndex } from '../lines.ts';
import type { RuleHit } from './rule-hit.ts';

/** Fewer lines are an example, or a sentence that happens to read as code. */
export const LEAST_COMMENTED_LINES = 3;
const MOST_CHARACTERS = 20_000;

/** What a statement of a program is; what prose reads as (a name, a label) is none. */
const STATEMENTS = new Set([
  'VariableDeclaration',
  'IfStatement',
  'ReturnStatement',
  'ForStatement',
  'ForOfStatement',
  'ForInStatement',
  'WhileStatement',
  'TryStatement',
  'ThrowStatement',
  'FunctionDeclaration',
  'ClassDeclaration',
]);

/** Comments of a JavaScript or TypeScript file that are nothing but statements, each run of them once. */
export function commentedCode(text: string, comments: readonly Comment[], lines: LineIndex): RuleHit[] {
  return runsOf(text, comments, lines).flatMap(({ written, line, endLine }): RuleHit[] => {
    if (endLine - line + 1 < LEAST_COMMENTED_LINES || written.length > MOST_CHARACTERS || !isCode(written)) return [];
    const subject = written.trim().replace(/\s+/g, ' ').slice(0, 80);
    const message = `${endLine - line + 1} lines of code are commented out.`;
    const suggestion = 'Remove them: the history keeps what was there.';
    return [{ rule: 'commented-code', severity: 'low', line, column: null, endLine, message, suggestion, subject }];
  });
}

interface Run {
  readonly written: string;
  readonly line: number;
  readonly endLine: number;
}

/** Comments that stand alone on consecutive lines, as one text each. */
function runsOf(text: string, comments: readonly Comment[], lines: LineIndex): Run[] {
  const runs: Run[] = [];
  for (const { type, value, start, end } of comments) {
    const [line, endLine] = [lines.lineAt(start), lines.lineAt(end - 1)];
    const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
    if (before.trim() !== '' || value.startsWith('*') || value.startsWith('/')) continue;
    const last = runs.at(-1);
    if (type === 'Line' && last?.endLine === line - 1) {
      runs[runs.length - 1] = { written: `${last.written}\n${value}`, line: last.line, endLine };
    } else runs.push({ written: value, line, endLine });
  }
  return runs;
}

function isCode(written: string): boolean {
  // Sentences, lists and links end the matter before a parser is asked.
  if (!/[;{}()=]/.test(written) || /https?:\/\/|^[ \t\uFEFF]*(?:@|[-*] )/m.test(written)) return false;
  const parsed = parseSync('a.tsx', `async function* f() {${written}\n}`, { preserveParens: false });
  // Most are prose; their tree is never asked for, as it is made then.
  if (parsed.errors.length > 0) return false;
  const [whole, ...others] = parsed.program.body;
  if (others.length > 0 || whole?.type !== 'FunctionDeclaration') return false;
  const statements = whole.body?.body ?? [];
  if (statements.length === 0 || !statements.every(isStatement)) return false;
  return statements.length >= 2 || statements.some(({ type }) => type !== 'ExpressionStatement');
}

function isStatement(node: Node): boolean {
  if (node.type !== 'ExpressionStatement') return STATEMENTS.has(node.type);
  const { expression } = node;
  const inner = expression.type === 'AwaitExpression' ? expression.argument : expression;
  return /^(?:Call|Assignment|Update|New)Expression$/.test(inner.type);
}
