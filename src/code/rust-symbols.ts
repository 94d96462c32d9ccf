import type { Node } from 'web-tree-sitter';
import { isComment } from './comments.ts';
import { joined, linesOf, parsedFrom, shortValue, symbolFrom, written, writtenBetween } from './declarations.ts';
import { declaredNames } from './declared-names.ts';
import { nativeSettings } from './native-settings.ts';
import { rustCommands } from './rust-commands.ts';
import { innerDoc, itemDoc } from './rust-comments.ts';
import { rustImports } from './rust-imports.ts';
import type { Parameter, ParsedSource, SourceSymbol, SymbolKind } from './symbols.ts';
import { childOf, children, problemsOf, withSyntaxTree } from './syntax-tree.ts';

const KINDS: Readonly<Record<string, SymbolKind>> = {
  function_item: 'function',
  function_signature_item: 'function',
  struct_item: 'class',
  union_item: 'class',
  enum_item: 'enum',
  trait_item: 'interface',
  type_item: 'type',
  associated_type: 'type',
  const_item: 'constant',
  static_item: 'constant',
};

/** Public symbols of a Rust file: what is `pub` without a limit, members of traits, and exported macros. */
export function parseRust(text: string): Promise<Omit<ParsedSource, 'lines'>> {
  return withSyntaxTree('rust', text, (root) => {
    const { imports, reexports } = rustImports(root);
    return parsedFrom({
      doc: innerDoc(text, root),
      symbols: joined(itemsOf(text, root)),
      imports,
      reexports,
      problems: problemsOf(root, 'Rust'),
      runnable: children(root).some((node) => node.type === 'function_item' && nameOf(node) === 'main'),
      settings: nativeSettings('rust', root, text),
      commands: rustCommands(root, text),
      declared: declaredNames('rust', root),
    });
  });
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

/** `pub` alone: `pub(crate)` and its kind are seen inside of the crate only. */
function isPublic(node: Node): boolean {
  return childOf(node, 'visibility_modifier')?.text === 'pub';
}

/** Attributes that stand before an item. */
function attributesOf(text: string, siblings: readonly Node[], at: number): Node[] {
  const found: Node[] = [];
  for (let before = at - 1; before >= 0; before -= 1) {
    const node = siblings[before];
    if (node?.type === 'attribute_item') found.unshift(node);
    else if (!isComment(node) || !text.slice(node?.startIndex).startsWith('//')) break;
  }
  return found;
}

interface Item {
  readonly node: Node;
  readonly siblings: readonly Node[];
  readonly at: number;
  readonly attributes: readonly Node[];
}

function itemsOf(text: string, owner: Node): SourceSymbol[] {
  const siblings = children(owner);
  const symbols: SourceSymbol[] = [];
  const methods: { owner: string; members: SourceSymbol[] }[] = [];
  for (const [at, node] of siblings.entries()) {
    if (isComment(node) || node.type === 'attribute_item') continue;
    const attributes = attributesOf(text, siblings, at);
    const marks = attributes.map((one) => one.text);
    if (marks.some((one) => /^#\[cfg\(test\)\]$|^#\[doc\(hidden\)\]$/.test(one))) continue;
    const item = { node, siblings, at, attributes };
    if (node.type === 'impl_item') methods.push(...inherent(text, node));
    else if (node.type === 'foreign_mod_item') symbols.push(...foreign(text, node));
    else if (node.type === 'macro_definition') symbols.push(...macro(text, item, marks));
    else if (isPublic(node)) symbols.push(...describe(text, item));
  }
  return withMethods(symbols, methods);
}

/** Public members of `impl Type`; those of `impl Trait for Type` are documented by the trait. */
function inherent(text: string, node: Node): { owner: string; members: SourceSymbol[] }[] {
  if (node.childForFieldName('trait') !== null) return [];
  const body = node.childForFieldName('body');
  const owner = /^[\w:]*?(\w+)(?:<|$)/.exec(node.childForFieldName('type')?.text ?? '')?.[1];
  return body === null || owner === undefined ? [] : [{ owner, members: asMembers(itemsOf(text, body)) }];
}

function asMembers(symbols: readonly SourceSymbol[]): SourceSymbol[] {
  return symbols.map((one) =>
    one.kind === 'function'
      ? { ...one, kind: 'method', isStatic: !/\(\s*(?:&\s*(?:'\w+\s+)?)?(?:mut\s+)?self\b/.test(one.signature) }
      : one,
  );
}

/** A type of another file keeps its name before its methods. */
function withMethods(
  symbols: readonly SourceSymbol[],
  methods: readonly { owner: string; members: SourceSymbol[] }[],
): SourceSymbol[] {
  const types = new Map(symbols.map((one) => [one.name, one]));
  const strangers: SourceSymbol[] = [];
  for (const { owner, members } of methods) {
    const type = types.get(owner);
    if (type === undefined) strangers.push(...members.map((one) => ({ ...one, name: `${owner}::${one.name}` })));
    else types.set(owner, { ...type, members: [...type.members, ...members] });
  }
  return [...symbols.map((one) => types.get(one.name) ?? one), ...strangers];
}

function foreign(text: string, node: Node): SourceSymbol[] {
  const body = node.childForFieldName('body');
  return body === null ? [] : itemsOf(text, body);
}

function macro(text: string, { node, siblings, at }: Item, attributes: readonly string[]): SourceSymbol[] {
  if (!attributes.some((one) => /^#\[macro_export\b/.test(one))) return [];
  const patterns = children(node)
    .filter((one) => one.type === 'macro_rule')
    .map((rule) => rule.childForFieldName('left'))
    .flatMap((left) => (left === null ? [] : `${nameOf(node)}!${shortValue(text, left)}`));
  return [
    symbolFrom({
      kind: 'function',
      name: `${nameOf(node)}!`,
      signature: patterns.join('\n'),
      doc: itemDoc(text, siblings, at, attributes),
      ...linesOf(node),
    }),
  ];
}

function describe(text: string, item: Item): SourceSymbol[] {
  const { node, siblings, at, attributes } = item;
  const body = node.childForFieldName('body');
  const marks = attributes.map((one) => written(text, one));
  const common = {
    name: nameOf(node),
    doc: itemDoc(text, siblings, at, marks),
    decorators: marks.filter((one) => !/^#\[doc\b/.test(one)),
    ...linesOf(node),
    line: (attributes[0]?.startPosition.row ?? node.startPosition.row) + 1,
  };
  if (node.type === 'mod_item') {
    if (body === null) return [];
    const doc = common.doc ?? innerDoc(text, body);
    const members = joined(itemsOf(text, body));
    return [symbolFrom({ ...common, kind: 'namespace', signature: written(text, node, body), doc, members })];
  }
  const kind = KINDS[node.type];
  if (kind === undefined) return [];
  const returns = node.childForFieldName('return_type');
  return [
    symbolFrom({
      ...common,
      kind,
      signature: signatureOf(text, node, body),
      parameters: parametersOf(text, node),
      returns: returns === null ? null : written(text, returns),
      members: body === null ? [] : membersOf(text, node, body),
    }),
  ];
}

function signatureOf(text: string, node: Node, body: Node | null): string {
  const isTuple = body?.type === 'ordered_field_declaration_list';
  const value = node.type === 'const_item' || node.type === 'static_item' ? node.childForFieldName('value') : null;
  const end = isTuple ? node.endIndex : (body?.startIndex ?? value?.startIndex ?? node.endIndex);
  const head = writtenBetween(text, node, node.startIndex, end).replace(/\s*[;,]$/, '');
  return value === null ? head : `${head} ${shortValue(text, value)}`;
}

function parametersOf(text: string, node: Node): Parameter[] {
  const list = node.childForFieldName('parameters');
  return (list === null ? [] : children(list))
    .filter((one) => one.type === 'parameter')
    .map((one) => {
      const pattern = one.childForFieldName('pattern');
      const type = one.childForFieldName('type');
      return {
        name: pattern === null ? '_' : written(text, pattern),
        type: type === null ? null : written(text, type),
        default: null,
        optional: false,
        rest: false,
      };
    });
}

function membersOf(text: string, owner: Node, body: Node): SourceSymbol[] {
  const siblings = children(body);
  return siblings.flatMap((node, at): SourceSymbol[] => {
    if (isComment(node) || node.type === 'attribute_item') return [];
    const attributes = attributesOf(text, siblings, at);
    const marks = attributes.map((one) => written(text, one));
    if (marks.some((one) => /^#\[doc\(hidden\)\]$/.test(one))) return [];
    if (owner.type === 'trait_item') return asMembers(describe(text, { node, siblings, at, attributes }));
    const isVariant = node.type === 'enum_variant';
    if (!isVariant && !(node.type === 'field_declaration' && isPublic(node))) return [];
    return [
      symbolFrom({
        kind: isVariant ? 'enum member' : 'property',
        name: nameOf(node),
        signature: written(text, node),
        doc: itemDoc(text, siblings, at, marks),
        decorators: marks.filter((one) => !/^#\[doc\b/.test(one)),
        ...linesOf(node),
      }),
    ];
  });
}
