import { createRequire } from 'node:module';
import { Language, type Node, Parser, type Tree } from 'web-tree-sitter';

let loading: Promise<Parser> | null = null;

/**
 * Runs `read` on the syntax tree of a Python text and frees the tree. The grammar is loaded once per thread, when it
 * is first needed.
 */
export async function withPythonTree<Result>(text: string, read: (root: Node) => Result): Promise<Result> {
  loading ??= load();
  const parser = await loading;
  let tree: Tree | null = null;
  try {
    parser.reset();
    tree = parser.parse(withReadableNames(text));
    if (tree === null) throw new Error('The parser gave no tree');
    return read(tree.rootNode);
  } catch (error) {
    // After a trap the parser's memory cannot be trusted any more.
    if (error instanceof Error && error.name === 'RuntimeError') loading = null;
    throw error;
  } finally {
    tree?.delete();
  }
}

/**
 * The grammar takes `match['a'] = 1` for a match statement that breaks off. Another name of the same length keeps every
 * position; such a line declares nothing, so the name shows nowhere.
 */
function withReadableNames(text: string): string {
  return text.replace(/^([ \t]+)match(?=\[[^\n]*\][ \t]*[-+*/|&]?=(?!=))/gm, '$1mat_h');
}

async function load(): Promise<Parser> {
  const { resolve } = createRequire(import.meta.url);
  await Parser.init();
  const language = await Language.load(resolve('tree-sitter-wasms/out/tree-sitter-python.wasm'));
  const parser = new Parser();
  parser.setLanguage(language);
  return parser;
}
