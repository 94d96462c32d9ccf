import { relative, sep } from 'node:path';
import { withPythonTree } from '../python-grammar.ts';
import { copyTree, fieldOf, type PythonNode } from '../quality/python-nodes.ts';
import type { MirroredFile } from './mirror.ts';
import type { PyrightAnswer } from './pyright-run.ts';
import { isOfModule } from './python-class-scope.ts';
import { foreignNames } from './python-surroundings.ts';

type Said = PyrightAnswer['generalDiagnostics'][number];

/** What pyright said of a copy: of its files, by their full paths below its root. */
interface CheckedCopy {
  readonly root: string;
  readonly files: readonly MirroredFile[];
  readonly said: PyrightAnswer;
}

/** Modules that each file of the tree imports and that are not there. */
export type MissingModules = ReadonlyMap<string, ReadonlySet<string>>;

/** What pyright says of a value that it takes for a type. */
const OF_TYPE = /^report(?:UndefinedVariable|InvalidTypeForm|AttributeAccessIssue|GeneralTypeIssues)$/;
/** Nodes that are values whatever stands around them. */
const VALUE = /^(?:string|concatenated_string|integer|float|true|false|unary_operator)$/;

/**
 * An answer without what pyright says because it takes a piece of a program for another one: a value in the brackets of
 * something that is not installed, as in `fields.Literal["In progress"]`, is for that to read, not a type that is
 * written ahead; `a and b.start()` as a statement is there for what it calls; and a slot is no name of its class.
 */
export async function withoutMisread(
  { root, files, said }: CheckedCopy,
  missing: MissingModules,
): Promise<PyrightAnswer> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const doubted = new Map<string, Said[]>();
  for (const one of said.generalDiagnostics) {
    const file = relative(root, one.file).replaceAll(sep, '/');
    if (!mayBeMisread(one, missing.has(file))) continue;
    const known = doubted.get(file);
    if (known === undefined) doubted.set(file, [one]);
    else known.push(one);
  }
  const misread = new Set<Said>();
  for (const [file, messages] of doubted) {
    for (const one of await misreadIn(texts.get(file) ?? '', messages, missing.get(file) ?? new Set())) {
      misread.add(one);
    }
  }
  return { ...said, generalDiagnostics: said.generalDiagnostics.filter((one) => !misread.has(one)) };
}

function mayBeMisread({ rule, severity, range }: Said, hasForeign: boolean): boolean {
  if (range === undefined) return false;
  if (rule === 'reportUnusedExpression' || rule === 'reportUnboundVariable') return true;
  return hasForeign && (rule === undefined ? severity === 'error' : OF_TYPE.test(rule));
}

/** Where the parser fails, all stays told. */
async function misreadIn(text: string, messages: readonly Said[], missing: ReadonlySet<string>): Promise<Said[]> {
  const foreign = new Set(foreignNames(text, missing));
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  try {
    const root = await withPythonTree(text, (tree) => copyTree(tree).tree);
    return messages.filter(({ rule, range }) => {
      const way = wayTo(root, (starts[range?.start.line ?? 0] ?? 0) + (range?.start.character ?? 0));
      if (rule === 'reportUnusedExpression') return callsAtLast(way);
      return rule === 'reportUnboundVariable' ? isOfModule(way, text) : isReadElsewhere(way, text, foreign);
    });
  } catch (error) {
    // A parser that trapped, or a text that is nested deeper than the stack.
    if (error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError')) return [];
    throw error;
  }
}

/** The nodes that an offset stands in, the outermost first. */
function wayTo(root: PythonNode, offset: number): PythonNode[] {
  const way: PythonNode[] = [];
  for (let at: PythonNode | undefined = root; at !== undefined; ) {
    way.push(at);
    at = at.children.find(({ start, end }) => start <= offset && offset < end);
  }
  return way;
}

/** Whether a way leads to a value in the brackets of something that is not installed. */
function isReadElsewhere(way: readonly PythonNode[], text: string, foreign: ReadonlySet<string>): boolean {
  if (!VALUE.test(way.at(-1)?.type ?? '')) return false;
  return way.some((node, at) => {
    if (node.type !== 'subscript' && node.type !== 'generic_type') return false;
    const [holder] = node.children;
    if (holder === undefined || holder === way[at + 1]) return false;
    return foreign.has(/^\w+/.exec(text.slice(holder.start, holder.end))?.[0] ?? '');
  });
}

/** Whether the statement on a way asks for something and, if that holds, calls something. */
function callsAtLast(way: readonly PythonNode[]): boolean {
  const statement = way.find(({ type }) => type === 'expression_statement');
  const [only, ...others] = statement?.children ?? [];
  return only !== undefined && others.length === 0 && isCondition(only) && acts(only);
}

function isCondition({ type }: PythonNode): boolean {
  return type === 'boolean_operator';
}

/** Whether the last part of an expression that is evaluated does something. */
function acts(node: PythonNode): boolean {
  if (node.type === 'call' || node.type === 'await') return true;
  if (isCondition(node)) {
    const last = fieldOf(node, 'right');
    return last !== null && acts(last);
  }
  if (node.type === 'conditional_expression')
    return [node.children[0], node.children[2]].some((one) => one && acts(one));
  return node.type === 'parenthesized_expression' && node.children.some(acts);
}
