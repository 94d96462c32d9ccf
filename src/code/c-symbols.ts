import type { Node } from 'web-tree-sitter';
import { declaratorsOf, definedType, readDeclarator, readParameters, returnType, storageOf } from './c-declarators.ts';
import { isCppHeader, readableC } from './c-text.ts';
import { describeRecord, docOf, type Place } from './c-types.ts';
import { commentBefore, isComment } from './comments.ts';
import {
  importOf,
  joined,
  linesOf,
  parsedFrom,
  shortValue,
  symbolFrom,
  written,
  writtenBetween,
} from './declarations.ts';
import { declaredNames } from './declared-names.ts';
import { nativeSettings } from './native-settings.ts';
import type { DocComment, ParsedSource, SourceImport, SourceSymbol } from './symbols.ts';
import { childOf, children, lineOf, problemsOf, withSyntaxTree } from './syntax-tree.ts';
import { taggedDoc } from './tagged-comments.ts';

/**
 * Public symbols of a C or C++ file. A header shows what it declares; a source file its functions that are neither
 * `static` nor in a namespace without a name. Members of classes by their access specifiers. Namespaces called
 * `detail`, `details`, `internal` or `impl` are left out by the field's convention.
 */
export function parseC(path: string, text: string): Promise<Omit<ParsedSource, 'lines'>> {
  const isHeader = /\.(?:h|hh|hpp|hxx|h\+\+|inl|ipp|tpp)$/i.test(path);
  const language = /\.(?:c|h)$/i.test(path) && !(isHeader && isCppHeader(text)) ? 'c' : 'cpp';
  return withSyntaxTree(language, readableC(text, language), (root) => {
    const file: File = { text, isHeader, language };
    return parsedFrom({
      doc: fileDoc(text, root),
      symbols: joined(readBody(file, children(root), '')),
      imports: root.descendantsOfType('preproc_include').flatMap((node) => (node === null ? [] : readInclude(node))),
      problems: problemsOf(root, language === 'c' ? 'C' : 'C++'),
      runnable: !isHeader && /^(?:\w+\s+)*main\s*\(/m.test(text),
      settings: nativeSettings(language, root, text),
      declared: declaredNames(language, root),
    });
  });
}

interface File {
  readonly text: string;
  readonly isHeader: boolean;
  readonly language: 'c' | 'cpp';
}

/** Only a comment with `@file` speaks of the file: before the first line stands the licence. */
function fileDoc(text: string, root: Node): DocComment | null {
  const inner = children(root);
  const at = inner.findIndex((node) => isComment(node) && /[@\\]file\b/.test(node.text));
  return at < 0
    ? null
    : taggedDoc(
        commentBefore(text, [...inner.slice(0, at + 1), root], at + 1, { accepts: () => true, overEmptyLines: true }),
        'doxygen',
      );
}

function readInclude(node: Node): SourceImport[] {
  const path = node.childForFieldName('path');
  // The marks stay: they say where the compiler looks first.
  return path === null || !/^["<]/.test(path.text) ? [] : [importOf(path.text, ['*'], lineOf(node))];
}

const PRIVATE_NAMESPACE = /^(?:detail|details|_detail|internal|impl|anonymous)$/i;
const WRAPPERS = /^preproc_(?:ifdef|if|else|elif|elifdef)$/;

function readBody(file: File, siblings: readonly Node[], prefix: string): SourceSymbol[] {
  return siblings.flatMap((node, at) => readOne({ ...file, siblings, at, prefix }, node, ''));
}

function readOne(place: Place & File, node: Node, template: string): SourceSymbol[] {
  if (WRAPPERS.test(node.type)) return readBody(place, children(node), place.prefix);
  switch (node.type) {
    case 'linkage_specification': {
      const body = node.childForFieldName('body');
      if (body === null) return [];
      return body.type === 'declaration_list'
        ? readBody(place, children(body), place.prefix)
        : readOne(place, body, template);
    }
    case 'declaration_list':
      return readBody(place, children(node), place.prefix);
    case 'namespace_definition':
      return readNamespace(place, node);
    case 'template_declaration':
      return readTemplate(place, node);
    case 'function_definition':
      return describeFunction(place, node, template, definitionEnd(node));
    case 'declaration':
      return place.isHeader ? describeDeclaration(place, node, template) : [];
    case 'preproc_def':
    case 'preproc_function_def':
      return place.isHeader ? describeMacro(place, node) : [];
    default:
      return place.isHeader ? describeTypeOf(place, node, template) : [];
  }
}

function readNamespace(place: Place & File, node: Node): SourceSymbol[] {
  const name = node.childForFieldName('name')?.text.replace(/\s+/g, '') ?? '';
  const body = node.childForFieldName('body');
  if (name === '' || body === null || name.split('::').some((part) => PRIVATE_NAMESPACE.test(part))) return [];
  // Names in an inline namespace are used without it.
  const isInline = node.children.some((one) => one?.type === 'inline');
  return readBody(place, children(body), isInline ? place.prefix : `${place.prefix}${name}::`);
}

function readTemplate(place: Place & File, node: Node): SourceSymbol[] {
  const inner = children(node).find((one) =>
    /^(?:function_definition|declaration|class_specifier|struct_specifier|union_specifier|alias_declaration|concept_definition|template_declaration)$/.test(
      one.type,
    ),
  );
  if (inner === undefined) return [];
  // What is not a template of its own but `template <>` for certain arguments changes nothing of what is offered.
  if (/^template\s*<\s*>/.test(node.text)) return [];
  const head = writtenBetween(place.text, node, node.startIndex, inner.startIndex);
  return readOne(place, inner, `${head} `).map((one) => ({ ...one, ...linesOf(node) }));
}

function describeTypeOf(place: Place & File, node: Node, template: string): SourceSymbol[] {
  const { text, prefix } = place;
  if (/^(?:struct|union|class|enum)_specifier$/.test(node.type)) {
    const name = node.childForFieldName('name')?.text ?? '';
    return describeRecord(place, node, node, name, template);
  }
  if (node.type === 'type_definition') return describeTypedef(place, node);
  if (node.type !== 'alias_declaration' && node.type !== 'concept_definition') return [];
  const name = node.childForFieldName('name')?.text ?? '';
  const signature = `${template}${written(text, node)}`.replace(/\s*;$/, '');
  return [symbolFrom({ kind: 'type', name: prefix + name, signature, doc: docOf(place), ...linesOf(node) })];
}

/** The type that a `typedef` makes, with its fields when they stand there. */
function describeTypedef(place: Place & File, node: Node): SourceSymbol[] {
  const record = definedType(node);
  const names = declaratorsOf(node).flatMap((one) => readDeclarator(one)?.name ?? []);
  const [name = ''] = names;
  if (name === '') return [];
  if (record !== null) return describeRecord(place, record, node, name, 'typedef ');
  const signature = written(place.text, node).replace(/\s*;$/, '');
  const doc = docOf(place);
  return names.map((one) => symbolFrom({ kind: 'type', name: place.prefix + one, signature, doc, ...linesOf(node) }));
}

function definitionEnd(node: Node): number {
  const list = childOf(node, 'field_initializer_list');
  return list?.startIndex ?? node.childForFieldName('body')?.startIndex ?? node.endIndex;
}

function describeFunction(place: Place & File, node: Node, template: string, end: number): SourceSymbol[] {
  const { text, prefix, isHeader } = place;
  const declared = readDeclarator(node.childForFieldName('declarator'));
  if (declared === null || declared.parameters === null) return [];
  const hidden = !isHeader && storageOf(node).includes('static');
  // A qualified name is a member that its class declares already.
  if (
    hidden ||
    declared.name.includes('::') ||
    declared.name === 'main' ||
    (/^[A-Z][A-Z0-9_]+$/.test(declared.name) && node.childForFieldName('type') === null)
  )
    return [];
  const type = node.childForFieldName('type');
  return [
    symbolFrom({
      kind: 'function',
      name: prefix + declared.name,
      signature: `${template}${writtenBetween(text, node, node.startIndex, end)}`.replace(/\s*;$/, ''),
      parameters: readParameters(text, declared.parameters),
      returns: type === null ? null : returnType(text, node, declared.name),
      doc: docOf(place),
      ...linesOf(node),
    }),
  ];
}

function describeDeclaration(place: Place & File, node: Node, template: string): SourceSymbol[] {
  const { text, prefix } = place;
  const record = definedType(node);
  const types =
    record === null ? [] : describeRecord(place, record, node, record.childForFieldName('name')?.text ?? '', '');
  const declarators = declaratorsOf(node);
  const first = readDeclarator(declarators[0] ?? null);
  if (first?.parameters != null) return describeFunction(place, node, template, node.endIndex);
  // `int x;` in a header without `extern` is seen too, unless it is `static` and no constant.
  const isConstant = /\b(?:const|constexpr)\b/.test(written(text, node, declarators[0]));
  if (storageOf(node).includes('static') && !isConstant) return types;
  const doc = docOf(place);
  const head = written(text, node, declarators[0]);
  return [
    ...types,
    ...declarators.flatMap((one) => {
      const name = readDeclarator(one)?.name ?? '';
      if (name === '' || name.includes('::')) return [];
      return [
        symbolFrom({
          kind: isConstant ? 'constant' : 'variable',
          name: prefix + name,
          signature: `${template}${head} ${written(text, one)}`,
          doc,
          ...linesOf(node),
        }),
      ];
    }),
  ];
}

/** A macro with a value or parameters; include guards and empty switches are none. */
function describeMacro(place: Place & File, node: Node): SourceSymbol[] {
  const { text } = place;
  const name = node.childForFieldName('name')?.text ?? '';
  const value = node.childForFieldName('value');
  const list = node.childForFieldName('parameters');
  if (list === null && value === null) return [];
  if (name.startsWith('_')) return [];
  const shown = value === null ? '' : ` ${shortValue(text, value)}`;
  const doc = docOf(place);
  if (list === null)
    return [symbolFrom({ kind: 'constant', name, signature: `#define ${name}${shown}`, doc, ...linesOf(node) })];
  const parameters = children(list)
    .filter((one) => one.type === 'identifier')
    .map((one) => ({ name: one.text, type: null, default: null, optional: false, rest: false }));
  const signature = `#define ${name}${written(text, list)}`;
  return [symbolFrom({ kind: 'function', name, signature, parameters, doc, ...linesOf(node) })];
}
