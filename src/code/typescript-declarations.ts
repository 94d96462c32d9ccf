import type {
  ArrowFunctionExpression,
  CallExpression,
  Class,
  Expression,
  Function as FunctionNode,
  Span,
  Statement,
  TSEnumDeclaration,
  TSInterfaceDeclaration,
  TSModuleDeclaration,
  TSTypeAliasDeclaration,
  VariableDeclaration,
  VariableDeclarator,
} from 'oxc-parser';
import type { JsDocBlock } from './jsdoc.ts';
import { joinParameters, type SourceSymbol, type SymbolKind } from './symbols.ts';
import { memberPath } from './typescript-expressions.ts';
import { classMembers, enumMembers, interfaceMembers } from './typescript-members.ts';
import type { TypeScriptSource } from './typescript-source.ts';

/** A named declaration at the top of a module, wherever it is exported. */
export interface Declared {
  readonly name: string;
  /** What carries the name; an expression for `export default …` and CommonJS. */
  readonly node:
    | FunctionNode
    | Class
    | TSInterfaceDeclaration
    | TSTypeAliasDeclaration
    | TSEnumDeclaration
    | TSModuleDeclaration
    | VariableDeclarator
    | Expression;
  /** The statement around it, where its comment ends and its lines are counted. */
  readonly statement: Span;
  /** `const`, `let`, `var` for a declarator; empty otherwise. */
  readonly keyword: string;
}

/** Symbol under which others see a declaration, or null when its comment calls it private. */
export function describeDeclared(
  source: TypeScriptSource,
  declared: readonly Declared[],
  name: string,
  isDefault: boolean,
): SourceSymbol | null {
  const public_ = publicSignatures(declared);
  const first = public_[0];
  const last = declared.at(-1);
  if (first === undefined || last === undefined) return null;
  const block = firstDoc(source, declared);
  if (block !== null && isPrivateDoc(block)) return null;
  const parts = public_.map((one) => describeOne(source, one, name));
  const part = parts[0];
  if (part === undefined) return null;
  return {
    ...part,
    name,
    signature: parts.map((one) => one.signature).join('\n'),
    parameters: parts.map((one) => one.parameters).reduce(joinParameters),
    doc: block?.doc ?? null,
    // Overloads have the body of their implementation.
    body: part.body ?? (part.kind === 'function' ? source.body(last.node) : null),
    line: source.lineAt(startOf(first)),
    endLine: source.lineAt(Math.max(last.statement.start, last.statement.end - 1)),
    isDefault,
    isStatic: false,
  };
}

/** Whether the author asked to leave a symbol out of its documentation. */
export function isPrivateDoc(block: JsDocBlock): boolean {
  const tags = block.tags;
  return (
    tags.has('private') || tags.has('internal') || tags.has('hidden') || tags.has('ignore') || tags.has('protected')
  );
}

/** With overloads, the implementation's own signature is not one that callers see. */
function publicSignatures(declared: readonly Declared[]): readonly Declared[] {
  const overloads = declared.filter((one) => one.node.type === 'TSDeclareFunction');
  return overloads.length > 0 ? overloads : declared.slice(0, 1);
}

function firstDoc(source: TypeScriptSource, declared: readonly Declared[]): JsDocBlock | null {
  for (const one of declared) {
    const block = source.docBefore(startOf(one)) ?? source.docBefore(one.statement.start);
    if (block !== null) return block;
  }
  return null;
}

function startOf(declared: Declared): number {
  const decorators = 'decorators' in declared.node ? declared.node.decorators : undefined;
  return Math.min(declared.statement.start, decorators?.[0]?.start ?? declared.statement.start);
}

type Part = Pick<SourceSymbol, 'kind' | 'signature' | 'parameters' | 'returns' | 'members' | 'decorators' | 'body'>;

function part(kind: SymbolKind, signature: string, rest: Partial<Part> = {}): Part {
  return { kind, signature, parameters: [], returns: null, body: null, members: [], decorators: [], ...rest };
}

function describeOne(source: TypeScriptSource, declared: Declared, name: string): Part {
  const { node } = declared;
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'TSDeclareFunction':
    case 'TSEmptyBodyFunctionExpression':
    case 'ArrowFunctionExpression':
      return describeFunction(source, node, node.id === null && name !== 'default' ? `${name} = ` : '');
    case 'ClassDeclaration':
    case 'ClassExpression':
      return describeClass(source, node, '');
    case 'TSInterfaceDeclaration':
      return part('interface', source.slice(node.start, node.body.start), {
        members: interfaceMembers(source, node.body.body),
      });
    case 'TSTypeAliasDeclaration':
      return part('type', source.slice(node.start, node.end).replace(/;$/, ''), {
        members:
          node.typeAnnotation.type === 'TSTypeLiteral' ? interfaceMembers(source, node.typeAnnotation.members) : [],
      });
    case 'TSEnumDeclaration':
      return part('enum', source.slice(node.start, node.body.start), { members: enumMembers(source, node) });
    case 'TSModuleDeclaration':
      return part('namespace', source.slice(node.start, node.body?.start ?? node.end));
    case 'VariableDeclarator':
      return describeVariable(source, node, declared.keyword);
    default:
      return part(declared.keyword === 'const' ? 'constant' : 'variable', `${name} = ${source.value(node)}`);
  }
}

