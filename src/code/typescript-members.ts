import type {
  AccessorProperty,
  Class,
  ClassElement,
  MethodDefinition,
  PropertyDefinition,
  Span,
  TSEnumDeclaration,
  TSParameterProperty,
  TSSignature,
} from 'oxc-parser';
import type { JsDocBlock } from './jsdoc.ts';
import { joinParameters, type SourceSymbol, type SymbolKind } from './symbols.ts';
import type { TypeScriptSource } from './typescript-source.ts';

interface MemberParts {
  readonly kind: SymbolKind;
  readonly name: string;
  readonly signature: string;
  readonly span: Span;
  readonly doc: JsDocBlock | null;
  readonly rest?: Partial<SourceSymbol>;
}

const LEFT_OUT_TAGS = ['private', 'protected', 'internal', 'hidden', 'ignore'];

/** One member as a symbol, or null when its comment calls it private. */
export function member(source: TypeScriptSource, parts: MemberParts): SourceSymbol | null {
  if (parts.doc !== null && LEFT_OUT_TAGS.some((tag) => parts.doc?.tags.has(tag))) return null;
  return {
    kind: parts.kind,
    name: parts.name,
    signature: parts.signature,
    parameters: [],
    returns: null,
    doc: parts.doc?.doc ?? null,
    line: source.lineAt(parts.span.start),
    endLine: source.lineAt(Math.max(parts.span.start, parts.span.end - 1)),
    isDefault: false,
    isStatic: false,
    decorators: [],
    body: null,
    members: [],
    ...parts.rest,
  };
}

/** Public members of a class in source order; overloads and getter-setter pairs are one member. */
export function classMembers(source: TypeScriptSource, node: Class): SourceSymbol[] {
  const members: SourceSymbol[] = [];
  const overloads = overloadsOf(node.body.body);
  for (const element of node.body.body) {
    if (element.type === 'MethodDefinition' && element.kind === 'constructor') {
      for (const param of element.value.params) {
        if (param.type === 'TSParameterProperty') push(members, parameterProperty(source, param));
      }
    }
    const found = classElement(source, element);
    if (!isImplementation(element, overloads)) push(members, found);
    else if (found !== null) takeBody(members, found);
  }
  return merged(members);
}

/** Callers do not see an implementation of overloads, but what it does is what they do. */
function takeBody(members: SourceSymbol[], implementation: SourceSymbol): void {
  const { name, kind, isStatic, body } = implementation;
  const at = members.findIndex((one) => one.name === name && one.kind === kind && one.isStatic === isStatic);
  const seen = members[at];
  if (seen !== undefined) members[at] = { ...seen, body: seen.body ?? body };
}

function push(members: SourceSymbol[], found: SourceSymbol | null): void {
  if (found !== null) members.push(found);
}

function classElement(source: TypeScriptSource, element: ClassElement): SourceSymbol | null {
  if (element.type === 'StaticBlock') return null;
  if (element.type === 'TSIndexSignature') {
    return member(source, {
      kind: 'property',
      name: '[index]',
      signature: trimmed(source, element),
      span: element,
      doc: docOf(source, element),
    });
  }
  if (element.key.type === 'PrivateIdentifier') return null;
  if (element.accessibility === 'private' || element.accessibility === 'protected') return null;
  return 'kind' in element ? method(source, element) : property(source, element);
}

function headStart(element: MethodDefinition | PropertyDefinition | AccessorProperty): number {
  return element.decorators.reduce((start, decorator) => Math.max(start, decorator.end), element.start);
}

function method(source: TypeScriptSource, element: MethodDefinition): SourceSymbol | null {
  const kind = element.kind === 'constructor' ? 'constructor' : element.kind === 'method' ? 'method' : 'accessor';
  const head = source.slice(headStart(element), element.value.body?.start ?? element.end);
  return member(source, {
    kind,
    name: keyName(source, element),
    signature: withoutPublic(head),
    span: element,
    doc: docOf(source, element),
    rest: {
      parameters: source.parameters(element.value.params),
      returns: source.type(element.value.returnType),
      isStatic: element.static,
      decorators: source.decorators(element.decorators),
      body: source.body(element.value),
    },
  });
}

