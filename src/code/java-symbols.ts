import type { Node } from 'web-tree-sitter';
import { type CommentRule, commentBefore, isComment } from './comments.ts';
import { lazyImportOf, linesOf, parsedFrom, shortValue, symbolFrom, written, writtenBetween } from './declarations.ts';
import { declaredNames } from './declared-names.ts';
import { nativeSettings } from './native-settings.ts';
import type { Parameter, ParsedSource, SourceImport, SourceSymbol, SymbolKind } from './symbols.ts';
import { childOf, children, lineOf, problemsOf, withSyntaxTree } from './syntax-tree.ts';
import { taggedDoc } from './tagged-comments.ts';

const RULE: CommentRule = {
  accepts: (comment) => comment.startsWith('/**') && !comment.startsWith('/**/'),
  overEmptyLines: true,
};

const TYPES: Readonly<Record<string, SymbolKind>> = {
  class_declaration: 'class',
  record_declaration: 'class',
  enum_declaration: 'enum',
  interface_declaration: 'interface',
  annotation_type_declaration: 'interface',
};

/** Public symbols of a Java file: public types, and their public and protected members. */
export function parseJava(text: string): Promise<Omit<ParsedSource, 'lines'>> {
  return withSyntaxTree('java', text, (root) => {
    const statements = children(root);
    const at = statements.findIndex((node) => /^(?:package|module)_declaration$/.test(node.type));
    const symbols = statements.flatMap((node, index) =>
      isVisible(text, node, false) ? describeType(text, statements, index) : [],
    );
    return parsedFrom({
      // Only package-info.java has its documentation before the package; elsewhere a licence stands there.
      doc: at < 0 || symbols.length > 0 ? null : taggedDoc(commentBefore(text, statements, at, RULE), 'javadoc'),
      symbols,
      imports: statements.flatMap((node) => (node.type === 'import_declaration' ? readImport(text, node) : [])),
      problems: problemsOf(root, 'Java'),
      runnable: symbols.some((one) => one.members.some((member) => member.name === 'main' && isMain(member))),
      settings: nativeSettings('java', root, text),
      declared: declaredNames('java', root),
    });
  });
}

function isMain(member: SourceSymbol): boolean {
  return member.kind === 'method' && member.isStatic && member.returns === 'void';
}

