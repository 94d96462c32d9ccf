import type { Node } from 'web-tree-sitter';
import { declaratorsOf, definedType, readDeclarator, readParameters, returnType, storageOf } from './c-declarators.ts';
import { type CommentRule, commentBefore, commentBeside, isComment } from './comments.ts';
import { joined, linesOf, symbolFrom, written, writtenBetween } from './declarations.ts';
import type { DocComment, SourceSymbol } from './symbols.ts';
import { childOf, children } from './syntax-tree.ts';
import { taggedDoc } from './tagged-comments.ts';

/** Any comment that touches a declaration, but none that speaks of what stands before it (`///<`). */
const RULE: CommentRule = {
  accepts: (comment) =>
    !/^(?:\/\/[/!]?<|\/\*[*!]<|\/\*\*?\s*(?:[@\\](?:file|defgroup|addtogroup|name|[{}])))/.test(comment) &&
    !/\b(?:clang-format|NOLINT|NOLINTNEXTLINE|cppcheck-suppress)\b/.test(comment),
  overEmptyLines: false,
};

/** Where a declaration stands. */
export interface Place {
  readonly text: string;
  readonly siblings: readonly Node[];
  readonly at: number;
  /** `a::b::` */
  readonly prefix: string;
}

/** The comment before a declaration, or the one behind it on its line. */
export function docOf({ text, siblings, at }: Place): DocComment | null {
  return taggedDoc(commentBefore(text, siblings, at, RULE) ?? commentBeside(text, siblings, at), 'doxygen');
}

/** A struct, union, class or enum with its members; a declaration without a body says nothing of it. */
export function describeRecord(place: Place, record: Node, whole: Node, name: string, before: string): SourceSymbol[] {
  const { text, prefix } = place;
  const body = record.childForFieldName('body');
  if (body === null) return [];
  // The values of an enum without a name are constants of what is around it.
  if (name === '') return record.type === 'enum_specifier' ? enumerators(text, body, prefix) : [];
  if (name.includes('<')) return [];
  const isEnum = record.type === 'enum_specifier';
  const isTypedef = before.startsWith('typedef');
  const head = writtenBetween(text, record, record.startIndex, body.startIndex);
  return [
    symbolFrom({
      kind: isEnum ? 'enum' : 'class',
      name: prefix + name,
      signature: `${before}${head}${isTypedef ? ` ${name}` : ''}`,
      doc: docOf(place),
      members: isEnum
        ? enumerators(text, body, '')
        : joined(membersOf(text, body, record.type !== 'class_specifier', name)),
      ...linesOf(whole),
    }),
  ];
}

function enumerators(text: string, body: Node, prefix: string): SourceSymbol[] {
  const siblings = children(body);
  return siblings.flatMap((node, at) => {
    if (node.type !== 'enumerator') return [];
    const name = prefix + (node.childForFieldName('name')?.text ?? '');
    const doc = docOf({ text, siblings, at, prefix });
    return [
      symbolFrom({
        kind: prefix === '' ? 'enum member' : 'constant',
        name,
        signature: written(text, node),
        doc,
        ...linesOf(node),
      }),
    ];
  });
}

function membersOf(text: string, body: Node, opensPublic: boolean, owner: string): SourceSymbol[] {
  let open = opensPublic;
  const read = (siblings: readonly Node[]): SourceSymbol[] =>
    siblings.flatMap((node, at): SourceSymbol[] => {
      if (node.type === 'access_specifier') {
        open = !node.text.startsWith('private');
        return [];
      }
      if (/^preproc_(?:ifdef|if|else|elif)$/.test(node.type)) return read(children(node));
      return open && !isComment(node) ? memberOf({ text, siblings, at, prefix: '' }, node, '', owner) : [];
    });
  return read(children(body));
}

function memberOf(place: Place, node: Node, template: string, owner: string): SourceSymbol[] {
  switch (node.type) {
    case 'template_declaration': {
      const inner = children(node).find((one) =>
        /^(?:function_definition|declaration|field_declaration|class_specifier|struct_specifier|alias_declaration)$/.test(
          one.type,
        ),
      );
      if (inner === undefined) return [];
      const head = writtenBetween(place.text, node, node.startIndex, inner.startIndex);
      return memberOf(place, inner, `${head} `, owner);
    }
    case 'function_definition':
    case 'declaration':
    case 'field_declaration':
      return describeMember(place, node, template, owner);
    case 'struct_specifier':
    case 'union_specifier':
    case 'class_specifier':
    case 'enum_specifier':
      return describeRecord(place, node, node, node.childForFieldName('name')?.text ?? '', template);
    case 'alias_declaration':
    case 'type_definition': {
      const name = node.childForFieldName('name')?.text ?? readDeclarator(declaratorsOf(node)[0] ?? null)?.name ?? '';
      const signature = `${template}${written(place.text, node)}`.replace(/\s*;$/, '');
      return name === '' ? [] : [symbolFrom({ kind: 'type', name, signature, doc: docOf(place), ...linesOf(node) })];
    }
    default:
      return [];
  }
}

function describeMember(place: Place, node: Node, template: string, owner: string): SourceSymbol[] {
  const { text } = place;
  const declarators = declaratorsOf(node);
  const record = definedType(node);
  if (record !== null) {
    const name = record.childForFieldName('name')?.text ?? readDeclarator(declarators[0] ?? null)?.name ?? '';
    return describeRecord(place, record, node, name, template);
  }
  const first = readDeclarator(declarators[0] ?? null);
  const doc = docOf(place);
  if (first?.parameters != null) {
    // What is deleted cannot be called.
    if (childOf(node, 'delete_method_clause') !== null || first.name.includes('::')) return [];
    return [describeMethod(place, node, { ...first, parameters: first.parameters }, template, owner)];
  }
  const head = declarators[0] === undefined ? '' : written(text, node, declarators[0]);
  return declarators.flatMap((one) => {
    const name = readDeclarator(one)?.name ?? '';
    if (name === '') return [];
    const isStatic = storageOf(node).includes('static');
    return [
      symbolFrom({
        kind: 'property',
        name,
        signature: `${head} ${written(text, one)}`,
        doc,
        isStatic,
        ...linesOf(node),
      }),
    ];
  });
}

/** A method or constructor that a class declares or defines. */
function describeMethod(
  place: Place,
  node: Node,
  declared: { readonly name: string; readonly parameters: Node },
  template: string,
  owner: string,
): SourceSymbol {
  const { text } = place;
  const body =
    childOf(node, 'field_initializer_list') ?? node.childForFieldName('body') ?? childOf(node, 'default_method_clause');
  const signature = `${template}${written(text, node, body)}`.replace(/\s*;$/, '').replace(/\s*=\s*(?:0|default)$/, '');
  const type = node.childForFieldName('type');
  return symbolFrom({
    kind: declared.name === owner ? 'constructor' : 'method',
    name: declared.name,
    signature,
    parameters: readParameters(text, declared.parameters),
    returns: type === null ? null : returnType(text, node, declared.name),
    doc: docOf(place),
    isStatic: storageOf(node).includes('static'),
    ...linesOf(node),
  });
}