function property(source: TypeScriptSource, element: PropertyDefinition | AccessorProperty): SourceSymbol | null {
  const { value } = element;
  const isFunction = value?.type === 'ArrowFunctionExpression' || value?.type === 'FunctionExpression';
  const start = headStart(element);
  let signature = source.slice(start, value === null ? element.end : value.start);
  if (value !== null) signature = signature.replace(/[\s(]*$/, '');
  if (value !== null)
    signature += isFunction
      ? ` ${source.slice(value.start, value.body?.start ?? value.end).replace(/=>[\s(]*$/, '=>')}`
      : ` ${source.value(value)}`;
  if (value?.type === 'ArrowFunctionExpression') signature += ' …';
  return member(source, {
    kind: isFunction ? 'method' : 'property',
    name: keyName(source, element),
    signature: withoutPublic(signature),
    span: element,
    doc: docOf(source, element),
    rest: {
      isStatic: element.static,
      decorators: source.decorators(element.decorators),
      ...(isFunction
        ? {
            parameters: source.parameters(value.params),
            returns: source.type(value.returnType),
            body: source.body(value),
          }
        : {}),
    },
  });
}

function parameterProperty(source: TypeScriptSource, param: TSParameterProperty): SourceSymbol | null {
  if (param.accessibility === 'private' || param.accessibility === 'protected') return null;
  const name = source.parameters([param])[0]?.name;
  if (name === undefined) return null;
  const signature = withoutPublic(source.slice(param.start, param.end));
  return member(source, { kind: 'property', name, signature, span: param, doc: source.docBefore(param.start) });
}

/** Public members of an interface or an object type in source order. */
export function interfaceMembers(source: TypeScriptSource, signatures: readonly TSSignature[]): SourceSymbol[] {
  const members: SourceSymbol[] = [];
  for (const signature of signatures) {
    const parts = { signature: trimmed(source, signature), span: signature, doc: docOf(source, signature) };
    switch (signature.type) {
      case 'TSPropertySignature':
        push(members, member(source, { kind: 'property', name: keyName(source, signature), ...parts }));
        break;
      case 'TSMethodSignature': {
        const rest = { parameters: source.parameters(signature.params), returns: source.type(signature.returnType) };
        const kind = signature.kind === 'method' ? 'method' : 'accessor';
        push(members, member(source, { kind, name: keyName(source, signature), ...parts, rest }));
        break;
      }
      case 'TSIndexSignature':
        push(members, member(source, { kind: 'property', name: '[index]', ...parts }));
        break;
      default: {
        const rest = { parameters: source.parameters(signature.params), returns: source.type(signature.returnType) };
        const construct = signature.type === 'TSConstructSignatureDeclaration';
        push(
          members,
          member(source, {
            kind: construct ? 'constructor' : 'method',
            name: construct ? 'new' : '(call)',
            ...parts,
            rest,
          }),
        );
      }
    }
  }
  return merged(members);
}

/** Members of an enum with their values. */
export function enumMembers(source: TypeScriptSource, node: TSEnumDeclaration): SourceSymbol[] {
  const members: SourceSymbol[] = [];
  for (const element of node.body.members) {
    const name =
      element.id.type === 'Literal' ? String(element.id.value) : source.slice(element.id.start, element.id.end);
    const signature = source.slice(element.start, element.end);
    push(members, member(source, { kind: 'enum member', name, signature, span: element, doc: docOf(source, element) }));
  }
  return members;
}

function docOf(source: TypeScriptSource, node: Span & { decorators?: readonly Span[] }): JsDocBlock | null {
  return source.docBefore(node.start);
}

function trimmed(source: TypeScriptSource, node: Span): string {
  return source.slice(node.start, node.end).replace(/[;,]$/, '');
}

function withoutPublic(signature: string): string {
  return signature.replace(/^public\s+/, '').replace(/;$/, '');
}

function keyName(source: TypeScriptSource, node: { key: Span & { type: string }; computed: boolean }): string {
  const written = source.slice(node.key.start, node.key.end);
  if (node.computed) return `[${written}]`;
  return node.key.type === 'Literal' ? written.replace(/^(['"])(.*)\1$/s, '$2') : written;
}

/** Methods that are declared without a body: a body of the same name only implements them, callers never see it. */
function overloadsOf(elements: readonly ClassElement[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const element of elements) {
    if ('kind' in element && element.value.body === null) keys.add(overloadKey(element));
  }
  return keys;
}

function isImplementation(element: ClassElement, overloads: ReadonlySet<string>): boolean {
  return 'kind' in element && element.value.body !== null && overloads.has(overloadKey(element));
}

function overloadKey(element: MethodDefinition): string {
  const name = 'name' in element.key ? element.key.name : `${element.key.start}`;
  return `${element.static} ${element.kind} ${name}`;
}

/** Joins overloads and getter-setter pairs, which stand under one name. */
function merged(members: readonly SourceSymbol[]): SourceSymbol[] {
  const byName = new Map<string, SourceSymbol>();
  for (const one of members) {
    const callable = one.kind === 'method' || one.kind === 'constructor' || one.kind === 'accessor';
    const key = callable ? `${one.kind} ${one.isStatic} ${one.name}` : `${one.kind} ${one.line} ${byName.size}`;
    const seen = byName.get(key);
    if (seen === undefined) byName.set(key, one);
    else {
      const endLine = Math.max(seen.endLine, one.endLine);
      byName.set(key, {
        ...seen,
        signature: `${seen.signature}\n${one.signature}`,
        parameters: one.kind === 'accessor' ? seen.parameters : joinParameters(seen.parameters, one.parameters),
        doc: seen.doc ?? one.doc,
        body: seen.body ?? one.body,
        endLine,
      });
    }
  }
  return [...byName.values()];
}
