import type { Node } from 'web-tree-sitter';
import { type CommentRule, commentBefore, isComment } from './comments.ts';
import { xmlDoc } from './csharp-comments.ts';
import {
  joined,
  lazyImportOf,
  linesOf,
  parsedFrom,
  shortValue,
  symbolFrom,
  written,
  writtenBetween,
} from './declarations.ts';
import { declaredNames } from './declared-names.ts';
import { nativeSettings } from './native-settings.ts';
import type { Parameter, ParsedSource, SourceImport, SourceSymbol, SymbolKind } from './symbols.ts';
import { childOf, children, lineOf, problemsOf, withSyntaxTree } from './syntax-tree.ts';

const RULE: CommentRule = {
  accepts: (comment) => /^(?:\/\/\/(?!\/)|\/\*\*(?!\/))/.test(comment),
  // A directive may stand between, and so may a remark for a tool.
  overEmptyLines: true,
  passesOver: (comment) => /^\/(?:\/(?!\/)|\/\/\/|\*(?!\*))/.test(comment),
};

const TYPES: Readonly<Record<string, SymbolKind>> = {
  class_declaration: 'class',
  struct_declaration: 'class',
  record_declaration: 'class',
  record_struct_declaration: 'class',
  interface_declaration: 'interface',
  enum_declaration: 'enum',
};

