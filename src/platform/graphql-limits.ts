import {
  type ASTVisitor,
  type DocumentNode,
  type ExecutionArgs,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Lexer,
  type ParseOptions,
  parse,
  type SelectionSetNode,
  Source,
  specifiedRules,
  TokenKind,
  type ValidationContext,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { depthLimit } from './builder.ts';
import type { Context } from './context.ts';
import { type Cost, costOf } from './graphql-cost.ts';
import { complaintAbout, unstorable } from './stored-values.ts';

/** Largest body of a GraphQL request and of a message on a socket, in bytes. */
export const bodyLimit = 1_000_000;

/** What an operation may look like. */
export const shapeLimits = {
  tokens: 2000,
  nesting: 100,
  depth: depthLimit,
  aliases: 15,
  directives: 9,
  repetitions: 50,
} as const;
export const variableLimits = { depth: 32, values: 20_000 } as const;

/**
 * Holds the limits over HTTP, SSE and socket alike, and notes what each operation costs. The shape is measured before
 * validation, whose rules take quadratic time on repeated fields.
 */
export function limitPlugin(costs: WeakMap<Context, number>): Plugin<Context> {
  return {
    onParse: ({ setParseFn }) => setParseFn(parseWithin),
    onValidate: ({ params: { documentAST }, setResult, addValidationRule }) => {
      const errors = shapeErrors(documentAST);
      if (errors.length > 0) setResult(errors);
      addValidationRule(onlyStorableText);
    },
    onExecute: ({ args, setResultAndStopExecution }) => {
      const error = noteCost(args, costs);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const error = noteCost(args, costs);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
  };
}

/** Whether a document keeps the limits of shape and is valid. */
export function isValid(schema: GraphQLSchema, document: DocumentNode): boolean {
  return shapeErrors(document).length === 0 && validate(schema, document, rules).length === 0;
}

/** What an operation costs, or what stands against running it: its variables, or its cost. */
export function costWithin(args: ExecutionArgs): Cost {
  const refusal = variableError(args.variableValues);
  return refusal === null ? costOf(args) : { refusal };
}

function noteCost(
  args: ExecutionArgs & { readonly contextValue: Context },
  costs: WeakMap<Context, number>,
): GraphQLError | undefined {
  const { points, refusal } = costWithin(args);
  if (points !== undefined) costs.set(args.contextValue, points);
  return refusal;
}

/**
 * Parses a text. Looks at the brackets first: the parser is recursive, and a deeply nested text would exhaust its
 * stack. @throws GraphQLError
 */
export function parseWithin(source: string | Source, options?: ParseOptions): DocumentNode {
  const lexer = new Lexer(typeof source === 'string' ? new Source(source) : source);
  let tokens = 0;
  let nesting = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; kind = lexer.advance().kind) {
    tokens += 1;
    if (tokens > shapeLimits.tokens) throw tooMuch('tokens');
    if (opening.includes(kind)) nesting += 1;
    if (nesting > shapeLimits.nesting) throw tooMuch('nesting');
    if (closing.includes(kind)) nesting -= 1;
  }
  return parse(source, options);
}

const opening: readonly TokenKind[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L];
const closing: readonly TokenKind[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R];

type Limit = keyof typeof shapeLimits;

function tooMuch(limit: Limit, found?: number): GraphQLError {
  const maximum = shapeLimits[limit];
  const counted = found === undefined ? '' : `; this one has ${found}`;
  return new GraphQLError(`An operation may have ${words[limit](maximum)}${counted}`, {
    extensions: { code: 'QUERY_TOO_COMPLEX', limit, maximum },
  });
}

const words: Record<Limit, (maximum: number) => string> = {
  nesting: (maximum) => `at most ${maximum} brackets inside one another`,
  tokens: (maximum) => `at most ${maximum} tokens`,
  depth: (maximum) => `at most ${maximum} levels of fields`,
  aliases: (maximum) => `at most ${maximum} aliases, fragments written out`,
  directives: (maximum) => `at most ${maximum} directives, fragments written out`,
  repetitions: (maximum) => `the same field at most ${maximum} times at one place`,
};

interface Shape {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** How often the most repeated field stands at one place. */
  readonly repetitions: number;
}

/** Measured documents: they are kept, and asked for again and again. */
const measured = new WeakMap<DocumentNode, readonly GraphQLError[]>();

function shapeErrors(document: DocumentNode): readonly GraphQLError[] {
  const known = measured.get(document);
  if (known !== undefined) return known;
  const errors = measureShape(document);
  measured.set(document, errors);
  return errors;
}

function measureShape(document: DocumentNode): GraphQLError[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) if (node.kind === 'FragmentDefinition') fragments.set(node.name.value, node);
  const ruler = new Ruler(fragments);
  for (const node of document.definitions) {
    if (node.kind !== 'OperationDefinition' && node.kind !== 'FragmentDefinition') continue;
    const shape = ruler.measure(node.selectionSet);
    const found = { ...shape, directives: shape.directives + (node.directives?.length ?? 0) };
    for (const limit of ['depth', 'aliases', 'directives', 'repetitions'] as const) {
      if (found[limit] > shapeLimits[limit]) return [tooMuch(limit, found[limit])];
    }
  }
  return [];
}

