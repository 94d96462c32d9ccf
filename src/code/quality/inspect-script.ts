import type { Comment, ParseResult, Program } from 'oxc-parser';
import { LineIndex } from '../lines.ts';
import { CodeLines } from './code-lines.ts';
import { commentedCode } from './commented-code.ts';
import { measureFunctions } from './complexity.ts';
import { scriptTableLines } from './data-tables.ts';
import type { FileFacts, LoneName } from './file-facts.ts';
import { isModule } from './page-scripts.ts';
import type { RuleHit } from './rule-hit.ts';
import { scriptFlow } from './script-flow.ts';
import { type PrivateMember, ScriptRules } from './script-rules.ts';
import { type ClassSize, sizeHits } from './size-rules.ts';
import { scriptSuppressions } from './suppressions.ts';

/** What a JavaScript or TypeScript file gives but for its public symbols. Throws where its nesting passes the stack. */
export function inspectScript(
  text: string,
  { program, comments, module, errors }: ParseResult,
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
  const code = codeLinesOf(text, comments, errors.length > 0);
  const functions = measureFunctions(flow, (from, to) => code.between(from, to));
  const codeLines = code.total;
  const tableLines = scriptTableLines(text, program, lines, code);
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
    sizes: sizeHits({ functions, classes, codeLines, tableLines }).filter(heard),
    privates: [],
    exported: exportedNames(program, lines).filter(
      ({ name, line }) => words.get(name) === 1 && !silenced.covers('unused-export', line),
    ),
    shared: module.hasModuleSyntax || isModule(text) ? null : program.body.flatMap(namesDeclared),
    globals: globalDeclarations(program, module.hasModuleSyntax).flatMap(namesDeclared),
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

type Statement = Program['body'][number];

/** Statements that declare what is there for every file: that a bundler or a runtime puts in. */
function globalDeclarations({ body }: Program, isModule: boolean): Statement[] {
  return body.flatMap((statement) => {
    if (statement.type === 'TSModuleDeclaration' && statement.kind === 'global') return statement.body?.body ?? [];
    return !isModule && 'declare' in statement && statement.declare === true ? [statement] : [];
  });
}

/** Names that a statement at the top of a script declares, or gives to `window`. */
function namesDeclared(statement: Statement): string[] {
  switch (statement.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return statement.id === null ? [] : [statement.id.name];
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
    case 'ExpressionStatement': {
      const left = statement.expression.type === 'AssignmentExpression' ? statement.expression.left : null;
      const isOfWindow =
        left?.type === 'MemberExpression' && left.object.type === 'Identifier' && left.object.name === 'window';
      return isOfWindow && left.property.type === 'Identifier' && !left.computed ? [left.property.name] : [];
    }
    default:
      return [];
  }
}

/** How often each identifier is there, comments and strings counted: what is only spoken of may be reached by name. */
function wordsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.match(/[A-Za-z_$][\w$]*/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Where the parser gave up, it has not seen the comments below: there a line counts as one by how it begins. */
function codeLinesOf(text: string, comments: readonly Comment[], isCutShort: boolean): CodeLines {
  let code = '';
  let at = 0;
  for (const { start, end } of comments) {
    code += text.slice(at, start) + text.slice(start, end).replace(/[^\n]+/g, '');
    at = end;
  }
  const lines = (code + text.slice(at)).split('\n');
  return new CodeLines(isCutShort ? lines.map((line) => (BEGINS_AS_COMMENT.test(line) ? '' : line)) : lines);
}

const BEGINS_AS_COMMENT = /^\s*(?:\/\/|\/\*|\*(?:[\s/]|$))/;
