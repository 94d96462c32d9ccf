import type { Node } from 'web-tree-sitter';
import { type CommentRule, commentBefore, isComment } from './comments.ts';
import { linesOf, parsedFrom, shortValue, symbolFrom, written, writtenBetween } from './declarations.ts';
import { declaredNames } from './declared-names.ts';
import { nativeSettings } from './native-settings.ts';
import { phpImports } from './php-imports.ts';
import type { DocComment, Parameter, ParsedSource, SourceSymbol, SymbolKind } from './symbols.ts';
import { childOf, children, problemsOf, withSyntaxTree } from './syntax-tree.ts';
import { taggedDoc } from './tagged-comments.ts';

const RULE: CommentRule = {
  accepts: (comment) => comment.startsWith('/**') && !comment.startsWith('/**/'),
  overEmptyLines: true,
};

const TYPES: Readonly<Record<string, SymbolKind>> = {
  class_declaration: 'class',
  trait_declaration: 'class',
  interface_declaration: 'interface',
  enum_declaration: 'enum',
};

/** Public symbols of a PHP file: functions, constants and types with their public and protected members. */
export function parsePhp(text: string): Promise<Omit<ParsedSource, 'lines'>> {
  return withSyntaxTree('php', readable(text), (root) => {
    const symbols = declarationsOf(text, root);
    return parsedFrom({
      doc: fileDoc(text, root),
      symbols: symbols.sort((a, b) => a.line - b.line),
      imports: phpImports(root),
      problems: problemsOf(root, 'PHP'),
      runnable: text.startsWith('#!'),
      settings: nativeSettings('php', root, text),
      declared: declaredNames('php', root),
    });
  });
}

/**
 * The grammar knows no constants in an enum and no types of constants: the former give way to blanks, and so do the
 * types, which keeps every position.
 */
function readable(text: string): string {
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  const typed = text.replace(
    /^([ \t]*(?:(?:final|public|protected|private)[ \t]+)*const)([ \t]+[?\w|\\]+)(?=[ \t]+\w+[ \t]*=)/gm,
    (_, head: string, type: string) => head + blank(type),
  );
  const at = typed.search(/^[ \t]*enum[ \t]+\w+/m);
  if (at < 0) return typed;
  const constants = /^[ \t]*(?:(?:final|public|protected|private)[ \t]+)*const\b[^;]*;/gm;
  return typed.slice(0, at) + typed.slice(at).replace(constants, blank);
}

/** The first comment speaks of the file when another one or no declaration comes after it. */
function fileDoc(text: string, root: Node): DocComment | null {
  const statements = children(root);
  const at = statements.findIndex((node) => isComment(node) && RULE.accepts(node.text));
  const before = statements.slice(0, Math.max(at, 0));
  if (at < 0 || before.some((node) => !/^(?:php_tag|declare_statement|comment)$/.test(node.type))) return null;
  const next = statements[at + 1];
  const isOfDeclaration = next !== undefined && (TYPES[next.type] !== undefined || next.type === 'function_definition');
  if (isOfDeclaration || next === undefined) return null;
  const doc = taggedDoc(commentBefore(text, statements, at + 1, RULE), 'phpdoc');
  // A licence tells nothing of what the file does.
  return doc === null || /copyright|licen[sc]e|this file is part of/i.test(doc.description) ? null : doc;
}

/** Declarations at the margin, in namespaces, and in the branches of an `if`. */
function declarationsOf(text: string, owner: Node): SourceSymbol[] {
  const inner = children(owner);
  return inner.flatMap((node, at): SourceSymbol[] => {
    const kind = TYPES[node.type];
    if (kind !== undefined) return [describeType(text, inner, at, node, kind)];
    switch (node.type) {
      case 'function_definition':
        return [describeCallable(text, inner, at, node, 'function')];
      case 'const_declaration':
        return describeConstants(text, inner, at, node);
      case 'expression_statement':
        return describeDefine(text, inner, at, node);
      case 'if_statement':
      case 'namespace_definition': {
        const body = node.childForFieldName('body');
        return body === null ? [] : declarationsOf(text, body);
      }
      default:
        return [];
    }
  });
}

function nameOf(node: Node): string {
  return node.childForFieldName('name')?.text ?? '';
}

function visibilityOf(node: Node): string {
  return childOf(node, 'visibility_modifier')?.text ?? 'public';
}

function docOf(text: string, siblings: readonly Node[], at: number): DocComment | null {
  return taggedDoc(commentBefore(text, siblings, at, RULE), 'phpdoc');
}

function signatureOf(text: string, node: Node, end: number): string {
  const start = childOf(node, 'attribute_list')?.endIndex ?? node.startIndex;
  return writtenBetween(text, node, start, end).replace(/\s*;$/, '').trim();
}

function decoratorsOf(text: string, node: Node): string[] {
  const list = childOf(node, 'attribute_list');
  return list === null ? [] : children(list).map((one) => written(text, one));
}