const nothing: Shape = { depth: 0, aliases: 0, directives: 0, repetitions: 0 };

/** Measures selections with their fragments written out, each fragment once. */
class Ruler {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #measured = new Map<string, Shape>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  measure(set: SelectionSetNode): Shape {
    const repeated = new Map<string, number>();
    this.#count(set, repeated, new Set());
    let { depth, aliases, directives } = nothing;
    let repetitions = Math.max(0, ...repeated.values());
    for (const selection of set.selections) {
      const isField = selection.kind === 'Field';
      const below = this.#below(selection.kind === 'FragmentSpread' ? selection.name.value : selection.selectionSet);
      depth = Math.max(depth, below.depth + (isField ? 1 : 0));
      aliases += below.aliases + (isField && selection.alias !== undefined ? 1 : 0);
      directives += below.directives + (selection.directives?.length ?? 0);
      repetitions = Math.max(repetitions, below.repetitions);
    }
    return { depth, aliases, directives, repetitions };
  }

  #below(below: string | SelectionSetNode | undefined): Shape {
    if (below === undefined) return nothing;
    if (typeof below !== 'string') return this.measure(below);
    const known = this.#measured.get(below);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(below);
    if (fragment === undefined) return nothing;
    // Stands for the fragment inside itself: a cycle is refused by validation.
    this.#measured.set(below, nothing);
    const shape = this.measure(fragment.selectionSet);
    this.#measured.set(below, shape);
    return shape;
  }

  /** Counts the fields that meet at one place, through fragments. */
  #count(set: SelectionSetNode, counts: Map<string, number>, spread: Set<string>): void {
    for (const selection of set.selections) {
      const name = selection.kind === 'InlineFragment' ? '... on' : `${selection.kind} ${selection.name.value}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (selection.kind === 'InlineFragment') this.#count(selection.selectionSet, counts, spread);
      if (selection.kind !== 'FragmentSpread' || spread.has(selection.name.value)) continue;
      spread.add(selection.name.value);
      const fragment = this.#fragments.get(selection.name.value);
      if (fragment !== undefined) this.#count(fragment.selectionSet, counts, spread);
    }
  }
}

const rules = [...specifiedRules, onlyStorableText];

function onlyStorableText(context: ValidationContext): ASTVisitor {
  return {
    StringValue(node) {
      const complaint = unstorable(node.value);
      if (complaint !== null) {
        context.reportError(new GraphQLError(complaint, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } }));
      }
    },
  };
}

function variableError(variables: unknown): GraphQLError | null {
  if (variables === undefined || variables === null) return null;
  const complaint = complaintAbout(variables, variableLimits);
  if (complaint === null) return null;
  const words = {
    text: complaint.message,
    values: `Variables may hold ${complaint.message}`,
    depth: `Variables may be nested ${complaint.message}`,
  };
  return new GraphQLError(words[complaint.kind], { extensions: { code: 'BAD_USER_INPUT' } });
}
