import { createRequire } from 'node:module';
import { Language, type Node, Parser, type Tree } from 'web-tree-sitter';
import type { ParseProblem } from './symbols.ts';

/** Grammars by the names that their files have. */
export type Grammar = 'c' | 'cpp' | 'c_sharp' | 'go' | 'java' | 'php' | 'python' | 'ruby' | 'rust';

const LONGEST_IDENTIFIER = 40;
const MOST_PROBLEMS = 20;

let starting: Promise<void> | null = null;
const loading = new Map<Grammar, Promise<Parser>>();

/**
 * Runs `read` on the syntax tree of a text and frees the tree. A grammar is loaded once per thread, when it is first
 * needed. Positions count in UTF-16 units of `text`.
 */
export async function withSyntaxTree<Result>(
  grammar: Grammar,
  text: string,
  read: (root: Node) => Result,
): Promise<Result> {
  const waiting = loading.get(grammar) ?? load(grammar);
  loading.set(grammar, waiting);
  const parser = await waiting;
  let tree: Tree | null = null;
  try {
    parser.reset();
    tree = parser.parse(text);
    if (tree === null) throw new Error('The parser gave no tree');
    return read(tree.rootNode);
  } catch (error) {
    // After a trap the parser's memory cannot be trusted any more.
    if (error instanceof Error && error.name === 'RuntimeError') loading.delete(grammar);
    throw error;
  } finally {
    tree?.delete();
  }
}

/** Starts the parser's module once: two starts at a time would make two memories and mix them up. */
export function startParser(): Promise<void> {
  starting ??= Parser.init();
  return starting;
}

async function load(grammar: Grammar): Promise<Parser> {
  await startParser();
  const { resolve } = createRequire(import.meta.url);
  const language = await Language.load(resolve(`tree-sitter-wasms/out/tree-sitter-${grammar}.wasm`));
  const parser = new Parser();
  parser.setLanguage(language);
  return parser;
}

/** Named children that are there, comments among them. */
export function children(node: Node): Node[] {
  return node.namedChildren.filter((child) => child !== null);
}

/** The first named child of one of the types, or null. */
export function childOf(node: Node, ...types: readonly string[]): Node | null {
  return children(node).find((child) => types.includes(child.type)) ?? null;
}

/** First line of a node, from 1. */
export function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

/** Last line of a node that holds text, from 1. */
export function endLineOf(node: Node): number {
  const { row, column } = node.endPosition;
  return column === 0 && row > node.startPosition.row ? row : row + 1;
}

/** Places where the text is not what the grammar knows, in line order; `language` is its name for people. */
export function problemsOf(root: Node, language: string): ParseProblem[] {
  if (!root.hasError) return [];
  const found: ParseProblem[] = [];
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined && found.length < MOST_PROBLEMS; node = waiting.pop()) {
    if (node.isMissing)
      found.push({ line: lineOf(node), message: `Expected ${node.type.slice(0, LONGEST_IDENTIFIER)}` });
    else if (node.isError)
      found.push({ line: lineOf(node), message: `Text that is not ${language} as this parser knows it` });
    else if (node.hasError) for (const child of node.children.toReversed()) if (child !== null) waiting.push(child);
  }
  return found.sort((a, b) => a.line - b.line);
}
