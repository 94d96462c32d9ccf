import type { Expression, Program } from 'oxc-parser';
import type { LineIndex } from '../lines.ts';
import type { CodeLines } from './code-lines.ts';
import { fieldOf, type PythonNode } from './python-nodes.ts';

/** A table of fewer lines is a part of the code that uses it. */
const LEAST_LINES = 100;
const HOLDS_CODE = /=>|\bfunction\b\s*\*?\s*[\w$]*\s*\(|\bclass\b[^'"`\n]*\{|\)\s*\{/;

/** Lines of code in what a JavaScript or TypeScript file only lists: long literals at its top that hold no function. */
export function scriptTableLines(text: string, program: Program, lines: LineIndex, code: CodeLines): number {
  return program.body.flatMap(tablesOf).reduce((sum, { start, end }) => {
    const count = code.between(lines.lineAt(start), lines.lineAt(end - 1));
    return count < LEAST_LINES || HOLDS_CODE.test(text.slice(start, end)) ? sum : sum + count;
  }, 0);
}

function tablesOf(statement: Program['body'][number]): Expression[] {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { declaration } = statement;
    return declaration.type === 'ObjectExpression' || declaration.type === 'ArrayExpression' ? [declaration] : [];
  }
  const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declared?.type === 'VariableDeclaration') return declared.declarations.flatMap(({ init }) => literalOf(init));
  if (declared?.type !== 'ExpressionStatement' || declared.expression.type !== 'AssignmentExpression') return [];
  return literalOf(declared.expression.right);
}

/** An expression that lists values: an object, an array, or a map or set that is made of one. */
function literalOf(node: Expression | null): Expression[] {
  switch (node?.type) {
    case 'ObjectExpression':
    case 'ArrayExpression':
      return [node];
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return literalOf(node.expression);
    case 'NewExpression':
    case 'CallExpression': {
      const [first, second] = node.arguments;
      return first === undefined || first.type === 'SpreadElement' || second !== undefined ? [] : literalOf(first);
    }
    default:
      return [];
  }
}

/** The same of a Python file. */
export function pythonTableLines(text: string, root: PythonNode, code: CodeLines): number {
  return root.children.reduce((sum, statement) => {
    const assigned = statement.type === 'expression_statement' ? statement.children[0] : undefined;
    const value = assigned?.type === 'assignment' ? fieldOf(assigned, 'right') : null;
    if (value === null || !/^(?:dictionary|list|set|tuple)$/.test(value.type)) return sum;
    const count = code.between(value.line, value.endLine);
    return count < LEAST_LINES || /\blambda\b/.test(text.slice(value.start, value.end)) ? sum : sum + count;
  }, 0);
}
