import type { Expression, MemberExpression, Node, ObjectExpression } from 'oxc-parser';

/** An expression without what changes only its type or its grouping. */
export function unwrapped(expression: Expression): Expression {
  switch (expression.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ChainExpression':
      return unwrapped(expression.expression);
    default:
      return expression;
  }
}

/** `a.b.c` of member expressions with plain names, or null. */
export function memberPath(expression: Expression): string | null {
  switch (expression.type) {
    case 'Identifier':
      return expression.name;
    case 'ThisExpression':
      return 'this';
    case 'MetaProperty':
      return `${expression.meta.name}.${expression.property.name}`;
    case 'ChainExpression':
      return memberPath(expression.expression);
    case 'MemberExpression': {
      const owner = memberPath(expression.object);
      const name = propertyName(expression);
      return owner === null || name === null ? null : `${owner}.${name}`;
    }
    default:
      return null;
  }
}

/** Name of the property that a member expression reads, when it is written out. */
export function propertyName(member: MemberExpression): string | null {
  if (member.computed) return stringValue(member.property);
  return member.property.type === 'Identifier' ? member.property.name : null;
}

/** Value of a string literal or of a template without expressions, else null. */
export function stringValue(node: Node | null | undefined): string | null {
  if (node === null || node === undefined) return null;
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? null;
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return null;
  const left = stringValue(node.left);
  const right = stringValue(node.right);
  return left === null || right === null ? null : left + right;
}

/** The object literal that an expression is or that a constant of the file holds, or null. */
export function objectLiteral(
  expression: Node | null | undefined,
  constants: ReadonlyMap<string, Expression>,
): ObjectExpression | null {
  if (expression === null || expression === undefined || expression.type === 'SpreadElement') return null;
  if (expression.type === 'ObjectExpression') return expression;
  if (expression.type === 'Identifier') return objectLiteral(constants.get(expression.name), new Map());
  if (expression.type === 'TSAsExpression' || expression.type === 'TSSatisfiesExpression') {
    return objectLiteral(expression.expression, constants);
  }
  return null;
}

/** Properties of an object literal whose keys are written out, in source order. */
export function propertiesOf(object: ObjectExpression): { name: string; value: Expression; start: number }[] {
  return object.properties.flatMap((property) => {
    if (property.type === 'SpreadElement' || property.computed) return [];
    const name = property.key.type === 'Identifier' ? property.key.name : stringValue(property.key);
    return name === null ? [] : [{ name, value: property.value, start: property.start }];
  });
}

/** The value of one property of an object literal, or null. */
export function propertyOf(object: ObjectExpression | null, name: string): Expression | null {
  return object === null ? null : (propertiesOf(object).find((property) => property.name === name)?.value ?? null);
}
