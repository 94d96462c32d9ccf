import type { Node, ParamPattern, PropertyKey } from 'oxc-parser';

/** Adds the names that one node declares or, by assignment to a member, makes. */
export function takeDeclared(names: Set<string>, node: Node): void {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'TSDeclareFunction':
    case 'TSEmptyBodyFunctionExpression':
      if (node.id !== null) names.add(node.id.name);
      for (const param of node.params) takePattern(names, param);
      break;
    case 'VariableDeclarator':
      takePattern(names, node.id);
      break;
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node.id !== null) names.add(node.id.name);
      break;
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
    case 'ImportSpecifier':
      names.add(node.local.name);
      break;
    case 'ExportSpecifier':
      if (node.exported.type === 'Identifier') names.add(node.exported.name);
      break;
    case 'AssignmentExpression':
      if (node.left.type === 'MemberExpression' && !node.left.computed) takeKey(names, node.left.property, false);
      break;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
    case 'TSAbstractMethodDefinition':
    case 'TSAbstractPropertyDefinition':
    case 'TSAbstractAccessorProperty':
      takeKey(names, node.key, node.computed);
      break;
    default:
      takeDeclaredType(names, node);
  }
}

function takeDeclaredType(names: Set<string>, node: Node): void {
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSEnumDeclaration':
    case 'TSImportEqualsDeclaration':
      names.add(node.id.name);
      break;
    case 'TSModuleDeclaration':
      if (node.id.type === 'Identifier') names.add(node.id.name);
      break;
    case 'TSEnumMember':
      takeKey(names, node.id, false);
      break;
    case 'TSPropertySignature':
    case 'TSMethodSignature':
      takeKey(names, node.key, node.computed);
      if (node.type === 'TSMethodSignature') for (const param of node.params) takePattern(names, param);
      break;
    case 'TSFunctionType':
    case 'TSConstructorType':
    case 'TSCallSignatureDeclaration':
    case 'TSConstructSignatureDeclaration':
      for (const param of node.params) takePattern(names, param);
      break;
    default:
  }
}

function takeKey(names: Set<string>, key: PropertyKey, computed: boolean): void {
  if (key.type === 'Literal') {
    if (typeof key.value === 'string') names.add(key.value);
  } else if (!computed && (key.type === 'Identifier' || key.type === 'PrivateIdentifier')) names.add(key.name);
}

function takePattern(names: Set<string>, pattern: ParamPattern): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'AssignmentPattern':
      takePattern(names, pattern.left);
      break;
    case 'RestElement':
      takePattern(names, pattern.argument);
      break;
    case 'TSParameterProperty':
      takePattern(names, pattern.parameter);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) takePattern(names, element);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        takePattern(names, property.type === 'RestElement' ? property.argument : property.value);
      }
      break;
    default:
  }
}