function readImport(text: string, node: Node): SourceImport[] {
  const match = /^import\s+(static\s+)?([\w.\s]+?)(\.\s*\*)?\s*;?$/.exec(written(text, node));
  const path = (match?.[2] ?? '').replace(/\s+/g, '');
  if (path === '') return [];
  const last = path.slice(path.lastIndexOf('.') + 1);
  if (match?.[3] !== undefined) return [lazyImportOf(path, ['*'], lineOf(node))];
  // A static import takes a member of the type before it.
  if (match?.[1] !== undefined) return [lazyImportOf(path.slice(0, -last.length - 1), [last], lineOf(node))];
  return [lazyImportOf(path, [last], lineOf(node))];
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

function modifiersOf(text: string, node: Node): string {
  const modifiers = childOf(node, 'modifiers');
  return modifiers === null ? '' : written(text, modifiers);
}

/** Seen from outside: by its modifier, or as the member of an interface unless it is private. */
function isVisible(text: string, node: Node, inInterface: boolean): boolean {
  const modifiers = modifiersOf(text, node);
  return inInterface ? !/\bprivate\b/.test(modifiers) : /\b(?:public|protected)\b/.test(modifiers);
}

function annotationsOf(text: string, node: Node): string[] {
  const modifiers = childOf(node, 'modifiers');
  return modifiers === null
    ? []
    : children(modifiers)
        .filter((one) => one.type.endsWith('annotation'))
        .map((one) => written(text, one));
}

/** From the first modifier that is no annotation up to the body or the end. */
function signatureOf(text: string, node: Node, end: Node | null): string {
  const modifiers = childOf(node, 'modifiers');
  const first = modifiers?.children.find((one) => one !== null && !/annotation|comment/.test(one.type));
  const after = modifiers?.nextSibling ?? null;
  const start = first?.startIndex ?? after?.startIndex ?? node.startIndex;
  const stop = end?.startIndex ?? node.endIndex;
  // Annotations may stand among the modifiers too.
  return writtenBetween(text, node, start, stop).replace(/\s*;$/, '').trim();
}

function describeType(text: string, siblings: readonly Node[], at: number): SourceSymbol[] {
  const node = siblings[at];
  const kind = node === undefined ? undefined : TYPES[node.type];
  if (node === undefined || kind === undefined) return [];
  const body = node.childForFieldName('body');
  const name = nameOf(node);
  const parameters = node.type === 'record_declaration' ? parametersOf(text, node) : [];
  return [
    symbolFrom({
      kind,
      name,
      signature: signatureOf(text, node, body),
      doc: taggedDoc(commentBefore(text, siblings, at, RULE), 'javadoc'),
      parameters,
      decorators: annotationsOf(text, node),
      members: body === null ? [] : membersOf(text, body, kind === 'interface'),
      ...linesOf(node),
    }),
  ];
}

function membersOf(text: string, body: Node, inInterface: boolean): SourceSymbol[] {
  const inner = children(body);
  return inner.flatMap((node, at) => {
    if (isComment(node)) return [];
    if (node.type === 'enum_constant') return describeConstant(text, inner, at);
    if (node.type === 'enum_body_declarations') return membersOf(text, node, false);
    if (!isVisible(text, node, inInterface)) return [];
    if (TYPES[node.type] !== undefined) return describeType(text, inner, at);
    if (node.type === 'field_declaration' || node.type === 'constant_declaration')
      return describeFields(text, inner, at, node, inInterface);
    return describeCallable(text, inner, at, node);
  });
}

function describeConstant(text: string, siblings: readonly Node[], at: number): SourceSymbol[] {
  const node = siblings[at];
  if (node === undefined) return [];
  return [
    symbolFrom({
      kind: 'enum member',
      name: nameOf(node),
      signature: written(text, node, node.childForFieldName('body')),
      doc: taggedDoc(commentBefore(text, siblings, at, RULE), 'javadoc'),
      ...linesOf(node),
    }),
  ];
}

function describeFields(
  text: string,
  siblings: readonly Node[],
  at: number,
  node: Node,
  inInterface: boolean,
): SourceSymbol[] {
  const modifiers = modifiersOf(text, node);
  const isStatic = inInterface || /\bstatic\b/.test(modifiers);
  const isConstant = inInterface || (isStatic && /\bfinal\b/.test(modifiers));
  const declarators = node.childrenForFieldName('declarator').flatMap((one) => (one === null ? [] : [one]));
  const head = signatureOf(text, node, declarators[0] ?? null);
  const doc = taggedDoc(commentBefore(text, siblings, at, RULE), 'javadoc');
  return declarators.map((one) => {
    const value = one.childForFieldName('value');
    return symbolFrom({
      kind: isConstant ? 'constant' : 'property',
      name: nameOf(one),
      signature: `${head} ${nameOf(one)}${value === null || !isConstant ? '' : ` = ${shortValue(text, value)}`}`,
      doc,
      isStatic,
      decorators: annotationsOf(text, node),
      ...linesOf(node),
    });
  });
}

const CALLABLES: ReadonlySet<string> = new Set([
  'method_declaration',
  'constructor_declaration',
  'compact_constructor_declaration',
  'annotation_type_element_declaration',
]);

function describeCallable(text: string, siblings: readonly Node[], at: number, node: Node): SourceSymbol[] {
  if (!CALLABLES.has(node.type)) return [];
  const type = node.childForFieldName('type');
  return [
    symbolFrom({
      kind: node.type.includes('constructor') ? 'constructor' : 'method',
      name: nameOf(node),
      signature: signatureOf(text, node, node.childForFieldName('body')),
      parameters: parametersOf(text, node),
      returns: type === null ? null : written(text, type),
      doc: taggedDoc(commentBefore(text, siblings, at, RULE), 'javadoc'),
      isStatic: /\bstatic\b/.test(modifiersOf(text, node)),
      decorators: annotationsOf(text, node),
      ...linesOf(node),
    }),
  ];
}

function parametersOf(text: string, node: Node): Parameter[] {
  const list = node.childForFieldName('parameters');
  return (list === null ? [] : children(list)).flatMap((one): Parameter[] => {
    if (one.type === 'formal_parameter') {
      const type = one.childForFieldName('type');
      const plain = { default: null, optional: false, rest: false };
      return [{ name: nameOf(one), type: type === null ? null : written(text, type), ...plain }];
    }
    if (one.type !== 'spread_parameter') return [];
    const declarator = childOf(one, 'variable_declarator');
    const type = children(one).find((inner) => inner.type !== 'modifiers' && !isComment(inner));
    return [
      {
        name: declarator === null ? '' : nameOf(declarator),
        type: type === undefined ? null : `${written(text, type)}...`,
        default: null,
        optional: true,
        rest: true,
      },
    ];
  });
}
