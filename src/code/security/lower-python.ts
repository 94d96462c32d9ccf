import type { Node } from 'web-tree-sitter';
import { children } from '../syntax-tree.ts';
import { lowerParameters, lowerPythonExpression, lowerPythonTarget } from './lower-python-expression.ts';
import { type Expression, type FunctionExpression, raisedName, type Statement } from './syntax.ts';

/** The statements of a module or a block of Python in the common shape. */
export function lowerPython(block: Node | null): Statement[] {
  return block === null ? [] : children(block).flatMap(lowerStatement);
}

function lowerStatement(node: Node): Statement[] {
  switch (node.type) {
    case 'expression_statement':
      return children(node).flatMap((one): Statement[] =>
        one.type === 'comment' ? [] : [{ kind: 'do', value: lowerPythonExpression(one) }],
      );
    case 'return_statement':
      return [{ kind: 'return', value: optional(node.firstNamedChild) }];
    case 'raise_statement':
      return [{ kind: 'leave', value: optional(node.firstNamedChild) }];
    case 'break_statement':
    case 'continue_statement':
      return [{ kind: 'leave', value: null }];
    case 'if_statement':
      return [lowerIf(node)];
    case 'for_statement':
    case 'while_statement':
      return lowerLoop(node);
    case 'try_statement':
      return [{ kind: 'block', body: lowerPython(node.childForFieldName('body')) }, ...clauses(node)];
    case 'with_statement':
      return [...lowerWith(node), ...lowerPython(node.childForFieldName('body'))];
    case 'function_definition':
      return [{ kind: 'function', made: lowerFunction(node, []) }];
    case 'decorated_definition':
      return lowerDecorated(node);
    case 'class_definition':
      return [lowerClass(node)];
    case 'import_statement':
    case 'import_from_statement':
      return lowerImport(node);
    case 'match_statement':
      return children(node.childForFieldName('body') ?? node).flatMap((one) =>
        one.type === 'case_clause' ? [lowerCase(one, node.childForFieldName('subject'))] : [],
      );
    case 'assert_statement':
    case 'delete_statement':
    case 'print_statement':
    case 'exec_statement':
      return children(node).map((one) => ({ kind: 'do', value: lowerPythonExpression(one) }));
    default:
      return [];
  }
}

/** `case "a" | "b":` is taken where the subject is one of these; of any other pattern nothing is known. */
function lowerCase(node: Node, subject: Node | null): Statement {
  const body = lowerPython(node.childForFieldName('consequence'));
  const [pattern, ...others] = children(node).filter(({ type }) => type === 'case_pattern');
  const inner = pattern?.namedChild(0) ?? null;
  const choices = inner?.type === 'union_pattern' ? children(inner) : inner === null ? [] : [inner];
  const isFixed =
    others.length === 0 && choices.length > 0 && choices.every(({ type }) => /^(?:string|integer)$/.test(type));
  if (!isFixed || subject === null) return block(body);
  const { startIndex: start, endIndex: end } = node;
  const [first, ...rest] = choices.map(
    (one): Expression => ({
      kind: 'compare',
      operator: '==',
      left: lowerPythonExpression(subject),
      right: lowerPythonExpression(one),
      start,
      end,
    }),
  );
  if (first === undefined) return block(body);
  const test = rest.reduce(
    (left, right): Expression => ({ kind: 'logic', operator: 'or', left, right, start, end }),
    first,
  );
  return { kind: 'if', test, yes: body, no: [] };
}

function lowerLoop(node: Node): Statement[] {
  if (node.type === 'for_statement') {
    const target = lowerPythonTarget(node.childForFieldName('left'));
    const over = optional(node.childForFieldName('right'));
    const body = lowerPython(node.childForFieldName('body'));
    return [{ kind: 'loop', target, over, test: null, body }, ...clauses(node)];
  }
  const test = optional(node.childForFieldName('condition'));
  const body = lowerPython(node.childForFieldName('body'));
  return [{ kind: 'loop', target: { kind: 'nowhere' }, over: null, test, body }, ...clauses(node)];
}

function optional(node: Node | null): Expression | null {
  return node === null || node.type === 'comment' ? null : lowerPythonExpression(node);
}

function block(body: readonly Statement[]): Statement {
  return { kind: 'block', body };
}

