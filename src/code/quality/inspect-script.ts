import type { Comment, ParseResult, Program } from 'oxc-parser';
import { LineIndex } from '../lines.ts';
import { commentedCode } from './commented-code.ts';
import { measureFunctions } from './complexity.ts';
import type { FileFacts, LoneName } from './file-facts.ts';
import type { RuleHit } from './rule-hit.ts';
import { scriptFlow } from './script-flow.ts';
import { type PrivateMember, ScriptRules } from './script-rules.ts';
import { type ClassSize, sizeHits } from './size-rules.ts';
import { scriptSuppressions } from './suppressions.ts';

/** What a JavaScript or TypeScript file gives but for its public symbols. Throws where its nesting passes the stack. */
export function inspectScript(
  text: string,
  { program, comments }: ParseResult,
): Omit<FileFacts, 'publicSymbols' | 'documentedSymbols' | 'problem'> {
  const lines = new LineIndex(text);
  const rules = new ScriptRules(text, lines);
  const classes: ClassSize[] = [];
  const flow = scriptFlow(
    {
      text,
      lines,
      visit: (node) => {
        rules.look(node);
        if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return;
        const methods = node.body.body.filter(({ type }) => type === 'MethodDefinition').length;
        classes.push({ name: node.id?.name ?? 'class', line: lines.lineAt(node.start), methods });
      },
    },
    program,
  );
  const functions = measureFunctions(flow);
  const codeLines = countCode(text, comments);
  const silenced = scriptSuppressions(
    comments.map(({ value, start, end }) => ({ text: value, line: lines.lineAt(start), endLine: lines.lineAt(end) })),
  );
  const words = wordsOf(text);
  const heard = ({ rule, line }: { rule: string; line: number }) => !silenced.covers(rule, line);
  const unused = rules.privateMembers.filter(({ name }) => words.get(name) === 1);
  return {
    codeLines,
    functions: functions.map(({ cyclomatic, cognitive }) => [cyclomatic, cognitive ?? -1]),
    hits: [...rules.hits, ...unused.map(unusedHit), ...commentedCode(text, comments, lines)].filter(heard),
    sizes: sizeHits({ functions, classes, codeLines }).filter(heard),
    privates: [],
    exported: exportedNames(program, lines).filter(
      ({ name, line }) => words.get(name) === 1 && !silenced.covers('unused-export', line),
    ),
    mentions: [...words.keys()].join(' '),
  };
}

function unusedHit({ name, line, column }: PrivateMember): RuleHit {
  const message = `The private member \`${name}\` is never used.`;
  const place = { line, column, endLine: line, subject: name };
  return { rule: 'unused-private', severity: 'low', message, suggestion: 'Remove it.', ...place };
}

/** Functions, classes and constants that a module exports by name where it declares them. */
function exportedNames(program: Program, lines: LineIndex): LoneName[] {
  return program.body.flatMap((statement): LoneName[] => {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) return [];
    const { declaration } = statement;
    const at = { line: lines.lineAt(statement.start), column: null };
    if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
      const kind = declaration.type === 'ClassDeclaration' ? 'class' : 'function';
      return declaration.id === null ? [] : [{ name: declaration.id.name, kind, ...at }];
    }
    if (declaration.type !== 'VariableDeclaration') return [];
    return declaration.declarations.flatMap(({ id }) =>
      id.type === 'Identifier' ? [{ name: id.name, kind: 'constant', ...at }] : [],
    );
  });
}

/** How often each identifier is there, comments and strings counted: what is only spoken of may be reached by name. */
function wordsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.match(/[A-Za-z_$][\w$]*/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Lines that hold more than comments and white space. */
function countCode(text: string, comments: readonly Comment[]): number {
  let code = '';
  let at = 0;
  for (const { start, end } of comments) {
    code += text.slice(at, start) + text.slice(start, end).replace(/[^\n]+/g, '');
    at = end;
  }
  return (code + text.slice(at)).split('\n').filter((line) => line.trim() !== '').length;
}
