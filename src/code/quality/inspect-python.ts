import { withPythonTree } from '../python-grammar.ts';
import { publicPythonSymbols } from '../python-symbols.ts';
import type { ParsedSource } from '../symbols.ts';
import { CodeLines } from './code-lines.ts';
import { measureFunctions } from './complexity.ts';
import { pythonTableLines } from './data-tables.ts';
import type { FileFacts, LoneName } from './file-facts.ts';
import { pythonEffects } from './python-effects.ts';
import { pythonFlow } from './python-flow.ts';
import { copyTree, fieldOf, type PythonNode, partOf } from './python-nodes.ts';
import { pythonHits } from './python-rules.ts';
import { type ClassSize, sizeHits } from './size-rules.ts';
import { pythonSuppressions } from './suppressions.ts';

/** What is known of a Python file after one look at it. */
export interface InspectedPython {
  readonly facts: Omit<FileFacts, 'publicSymbols' | 'documentedSymbols' | 'problem'>;
  readonly parsed: Pick<ParsedSource, 'symbols' | 'problems'>;
}

/** What a Python file gives. Rejects only when the parser itself fails. */
export async function inspectPython(text: string): Promise<InspectedPython> {
  const { copied, parsed } = await withPythonTree(text, (root) => ({
    copied: copyTree(root),
    parsed: publicPythonSymbols(root),
  }));
  return { facts: factsOf(text, copied), parsed };
}

function factsOf(text: string, { tree, comments }: ReturnType<typeof copyTree>): InspectedPython['facts'] {
  const code = codeLinesOf(text, comments, tree);
  const functions = measureFunctions(pythonFlow(text, tree), (from, to) => code.between(from, to));
  const codeLines = code.total;
  const tableLines = pythonTableLines(text, tree, code);
  const silenced = pythonSuppressions(
    comments.map(({ start, end, line, endLine }) => ({ text: text.slice(start + 1, end), line, endLine })),
  );
  const words = privateWords(text);
  const heard = ({ rule, line }: { rule: string; line: number }) => !silenced.covers(rule, line);
  const { classes, privates } = declarationsOf(text, tree);
  return {
    codeLines,
    functions: functions.map(({ cyclomatic, cognitive }) => [cyclomatic, cognitive ?? -1]),
    hits: [...pythonHits(text, tree), ...pythonEffects(text, tree)].filter(heard),
    sizes: sizeHits({ functions, classes, codeLines, tableLines }).filter(heard),
    privates: privates.filter(({ name, line }) => words.get(name) === 1 && !silenced.covers('unused-private', line)),
    exported: [],
    shared: null,
    globals: [],
    mentions: [...words.keys()].join(' '),
  };
}

/** Classes with their sizes, and the functions, methods and classes that are private by their names. */
function declarationsOf(text: string, root: PythonNode): { classes: ClassSize[]; privates: LoneName[] } {
  const classes: ClassSize[] = [];
  const privates: LoneName[] = [];
  const nameOf = (node: PythonNode): string => {
    const name = fieldOf(node, 'name');
    return name === null ? '' : text.slice(name.start, name.end);
  };
  const take = (block: PythonNode, inClass: boolean): void => {
    for (const child of block.children) {
      // What is decorated is handed to the decorator, which may keep it.
      const node = child.type === 'decorated_definition' ? fieldOf(child, 'definition') : child;
      if (node === null || (node.type !== 'function_definition' && node.type !== 'class_definition')) continue;
      const name = nameOf(node);
      const kind = node.type === 'class_definition' ? 'class' : inClass ? 'method' : 'function';
      if (node === child && /^_(?!_?$)(?!.*__$)/.test(name)) {
        privates.push({ name, kind, line: node.line, column: node.column });
      }
      if (kind !== 'class') continue;
      const body = partOf(node, 'block');
      if (body === null) continue;
      const methods = body.children.filter(({ type }) => type === 'function_definition').length;
      classes.push({ name, line: node.line, methods });
      take(body, true);
    }
  };
  take(root, false);
  return { classes, privates };
}

/** How often each identifier that begins with `_` is there, comments and strings counted. */
function privateWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.match(/\b_\w+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function codeLinesOf(text: string, comments: readonly PythonNode[], root: PythonNode): CodeLines {
  const lines = text.split('\n');
  const blank = (from: number, to: number): void => {
    for (let line = from; line <= to; line += 1) lines[line - 1] = '';
  };
  for (const { line } of comments) if (lines[line - 1]?.trimStart().startsWith('#') === true) blank(line, line);
  const waiting: PythonNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const only = node.type === 'expression_statement' ? node.children[0] : undefined;
    if (only?.type === 'string' && node.children.length === 1) blank(node.line, node.endLine);
    else if (/_statement$|^block$|^module$|_definition$|_clause$/.test(node.type)) waiting.push(...node.children);
  }
  return new CodeLines(lines);
}
