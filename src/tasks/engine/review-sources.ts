import { parseSync } from 'oxc-parser';
import { isCountedSymbol, isDocumented } from '../../code/documented-symbols.ts';
import { roleOf } from '../../code/file-roles.ts';
import { parsedLanguageOf } from '../../code/languages.ts';
import { LineIndex } from '../../code/lines.ts';
import { withPythonTree } from '../../code/python-grammar.ts';
import { type FunctionMeasure, measureFunctions } from '../../code/quality/complexity.ts';
import { pythonFlow } from '../../code/quality/python-flow.ts';
import { copyTree } from '../../code/quality/python-nodes.ts';
import { scriptFlow } from '../../code/quality/script-flow.ts';
import { parseSource, type SourceSymbol } from '../../code/symbols.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { testsIn } from './review-tests.ts';
import { textAt } from './tree-texts.ts';

/** One public name of a file. */
export interface ReviewedSymbol {
  /** With what it is a member of: `Session.get`. */
  readonly name: string;
  readonly kind: SourceSymbol['kind'];
  readonly signature: string;
  /** What callers have to know: names and order, without types. */
  readonly parameters: readonly string[];
  readonly line: number;
  readonly endLine: number;
  /** Null where it need not say anything of itself. */
  readonly isDocumented: boolean | null;
}

/** What one version of a file has in it. Plain JSON. */
export interface ReviewedSource {
  readonly path: string;
  readonly symbols: readonly ReviewedSymbol[];
  /** Named functions with their complexity and their text; empty for languages that are not measured. */
  readonly functions: readonly (FunctionMeasure & { readonly text: string })[];
  /** Names of tests. */
  readonly tests: readonly { readonly name: string; readonly line: number }[];
  /** Null when it parses. */
  readonly problem: string | null;
}

export interface SourcesQuestion {
  readonly root: string;
  readonly paths: readonly string[];
}

/** This module as a task for a thread. */
export const READ_SOURCES: ThreadTask<SourcesQuestion, ReviewedSource[]> = { module: new URL(import.meta.url) };

/** Thread entry: reads files of one version. Those that are not there or cannot be read are left out. */
export default async function readSources({ root, paths }: SourcesQuestion): Promise<ReviewedSource[]> {
  const found: ReviewedSource[] = [];
  for (const path of paths) {
    const file = textAt(root, path);
    if (file === null || parsedLanguageOf(path) === null) continue;
    try {
      found.push(await readOne(path, file.text, file.lines));
    } catch (error) {
      // Text that breaks a parser is no reason not to review the rest.
      const problem = error instanceof RangeError ? 'It is nested too deeply.' : 'Its parser failed.';
      found.push({ path, symbols: [], functions: [], tests: [], problem });
    }
  }
  return found;
}

async function readOne(path: string, text: string, lines: readonly string[]): Promise<ReviewedSource> {
  const parsed = await parseSource(path.slice(path.lastIndexOf('/') + 1), text);
  const [first] = parsed.problems;
  const measured = await functionsIn(path, text);
  return {
    path,
    symbols: flat(parsed.symbols, '', /\.pyi?$/.test(path)),
    functions: measured
      .filter(({ name }) => name !== null)
      .map((one) => ({ ...one, text: lines.slice(one.line - 1, one.endLine).join('\n') })),
    tests: roleOf(path) === 'test' ? testsIn(path, lines) : [],
    problem: first === undefined ? null : `Line ${first.line}: ${first.message}`,
  };
}

function flat(symbols: readonly SourceSymbol[], prefix: string, isPython: boolean): ReviewedSymbol[] {
  return symbols.flatMap((symbol): ReviewedSymbol[] => {
    const { kind, signature, line, endLine, doc, members } = symbol;
    const parameters = symbol.parameters.map((one) => `${one.name}${one.optional ? '?' : ''}`);
    const name = `${prefix}${symbol.name}`;
    const documented = isCountedSymbol(symbol, isPython) ? isDocumented(doc) : null;
    const one = { name, kind, signature, parameters, line, endLine, isDocumented: documented };
    return [one, ...flat(members, `${name}.`, isPython)];
  });
}

async function functionsIn(path: string, text: string): Promise<FunctionMeasure[]> {
  if (/\.py$/.test(path)) {
    return measureFunctions(await withPythonTree(text, (root) => pythonFlow(text, copyTree(root).tree)));
  }
  if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
  const lang = /\.[mc]?jsx?$/.test(path) ? ({ lang: 'jsx' } as const) : {};
  const { program } = parseSync(path, text, { preserveParens: false, ...lang });
  return measureFunctions(scriptFlow({ text, lines: new LineIndex(text), visit: () => undefined }, program));
}