function describeType(text: string, siblings: readonly Node[], at: number, node: Node, kind: SymbolKind): SourceSymbol {
  const body = node.childForFieldName('body');
  const inner = body === null ? [] : children(body);
  return symbolFrom({
    kind,
    name: nameOf(node),
    signature: signatureOf(text, node, body?.startIndex ?? node.endIndex),
    doc: docOf(text, siblings, at),
    decorators: decoratorsOf(text, node),
    members: inner.flatMap((one, index) => memberOf(text, inner, index, one)),
    ...linesOf(node),
  });
}

function memberOf(text: string, siblings: readonly Node[], at: number, node: Node): SourceSymbol[] {
  if (isComment(node) || visibilityOf(node) === 'private') return [];
  switch (node.type) {
    case 'method_declaration': {
      const kind = nameOf(node).toLowerCase() === '__construct' ? 'constructor' : 'method';
      const method = describeCallable(text, siblings, at, node, kind);
      return kind === 'constructor' ? [method, ...promoted(text, node)] : [method];
    }
    case 'property_declaration':
      return describeProperties(text, siblings, at, node);
    case 'const_declaration':
      return describeConstants(text, siblings, at, node);
    case 'enum_case': {
      const signature = signatureOf(text, node, node.endIndex);
      const doc = docOf(text, siblings, at);
      return [symbolFrom({ kind: 'enum member', name: nameOf(node), signature, doc, ...linesOf(node) })];
    }
    default:
      return [];
  }
}

function describeCallable(
  text: string,
  siblings: readonly Node[],
  at: number,
  node: Node,
  kind: SymbolKind,
): SourceSymbol {
  const returns = node.childForFieldName('return_type');
  return symbolFrom({
    kind,
    name: nameOf(node),
    signature: signatureOf(text, node, node.childForFieldName('body')?.startIndex ?? node.endIndex),
    parameters: parametersOf(text, node),
    returns: returns === null ? null : written(text, returns),
    doc: docOf(text, siblings, at),
    isStatic: childOf(node, 'static_modifier') !== null,
    decorators: decoratorsOf(text, node),
    ...linesOf(node),
  });
}

function parametersOf(text: string, node: Node): Parameter[] {
  const list = node.childForFieldName('parameters');
  return (list === null ? [] : children(list))
    .filter((one) => /_parameter$/.test(one.type))
    .map((one) => {
      const type = one.childForFieldName('type');
      const value = one.childForFieldName('default_value');
      const rest = one.type === 'variadic_parameter';
      return {
        name: nameOf(one),
        type: type === null ? null : written(text, type),
        default: value === null ? null : shortValue(text, value),
        optional: value !== null || rest,
        rest,
      };
    });
}

/** Parameters of a constructor that are properties too; its `@param` documents them. */
function promoted(text: string, method: Node): SourceSymbol[] {
  const list = method.childForFieldName('parameters');
  const inner = list === null ? [] : children(list);
  return inner.flatMap((one, at) => {
    if (one.type !== 'property_promotion_parameter' || visibilityOf(one) === 'private') return [];
    const signature = signatureOf(text, one, one.endIndex);
    return [
      symbolFrom({ kind: 'property', name: nameOf(one), signature, doc: docOf(text, inner, at), ...linesOf(one) }),
    ];
  });
}

function describeProperties(text: string, siblings: readonly Node[], at: number, node: Node): SourceSymbol[] {
  const elements = children(node).filter((one) => one.type === 'property_element');
  const head = signatureOf(text, node, elements[0]?.startIndex ?? node.endIndex);
  const doc = docOf(text, siblings, at);
  return elements.map((one) =>
    symbolFrom({
      kind: 'property',
      name: one.firstNamedChild?.text ?? '',
      signature: `${head} ${written(text, one)}`,
      doc,
      isStatic: childOf(node, 'static_modifier') !== null,
      decorators: decoratorsOf(text, node),
      ...linesOf(node),
    }),
  );
}

function describeConstants(text: string, siblings: readonly Node[], at: number, node: Node): SourceSymbol[] {
  const elements = children(node).filter((one) => one.type === 'const_element');
  const head = signatureOf(text, node, elements[0]?.startIndex ?? node.endIndex);
  const doc = docOf(text, siblings, at);
  return elements.map((one) => {
    const name = one.firstNamedChild?.text ?? '';
    const value = one.lastNamedChild;
    const shown = value === null ? '' : ` = ${shortValue(text, value)}`;
    return symbolFrom({ kind: 'constant', name, signature: `${head} ${name}${shown}`, doc, ...linesOf(node) });
  });
}

/** `define('NAME', value)`. */
function describeDefine(text: string, siblings: readonly Node[], at: number, node: Node): SourceSymbol[] {
  const call = node.firstNamedChild;
  if (call?.type !== 'function_call_expression' || call.childForFieldName('function')?.text !== 'define') return [];
  const name = /^define\(\s*(['"])([A-Za-z_]\w*)\1\s*,/.exec(written(text, call))?.[2];
  if (name === undefined) return [];
  const doc = docOf(text, siblings, at);
  return [symbolFrom({ kind: 'constant', name, signature: written(text, call), doc, ...linesOf(node) })];
}
