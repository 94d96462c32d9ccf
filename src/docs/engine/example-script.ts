import { type CallExpression, type Program, parseSync, type Statement } from 'oxc-parser';
import { LineIndex } from '../../code/lines.ts';
import type { TestBody } from './examples.ts';

const TEST_WORDS = /^(?:it|test|specify)$/;
const GROUP_WORDS = /^(?:describe|suite|context)$/;

/** Bodies of the tests of a TypeScript or JavaScript file that stand for themselves. */
export function scriptTests(path: string, text: string): TestBody[] {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) return [];
  const found: TestBody[] = [];
  const lines = new LineIndex(text);
  collect(program.body, declaredIn(program.body), { text, lines, found });
  return found;
}

interface Search {
  readonly text: string;
  readonly lines: LineIndex;
  readonly found: TestBody[];
}

/** `around` are the names that the file or the group of tests declares: a body that needs them is not whole. */
function collect(
  statements: readonly (Program['body'][number] | Statement)[],
  around: readonly string[],
  search: Search,
): void {
  for (const statement of statements) {
    if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'CallExpression') continue;
    const call = statement.expression;
    if (call.callee.type !== 'Identifier') continue;
    const body = callbackOf(call);
    if (body === null) continue;
    const { name } = call.callee;
    if (GROUP_WORDS.test(name)) collect(body.statements, [...around, ...declaredIn(body.statements)], search);
    else if (TEST_WORDS.test(name) && !body.takesArguments) take(call, body, around, search);
  }
}

interface Callback {
  readonly statements: readonly Statement[];
  readonly takesArguments: boolean;
}

function callbackOf(call: CallExpression): Callback | null {
  const last = call.arguments.at(-1);
  if (last?.type !== 'ArrowFunctionExpression' && last?.type !== 'FunctionExpression') return null;
  if (last.body === null) return null;
  const takesArguments = last.params.length > 0;
  if (last.body.type === 'BlockStatement') return { statements: last.body.body, takesArguments };
  return null;
}

function take(call: CallExpression, body: Callback, around: readonly string[], { text, lines, found }: Search): void {
  const [first] = body.statements;
  const last = body.statements.at(-1);
  if (first === undefined || last === undefined) return;
  const start = text.lastIndexOf('\n', first.start) + 1;
  const code = text.slice(start, last.end);
  // A body on one line with its test is cut where the statement begins.
  const whole = text.slice(start, first.start).trim() === '' ? code : text.slice(first.start, last.end);
  const title = call.arguments[0];
  found.push({
    code: whole,
    line: lines.lineAt(first.start),
    endLine: lines.lineAt(last.end),
    title: title?.type === 'Literal' && typeof title.value === 'string' ? title.value : null,
    needs: around,
  });
}

/** Names that statements declare, without those that they import. */
function declaredIn(statements: readonly (Program['body'][number] | Statement)[]): string[] {
  return statements.flatMap((statement): string[] => {
    if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration')
      return statement.id === null ? [] : [statement.id.name];
    if (statement.type !== 'VariableDeclaration') return [];
    return statement.declarations.flatMap(({ id }) => namesOfPattern(id));
  });
}

function namesOfPattern(pattern: { readonly type: string }): string[] {
  // Every identifier of the pattern: a key too many refuses an example, a name too few shows half of one.
  const names: string[] = [];
  JSON.stringify(pattern, (key, value: unknown) => {
    if (key === 'name' && typeof value === 'string') names.push(value);
    return value;
  });
  return names;
}