/** Public symbols of a C# file: public types, and their public and protected members. */
export function parseCSharp(source: string): Promise<Omit<ParsedSource, 'lines'>> {
  const text = withoutDirectives(source);
  return withSyntaxTree('c_sharp', readable(text), (root) =>
    parsedFrom({
      symbols: joined(typesOf(text, root, false)),
      imports: root
        .descendantsOfType('using_directive')
        .flatMap((node) => (node === null ? [] : readUsing(text, node))),
      problems: problemsOf(root, 'C#'),
      runnable:
        children(root).some((node) => node.type === 'global_statement') || /\bstatic\b[^;{}]*\bMain\s*\(/.test(text),
      settings: nativeSettings('c_sharp', root, text),
      declared: declaredNames('c_sharp', root),
    }),
  );
}

/** Directives to the compiler may stand in the middle of a declaration; of two branches the first is read. */
function withoutDirectives(text: string): string {
  if (!/^[ \t]*#/m.test(text)) return text;
  return text
    .replace(/^[ \t]*#[ \t]*(?:else|elif)\b[\s\S]*?^[ \t]*#[ \t]*endif\b/gm, blank)
    .replace(/^[ \t]*#[^\n]*$/gm, blank);
}

function blank(part: string): string {
  return part.replace(/[^\n]/g, ' ');
}

/**
 * The grammar knows C# 10. Parameters after a class's name and the modifiers `file` and `scoped` give way to blanks,
 * which keeps every position.
 */
function readable(text: string): string {
  return text
    .replace(
      /^((?:[ \t]*(?:\w+[ \t]+)*)(?:class|struct)[ \t]+\w+(?:<[^<>{}()]*>)?)(\s*\((?:[^(){};]|\([^(){};]*\))*\))/gm,
      (_, head: string, parameters: string) => head + blank(parameters),
    )
    .replace(/^([ \t]*)file(?=[ \t]+(?:\w+[ \t]+)*(?:class|struct|record|interface|enum)\b)/gm, '$1    ');
}

function readUsing(text: string, node: Node): SourceImport[] {
  const match = /^(?:global )?using (static )?(?:(\w+) = )?([\w.:]+)/.exec(written(text, node));
  const path = (match?.[3] ?? '').replace(/^global::/, '');
  if (path === '') return [];
  const names = match?.[2] === undefined ? ['*'] : [path.slice(path.lastIndexOf('.') + 1)];
  return [lazyImportOf(path, names, lineOf(node))];
}

/** Types at the margin, in namespaces and in namespaces inside of them. */
function typesOf(text: string, owner: Node, inInterface: boolean): SourceSymbol[] {
  const inner = children(owner);
  return inner.flatMap((node, at) => {
    if (node.type === 'namespace_declaration') {
      const body = node.childForFieldName('body');
      return body === null ? [] : typesOf(text, body, false);
    }
    if (node.type === 'file_scoped_namespace_declaration') return typesOf(text, node, false);
    return memberOf(text, inner, at, inInterface);
  });
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

function modifiersOf(node: Node): string[] {
  return children(node)
    .filter((one) => one.type === 'modifier')
    .map((one) => one.text);
}

function memberOf(text: string, siblings: readonly Node[], at: number, inInterface: boolean): SourceSymbol[] {
  const node = siblings[at];
  if (node === undefined || isComment(node)) return [];
  if (node.type === 'enum_member_declaration') return [describe(text, siblings, at, node, 'enum member', nameOf(node))];
  const modifiers = modifiersOf(node);
  // `private protected` is seen inside of the assembly only.
  const open = modifiers.includes('public') || (modifiers.includes('protected') && !modifiers.includes('private'));
  const named = modifiers.some((one) => /^(?:public|protected|private|internal)$/.test(one));
  if (!open && !(inInterface && !named)) return [];
  const kind = TYPES[node.type];
  if (kind !== undefined) return [describeType(text, siblings, at, node, kind)];
  if (node.type === 'field_declaration' || node.type === 'event_field_declaration')
    return describeFields(text, siblings, at, node);
  const [memberKind, name] = memberName(text, node) ?? [];
  return memberKind === undefined || name === undefined ? [] : [describe(text, siblings, at, node, memberKind, name)];
}

function memberName(text: string, node: Node): [SymbolKind, string] | null {
  const type = node.childForFieldName('type');
  switch (node.type) {
    case 'method_declaration':
      return ['method', nameOf(node)];
    case 'constructor_declaration':
      return ['constructor', nameOf(node)];
    case 'property_declaration':
    case 'event_declaration':
      return ['property', nameOf(node)];
    case 'indexer_declaration':
      return ['accessor', 'this[]'];
    case 'delegate_declaration':
      return ['type', nameOf(node)];
    case 'operator_declaration':
      return [
        'method',
        /\boperator\s*(?:checked\s+)?(\S+?)\s*\(/.exec(written(text, node))?.[0].replace(/\s*\($/, '') ?? 'operator',
      ];
    case 'conversion_operator_declaration':
      return ['method', `operator ${type === null ? '' : written(text, type)}`];
    default:
      return null;
  }
}

/** From the first modifier or keyword behind the attributes up to the body. */
function signatureOf(text: string, node: Node, end: number): string {
  const first = children(node).find((one) => one.type !== 'attribute_list' && !isComment(one));
  const lists = children(node).filter((one) => one.type === 'attribute_list');
  const start = lists.at(-1)?.endIndex ?? Math.min(node.startIndex, first?.startIndex ?? node.startIndex);
  return writtenBetween(text, node, start, end)
    .replace(/\s*(?:;|=>)$/, '')
    .trim();
}

function headEnd(node: Node): number {
  const initializer = childOf(node, 'constructor_initializer');
  const ends = [initializer, node.childForFieldName('body'), childOf(node, 'arrow_expression_clause')];
  return ends.reduce((least, one) => Math.min(least, one?.startIndex ?? least), node.endIndex);
}

function decoratorsOf(text: string, node: Node): string[] {
  return children(node)
    .filter((one) => one.type === 'attribute_list')
    .map((one) => written(text, one));
}

function describe(
  text: string,
  siblings: readonly Node[],
  at: number,
  node: Node,
  kind: SymbolKind,
  name: string,
): SourceSymbol {
  const type = node.childForFieldName('type') ?? node.childForFieldName('returns');
  const callable = kind === 'method' || kind === 'constructor' || node.type === 'delegate_declaration';
  const accessors = node.childForFieldName('accessors');
  const head = signatureOf(text, node, accessors?.startIndex ?? headEnd(node));
  const decorators = decoratorsOf(text, node);
  return symbolFrom({
    kind,
    name,
    signature: `${head.replace(/\s*:$/, '')}${accessors === null ? '' : accessorsOf(text, accessors)}`,
    parameters: callable || kind === 'accessor' ? parametersOf(text, node) : [],
    returns: type === null || !callable || kind === 'constructor' ? null : written(text, type),
    doc: xmlDoc(commentBefore(text, siblings, at, RULE)),
    isStatic: modifiersOf(node).includes('static'),
    decorators,
    ...linesOf(node),
  });
}

/** ` { get; private set; }` without what they do. */
function accessorsOf(text: string, list: Node): string {
  const words = children(list)
    .filter((one) => one.type === 'accessor_declaration')
    .map((one) => /^((?:\w+\s+)*(?:get|set|init|add|remove))\b/.exec(written(text, one))?.[1] ?? '')
    .filter((word) => word !== '');
  return words.length === 0 ? '' : ` { ${words.map((word) => `${word};`).join(' ')} }`;
}

function describeType(text: string, siblings: readonly Node[], at: number, node: Node, kind: SymbolKind): SourceSymbol {
  const body = node.childForFieldName('body');
  const members = body === null ? [] : joined(typesOf(text, body, kind === 'interface'));
  return {
    ...describe(text, siblings, at, node, kind, nameOf(node)),
    parameters: node.type.startsWith('record') ? parametersOf(text, node) : [],
    members,
  };
}

function describeFields(text: string, siblings: readonly Node[], at: number, node: Node): SourceSymbol[] {
  const declaration = childOf(node, 'variable_declaration');
  const declarators =
    declaration === null ? [] : children(declaration).filter((one) => one.type === 'variable_declarator');
  const modifiers = modifiersOf(node);
  const isConstant = modifiers.includes('const') || (modifiers.includes('static') && modifiers.includes('readonly'));
  const head = signatureOf(text, node, declarators[0]?.startIndex ?? node.endIndex);
  const doc = xmlDoc(commentBefore(text, siblings, at, RULE));
  return declarators.map((one) => {
    const name = one.firstNamedChild?.text ?? '';
    const value = childOf(one, 'equals_value_clause')?.firstNamedChild ?? null;
    return symbolFrom({
      kind: isConstant ? 'constant' : 'property',
      name,
      signature: `${head} ${name}${value === null || !isConstant ? '' : ` = ${shortValue(text, value)}`}`,
      doc,
      isStatic: modifiers.includes('static') || modifiers.includes('const'),
      decorators: decoratorsOf(text, node),
      ...linesOf(node),
    });
  });
}

function parametersOf(text: string, node: Node): Parameter[] {
  const list = node.childForFieldName('parameters') ?? childOf(node, 'parameter_list');
  if (list === null) return [];
  const found = children(list)
    .filter((one) => one.type === 'parameter')
    .map((one): Parameter => {
      const value = childOf(one, 'equals_value_clause')?.firstNamedChild ?? null;
      const type = one.childForFieldName('type');
      return {
        name: nameOf(one),
        type: type === null ? null : written(text, type),
        default: value === null ? null : shortValue(text, value),
        optional: value !== null,
        rest: false,
      };
    });
  // `params T[] name` has no node of its own.
  const rest = list.childForFieldName('name');
  const array = children(list).findLast((one) => one.type === 'array_type');
  if (rest === null) return found;
  const type = array === undefined ? null : written(text, array);
  return [...found, { name: rest.text, type, default: null, optional: true, rest: true }];
}
