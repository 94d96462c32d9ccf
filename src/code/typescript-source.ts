import type { Comment, Decorator, FormalParameter, Node, ParamPattern, Span, TSTypeAnnotation } from 'oxc-parser';
import { type JsDocBlock, parseJsDoc } from './jsdoc.ts';
import { LineIndex } from './lines.ts';
import { normalise, shortened } from './signatures.ts';
import type { BodyFacts, DocComment, Parameter } from './symbols.ts';
import type { FunctionFrame } from './typescript-body.ts';

const LONGEST_SIGNATURE = 600;
const LONGEST_VALUE = 80;

/** The text of one TypeScript or JavaScript file with what is asked of it while its tree is read. */
export class TypeScriptSource {
  readonly text: string;
  readonly isDeclarationFile: boolean;
  readonly #comments: readonly Comment[];
  readonly #lines: LineIndex;
  #bodies: ReadonlyMap<Node, FunctionFrame> = new Map();

  constructor(path: string, text: string, comments: readonly Comment[]) {
    this.text = text;
    this.isDeclarationFile = /\.d\.[mc]?ts$/.test(path);
    this.#comments = comments;
    this.#lines = new LineIndex(text);
  }

  /** Line of an offset, from 1. */
  lineAt(offset: number): number {
    return this.#lines.lineAt(offset);
  }

  /** Takes what a walk found of the functions' bodies, which `body` answers from. */
  setBodies(bodies: ReadonlyMap<Node, FunctionFrame>): void {
    this.#bodies = bodies;
  }

  /** What the body of a function does, or null when it has none. */
  body(node: Node): BodyFacts | null {
    return this.#bodies.get(node)?.facts((offset) => this.lineAt(offset)) ?? null;
  }

  /** Source between two offsets on one line, without comments. */
  slice(start: number, end: number): string {
    return shortened(normalise(this.text, start, end, this.#commentsIn(start, end)), LONGEST_SIGNATURE);
  }

  /** A short value as written, or an ellipsis. */
  value(node: Span): string {
    if (node.end - node.start > LONGEST_VALUE * 4) return '…';
    const written = this.slice(node.start, node.end);
    return written.length > LONGEST_VALUE || written.includes('\n') ? '…' : written;
  }

  /** A type annotation without its colon, or null. */
  type(annotation: TSTypeAnnotation | null | undefined): string | null {
    if (annotation === null || annotation === undefined) return null;
    return this.slice(annotation.typeAnnotation.start, annotation.typeAnnotation.end);
  }

  /** The JSDoc block that stands directly before an offset, or null. */
  docBefore(offset: number): JsDocBlock | null {
    let before = offset;
    for (let index = this.#lastCommentBefore(offset); index >= 0; index -= 1) {
      const comment = this.#comments[index];
      if (comment === undefined || this.text.slice(comment.end, before).trim() !== '') return null;
      if (isJsDoc(comment)) {
        const block = parseJsDoc(comment.value, this.lineAt(comment.start));
        // A block that declares a type is about that type, not about what follows.
        return isAboutFile(block) || block.typedefs.length > 0 ? null : block;
      }
      // A linter's or a compiler's remark may stand between; a comment at the end of another statement may not.
      if (comment.type === 'Line' && !this.#startsLine(comment.start)) return null;
      before = comment.start;
    }
    return null;
  }

  /** JSDoc blocks whose text holds a word, with their lines. */
  docsWith(pattern: RegExp): JsDocBlock[] {
    return this.#comments
      .filter((comment) => isJsDoc(comment) && pattern.test(comment.value))
      .map((comment) => parseJsDoc(comment.value, this.lineAt(comment.start)));
  }

  /** Comment about the whole file: the first JSDoc block when it says so or when no declaration follows it at once. */
  fileDoc(firstStatement: { start: number; isDeclaration: boolean } | null): DocComment | null {
    const first = this.#comments.find(isJsDoc);
    if (first === undefined) return null;
    if (firstStatement !== null && first.start > firstStatement.start) return null;
    const block = parseJsDoc(first.value, this.lineAt(first.start));
    if (isLicence(block)) return null;
    if (isAboutFile(block)) return block.doc.description === '' ? null : block.doc;
    const nextIsComment = this.#comments.some(
      (comment) =>
        isJsDoc(comment) &&
        comment.start > first.start &&
        (firstStatement === null || comment.end <= firstStatement.start),
    );
    const belongsToFile = firstStatement === null || !firstStatement.isDeclaration || nextIsComment;
    return belongsToFile && block.doc.description !== '' ? block.doc : null;
  }

  /** Decorators as written, with their arguments. */
  decorators(decorators: readonly Decorator[] | undefined): string[] {
    return (decorators ?? []).map((decorator) => this.slice(decorator.start, decorator.end));
  }

  /** Parameters as written; a `this` parameter is a type annotation, not a parameter. */
  parameters(params: readonly ParamPattern[]): Parameter[] {
    return params.map((param) => this.#parameter(param)).filter((parameter) => parameter.name !== 'this');
  }

  #parameter(param: ParamPattern): Parameter {
    if (param.type === 'TSParameterProperty') return this.#parameter(param.parameter);
    if (param.type === 'RestElement') {
      const name = `...${this.#patternName(param.argument)}`;
      const type = this.type(param.typeAnnotation ?? annotationOf(param.argument));
      return { name, type, default: null, optional: false, rest: true };
    }
    if (param.type === 'AssignmentPattern') {
      const type = this.type(annotationOf(param.left));
      return {
        name: this.#patternName(param.left),
        type,
        default: this.value(param.right),
        optional: true,
        rest: false,
      };
    }
    const optional = isOptional(param);
    return {
      name: this.#patternName(param),
      type: this.type(annotationOf(param)),
      default: null,
      optional,
      rest: false,
    };
  }

  #patternName(pattern: FormalParameter): string {
    if (pattern.type === 'Identifier') return pattern.name;
    const annotation = annotationOf(pattern);
    return this.slice(pattern.start, annotation?.start ?? pattern.end);
  }

  #commentsIn(start: number, end: number): Comment[] {
    const found: Comment[] = [];
    for (let index = this.#lastCommentBefore(start) + 1; index < this.#comments.length; index += 1) {
      const comment = this.#comments[index];
      if (comment === undefined || comment.start >= end) break;
      if (comment.start >= start) found.push(comment);
    }
    return found;
  }

  /** Index of the last comment that ends at or before an offset, or -1. */
  #lastCommentBefore(offset: number): number {
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#comments[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #startsLine(offset: number): boolean {
    return this.text.slice(this.text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
  }
}

/** The declared type of `optional` is `false`, although the parser sets it on `name?: type`. */
function isOptional(pattern: { readonly optional?: boolean }): boolean {
  return pattern.optional ?? false;
}

function annotationOf(pattern: FormalParameter): TSTypeAnnotation | null {
  return ('typeAnnotation' in pattern ? pattern.typeAnnotation : null) ?? null;
}

function isJsDoc(comment: Comment): boolean {
  return comment.type === 'Block' && comment.value.startsWith('*') && !comment.value.startsWith('**');
}

function isAboutFile(block: JsDocBlock): boolean {
  return (
    ['fileoverview', 'file', 'module', 'packageDocumentation', 'overview'].some((tag) => block.tags.has(tag)) ||
    isLicence(block)
  );
}

function isLicence(block: JsDocBlock): boolean {
  const named = block.tags.has('license') || block.tags.has('copyright') || block.tags.has('preserve');
  return named || /^(?:\(c\)|copyright|licen[sc]ed under|spdx-)/i.test(block.doc.description);
}
