import type { Node } from 'oxc-parser';

/** What a function is called after, and what gives it that name. */
export interface GivenName {
  readonly name: string | null;
  readonly isMember: boolean;
  /** It is given to a variable where that is declared. */
  readonly isVariable: boolean;
}

/** What a function in that field of a node is called after; null where that is nothing. */
export function nameFor(node: Node, key: string): GivenName | null {
  switch (key) {
    case 'init':
      if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier') return null;
      return { name: node.id.name, isMember: false, isVariable: true };
    case 'right':
      return node.type === 'AssignmentExpression'
        ? { name: lastName(node.left), isMember: false, isVariable: false }
        : null;
    case 'value':
      return memberName(node);
    default:
      return null;
  }
}

function memberName(node: Node): GivenName | null {
  switch (node.type) {
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return { name: lastName(node.key), isMember: true, isVariable: false };
    case 'Property':
      return { name: lastName(node.key), isMember: node.method || node.kind !== 'init', isVariable: false };
    default:
      return null;
  }
}

/** The name of what is called, read or assigned, without what it is a member of. */
export function lastName(node: Node): string | null {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  if (node.type === 'MemberExpression') return lastName(node.property);
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}