function describeFunction(
  source: TypeScriptSource,
  node: FunctionNode | ArrowFunctionExpression,
  prefix: string,
): Part {
  const arrow = node.type === 'ArrowFunctionExpression';
  const end = node.body?.start ?? node.end;
  const head = withoutBody(source.slice(node.start, end));
  return part('function', `${prefix}${head}${arrow ? ' …' : ''}`, {
    parameters: source.parameters(node.params),
    returns: source.type(node.returnType),
    body: source.body(node),
  });
}

/** What stands before a body, without the semicolon of a bodiless one and the brackets around an arrow's value. */
function withoutBody(head: string): string {
  return head.replace(/;$/, '').replace(/=>[\s(]*$/, '=>');
}

function describeClass(source: TypeScriptSource, node: Class, prefix: string): Part {
  const headStart = node.decorators.reduce((start, decorator) => Math.max(start, decorator.end), node.start);
  return part('class', `${prefix}${source.slice(headStart, node.body.start)}`, {
    members: classMembers(source, node),
    decorators: source.decorators(node.decorators),
  });
}

function describeVariable(source: TypeScriptSource, node: VariableDeclarator, keyword: string): Part {
  const kind = keyword === 'const' || keyword === 'using' ? 'constant' : 'variable';
  const init = node.init === null ? null : unwrapped(node.init);
  if (init === null) return part(kind, `${keyword} ${source.slice(node.start, node.end)}`);
  const before = `${keyword} ${source.slice(node.start, init.start).replace(/[\s(]*$/, '')} `;
  switch (init.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return withPropsType(source, node, describeFunction(source, init, before));
    case 'ClassExpression':
      return describeClass(source, init, before);
    case 'CallExpression': {
      const component = wrappedComponent(init);
      if (component === null) return part(kind, plainVariable(source, node, keyword));
      const described = describeFunction(source, component, before);
      return { ...described, signature: `${before}${source.value(init)}` };
    }
    default:
      return part(kind, plainVariable(source, node, keyword));
  }
}

function plainVariable(source: TypeScriptSource, node: VariableDeclarator, keyword: string): string {
  return `${keyword} ${source.slice(node.start, node.id.end)} = ${source.value(node.init ?? node)}`;
}

/** `const Button: React.FC<Props> = (props) => …` gives the type of the props at the name. */
function withPropsType(source: TypeScriptSource, node: VariableDeclarator, described: Part): Part {
  const annotation = 'typeAnnotation' in node.id ? source.type(node.id.typeAnnotation) : null;
  const props = /^(?:React\.)?(?:FC|VFC|FunctionComponent)<(.*)>$/s.exec(annotation ?? '')?.[1];
  const [first, ...rest] = described.parameters;
  if (props === undefined || first === undefined || first.type !== null) return described;
  return { ...described, parameters: [{ ...first, type: props }, ...rest] };
}

/** The function inside of React's `memo(…)` and `forwardRef(…)`: it has the component's parameters. */
function wrappedComponent(call: CallExpression): FunctionNode | ArrowFunctionExpression | null {
  const name = memberPath(call.callee);
  if (name === null || !/^(?:React\.)?(?:memo|forwardRef)$/.test(name)) return null;
  const [first] = call.arguments;
  if (first?.type === 'ArrowFunctionExpression' || first?.type === 'FunctionExpression') return first;
  return first?.type === 'CallExpression' ? wrappedComponent(first) : null;
}

function unwrapped(expression: Expression): Expression {
  return expression.type === 'ParenthesizedExpression' ? unwrapped(expression.expression) : expression;
}

/** Declarations of one statement with their names; `around` is the export statement they stand in, if any. */
export function declarationsOf(source: TypeScriptSource, statement: Statement, around: Span): Declared[] {
  switch (statement.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return statement.id === null
        ? []
        : [{ name: statement.id.name, node: statement, statement: around, keyword: '' }];
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSEnumDeclaration':
      return [{ name: statement.id.name, node: statement, statement: around, keyword: '' }];
    case 'TSModuleDeclaration':
      // `declare global` adds to the outside; it gives this module no name.
      if (statement.global) return [];
      return [
        { name: source.slice(statement.id.start, statement.id.end), node: statement, statement: around, keyword: '' },
      ];
    case 'VariableDeclaration':
      return variables(source, statement, around);
    default:
      return [];
  }
}

function variables(source: TypeScriptSource, statement: VariableDeclaration, around: Span): Declared[] {
  const declared: Declared[] = [];
  for (const [index, node] of statement.declarations.entries()) {
    // The first one's comment stands before the statement; each later one has its own place.
    const span =
      index === 0 ? { start: around.start, end: statement.declarations.length === 1 ? around.end : node.end } : node;
    for (const name of boundNames(source, node.id))
      declared.push({ name, node, statement: span, keyword: statement.kind });
  }
  return declared;
}

function boundNames(source: TypeScriptSource, pattern: VariableDeclarator['id']): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return boundNames(source, pattern.left);
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => {
        if (element === null) return [];
        return boundNames(source, element.type === 'RestElement' ? element.argument : element);
      });
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        boundNames(source, property.type === 'RestElement' ? property.argument : property.value),
      );
  }
}
