import type { Node } from 'web-tree-sitter';
import { type Comment, type CommentRule, commentBefore } from './comments.ts';
import { linesOf, shortValue, symbolFrom, written } from './declarations.ts';
import { argumentsOf, type Scope, symbolNames } from './ruby-scopes.ts';
import type { DocComment, Parameter, SourceSymbol } from './symbols.ts';
import { children } from './syntax-tree.ts';
import { taggedDoc } from './tagged-comments.ts';

const RULE: CommentRule = {
  accepts: (comment) =>
    comment.startsWith('=begin') ||
    (comment.startsWith('#') &&
      !/^#(?:!|\s*-\*-|\s*(?:frozen_string_literal|encoding|coding|warn_indent|typed|rubocop|shareable_constant_value):)/.test(
        comment,
      )),
  overEmptyLines: false,
};

/** What a comment says of a declaration, and whether it hides the declaration: `:nodoc:`, `@api private`, `@private`. */
export function rubyDoc(
  text: string,
  siblings: readonly Node[],
  at: number,
  node: Node,
): { doc: DocComment | null; hidden: 'all' | 'itself' | null } {
  const comment = withoutMarkers(commentBefore(text, siblings, at, RULE));
  const line = text.slice(node.startIndex, lineEnd(text, node.startIndex));
  const mark = /#\s*:nodoc:(\s*all)?/.exec(line);
  const all = comment?.lines.map((one) => one.text).join('\n') ?? '';
  const hidden = mark !== null ? (mark[1] === undefined ? 'itself' : 'all') : null;
  const isPrivate = /^\s*(?:@private\b|@api\s+private\b|:nodoc:)/m.test(all);
  return { doc: taggedDoc(comment, 'yard'), hidden: hidden ?? (isPrivate ? 'itself' : null) };
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

/** RDoc's own marks, such as `:call-seq:`, are no text; a line of two dashes ends what is shown. */
function withoutMarkers(comment: Comment | null): Comment | null {
  if (comment === null) return null;
  const end = comment.lines.findIndex((line) => /^--\s*$/.test(line.text));
  const shown = (end < 0 ? comment.lines : comment.lines.slice(0, end)).filter(
    (line) => !/^:(?:call-seq|method|attr\w*|markup|section|category|title|main):/.test(line.text),
  );
  return shown.some((line) => line.text.trim() !== '') ? { ...comment, lines: shown } : null;
}

/** A public method; `statement` is what the comment stands before, such as `public def x`. */
export function describeMethod(
  text: string,
  siblings: readonly Node[],
  at: number,
  node: Node,
  scope: Scope,
  statement: Node = node,
): SourceSymbol[] {
  const ofClass = node.type === 'singleton_method';
  if (ofClass && node.childForFieldName('object')?.type !== 'self') return [];
  if (!ofClass && !scope.open && !scope.isSingleton) return [];
  if (scope.isSingleton && !scope.open) return [];
  const { doc, hidden } = rubyDoc(text, siblings, at, statement);
  if (hidden !== null) return [];
  const name = node.childForFieldName('name')?.text ?? '';
  const parameters = node.childForFieldName('parameters');
  const isStatic = ofClass || scope.isSingleton;
  const list = parameters === null ? '' : written(text, parameters);
  return [
    symbolFrom({
      kind: scope.path === '' && !isStatic ? 'function' : name === 'initialize' ? 'constructor' : 'method',
      name,
      signature: `def ${isStatic ? 'self.' : ''}${name}${list === '' || list.startsWith('(') ? list : `(${list})`}`,
      parameters: parameters === null ? [] : children(parameters).flatMap((one) => readParameter(text, one)),
      returns: null,
      doc,
      isStatic,
      ...linesOf(statement),
    }),
  ];
}

function readParameter(text: string, node: Node): Parameter[] {
  const name = node.childForFieldName('name')?.text ?? '';
  const value = node.childForFieldName('value');
  const plain = { type: null, default: value === null ? null : shortValue(text, value), rest: false };
  switch (node.type) {
    case 'identifier':
    case 'destructured_parameter':
      return [{ name: written(text, node), ...plain, optional: false }];
    case 'optional_parameter':
      return [{ name, ...plain, optional: true }];
    case 'keyword_parameter':
      return [{ name, ...plain, optional: value !== null }];
    case 'splat_parameter':
      return [{ name: `*${name}`, ...plain, optional: true, rest: true }];
    case 'hash_splat_parameter':
      return [{ name: `**${name}`, ...plain, optional: true, rest: true }];
    case 'block_parameter':
      return [{ name: `&${name}`, ...plain, optional: true }];
    default:
      return [];
  }
}

/** `attr_accessor :a, :b` and its kind: one member a name. */
export function describeAttributes(
  text: string,
  siblings: readonly Node[],
  at: number,
  node: Node,
  scope: Scope,
): SourceSymbol[] {
  const { doc, hidden } = rubyDoc(text, siblings, at, node);
  if (hidden !== null) return [];
  const method = node.childForFieldName('method')?.text ?? 'attr';
  const ofClass = /^(?:c|m)attr|^class_/.test(method);
  return argumentsOf(node)
    .flatMap(symbolNames)
    .map((name) =>
      symbolFrom({
        kind: 'accessor',
        name,
        signature: `${method} :${name}`,
        doc,
        isStatic: scope.isSingleton || ofClass,
        ...linesOf(node),
      }),
    );
}
