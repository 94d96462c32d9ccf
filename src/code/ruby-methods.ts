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

/**
 * What a comment says of a declaration, and whether it hides the declaration: `:nodoc:`, `@api private`, `@private`.
 */
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
  // What a tag of YARD says of a class it says of all that is in it; the mark of RDoc speaks of the class alone.
  const said = /^\s*(?:@private\b|@api\s+private\b)/m.test(all) ? 'all' : /^\s*:nodoc:/m.test(all) ? 'itself' : null;
  return { doc: taggedDoc(comment, 'yard'), hidden: hidden ?? said };
}

/** `@!attribute [r] name` with the lines that stand further in, and `@attr [Type] name text`. */
const ATTRIBUTE = /^\s*@(?:!attribute\s+(?:\[[^\]]*\]\s*)?|attr(?:_reader|_writer)?\s+(?:\[[^\]]*\]\s*)?)(\w+)\s*(.*)$/;

/**
 * What the comment before a declaration says of attributes that the code makes without naming them one by one, such as
 * the fields of a `Struct` or a `Data`, by their names.
 */
export function attributeDocs(text: string, siblings: readonly Node[], at: number): ReadonlyMap<string, DocComment> {
  const comment = commentBefore(text, siblings, at, RULE);
  const found = new Map<string, DocComment>();
  const lines = comment?.lines ?? [];
  for (const [start, line] of lines.entries()) {
    const match = ATTRIBUTE.exec(line.text);
    if (match === null) continue;
    const rest = lines.slice(start + 1);
    const end = rest.findIndex((one) => /^\S/.test(one.text));
    const inner = rest.slice(0, end < 0 ? rest.length : end).map((one) => ({ ...one, text: one.text.trim() }));
    const own = [{ ...line, text: match[2] ?? '' }, ...inner];
    const doc = taggedDoc({ lines: own, line: line.line, endLine: own.at(-1)?.line ?? line.line }, 'yard');
    if (doc !== null) found.set(match[1] ?? '', doc);
  }
  return found;
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
