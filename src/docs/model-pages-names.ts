import { type MarkdownNode, readMarkdown } from './model-pages-slots.ts';

/** Words with capitals or signs in them that are common knowledge, not names of this code. */
const COMMON = new Set(
  `AI API APIs ASCII AST AWS CI CLI CLIs CORS CPU CRUD CSS CSV DOM DNS ES ESM FAQ GitHub GitLab GraphQL GUI HTML HTTP
  HTTPS I ID IDs IDE IO IP JavaScript JSON JSX JWT Markdown MDN Mermaid MIT NaN Node.js NumPy OAuth OK OpenAPI OS PDF
  PostgreSQL PyPI Python RAM README REPL REST RPC SDK SHA SQL SQLite SSE SSH SSL SVG TCP TLS TODO TOML TSX TTY
  TypeScript UI UDP UNIX Unix URI URIs URL URLs UTC UTF UUID UX WebSocket WASM XML YAML e.g i.e and/or either/or
  input/output read/write client/server true/false`.split(/\s+/),
);

/** A name in running text: something called, dotted, with capitals inside, underscores, a path, a flag, a scope. */
const NAME =
  /(?<![\w$@./-])(?:--?[a-z][\w-]*[a-z\d]|@[\w.-]+\/[\w.-]+|[\w$]+(?:[./:]+[\w$-]+){0,20}\(\)|\.{0,2}[\w$-]*(?:[./][\w$-]+)+|[A-Za-z$]*[a-z][A-Z][\w$]*|\w*[A-Za-z\d]_\w*|[A-Z][A-Z\d]+s?)(?![\w/])/g;
/** A number that claims something: a version, a limit, a count. */
const NUMBER = /(?<![\w.])\d+(?:[.,]\d+)+(?![\w])|(?<![\w.])\d{2,}(?![\w.]*\w)/g;
/** A capital in the middle of a sentence: a product or a class. */
const PROPER = /(?<=[\p{Ll}\d,;)`*_] )\p{Lu}\p{Ll}[\p{L}\d]+/gu;

/**
 * Names, numbers and products in a text that its evidence does not have, in their order. Inline code must stand in the
 * evidence as it is; call brackets do not count.
 */
export function unknownNames(text: string, evidence: string): string[] {
  const lower = evidence.toLowerCase();
  const unknown = new Set<string>();
  const check = (name: string, within: string): void => {
    if (!COMMON.has(name) && !stands(within === lower ? name.toLowerCase() : name, within)) unknown.add(name);
  };
  const visit = (node: MarkdownNode): void => {
    if (node.type === 'inlineCode') check(bare(node.value), evidence);
    if (node.type === 'text') {
      for (const [found] of node.value.matchAll(NAME)) check(bare(found), evidence);
      for (const [found] of node.value.matchAll(NUMBER)) check(found, evidence);
    }
    if (node.type === 'paragraph') for (const [found] of wordsOf(node).matchAll(PROPER)) check(found, lower);
    if ('children' in node) for (const child of node.children) visit(child);
  };
  visit(readMarkdown(text));
  return [...unknown];
}

/** A name without the brackets and arguments of a call. */
function bare(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim();
  return /^[\w$.:@/#-]+\(.*\)$/.test(line) ? line.slice(0, line.indexOf('(')) : line;
}

/** Whether a name stands in a text as a whole, not as a part of a longer one. */
function stands(name: string, text: string): boolean {
  if (name === '') return true;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text[at - 1] ?? '', text[at + name.length] ?? ''];
    const isWhole =
      !(/[\w$]/.test(before) && /[\w$]/.test(name[0] ?? '')) &&
      !(/[\w$]/.test(after) && /[\w$]/.test(name.at(-1) ?? ''));
    if (isWhole) return true;
  }
  return false;
}

/** The running text of a paragraph, with code as a sign that ends no sentence. */
function wordsOf(node: MarkdownNode): string {
  if (node.type === 'text') return node.value;
  if (node.type === 'inlineCode') return '`';
  return 'children' in node ? node.children.map(wordsOf).join('') : '';
}