/** Blocks of `except`, `else` and `finally`. */
function clauses(node: Node): Statement[] {
  return children(node).flatMap((clause) => {
    if (!/^(?:except_clause|except_group_clause|else_clause|finally_clause)$/.test(clause.type)) return [];
    const inner = clause.childForFieldName('body') ?? children(clause).find(({ type }) => type === 'block') ?? null;
    return [...caught(clause), block(lowerPython(inner))];
  });
}

/** `except ValueError as error:` gives the name what was raised. */
function caught(clause: Node): Statement[] {
  const pattern = children(clause).find(({ type }) => type === 'as_pattern');
  const alias = pattern?.childForFieldName('alias')?.firstNamedChild ?? null;
  if (pattern === undefined || alias?.type !== 'identifier') return [];
  const { startIndex: start, endIndex: end } = pattern;
  const value: Expression = { kind: 'name', name: raisedName(alias.text), start, end };
  return [{ kind: 'do', value: { kind: 'assign', target: lowerPythonTarget(alias), value, adds: false, start, end } }];
}

function lowerIf(node: Node): Statement {
  const alternatives = node.childrenForFieldName('alternative').filter((one) => one !== null);
  let no: Statement[] = [];
  for (const one of alternatives.toReversed()) {
    no = one.type === 'elif_clause' ? [ifOf(one, no)] : lowerPython(one.childForFieldName('body'));
  }
  return ifOf(node, no);
}

function ifOf(node: Node, no: readonly Statement[]): Statement {
  const condition = node.childForFieldName('condition');
  const yes = lowerPython(node.childForFieldName('consequence'));
  return condition === null ? block(yes) : { kind: 'if', test: lowerPythonExpression(condition), yes, no };
}

function lowerWith(node: Node): Statement[] {
  const clause = children(node).find(({ type }) => type === 'with_clause');
  return children(clause ?? node).flatMap((item): Statement[] => {
    const value = item.type === 'with_item' ? item.childForFieldName('value') : null;
    return value === null ? [] : [{ kind: 'do', value: lowerPythonExpression(value) }];
  });
}

function lowerDecorated(node: Node): Statement[] {
  const definition = node.childForFieldName('definition');
  if (definition === null) return [];
  if (definition.type === 'class_definition') return [lowerClass(definition)];
  const decorators = children(node).flatMap((one) => {
    const inner = one.type === 'decorator' ? one.firstNamedChild : null;
    return inner === null ? [] : [lowerPythonExpression(inner)];
  });
  return [{ kind: 'function', made: lowerFunction(definition, decorators) }];
}

function lowerFunction(node: Node, decorators: readonly Expression[]): FunctionExpression {
  return {
    kind: 'function',
    name: node.childForFieldName('name')?.text ?? null,
    parameters: lowerParameters(node.childForFieldName('parameters')),
    body: lowerPython(node.childForFieldName('body')),
    decorators,
    isMethod: false,
    start: node.startIndex,
    end: node.endIndex,
  };
}

function lowerClass(node: Node): Statement {
  const supers = node.childForFieldName('superclasses');
  const bases = (supers === null ? [] : children(supers)).filter(({ type }) => type !== 'keyword_argument');
  const body = lowerPython(node.childForFieldName('body')).map(
    (one): Statement => (one.kind === 'function' ? { kind: 'function', made: { ...one.made, isMethod: true } } : one),
  );
  const name = node.childForFieldName('name')?.text ?? null;
  return { kind: 'class', name, bases: bases.map(lowerPythonExpression), body };
}

function lowerImport(node: Node): Statement[] {
  const from = node.childForFieldName('module_name')?.text ?? null;
  return node.childrenForFieldName('name').flatMap((one): Statement[] => {
    if (one === null) return [];
    const alias = one.childForFieldName('alias')?.text ?? null;
    const name = one.type === 'aliased_import' ? (one.childForFieldName('name')?.text ?? '') : one.text;
    if (from !== null) return [{ kind: 'import', local: alias ?? name, name: `${from}.${name}` }];
    if (alias !== null) return [{ kind: 'import', local: alias, name }];
    const first = name.split('.')[0] ?? name;
    return [{ kind: 'import', local: first, name: first }];
  });
}
