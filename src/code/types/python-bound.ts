import { withPythonTree } from '../python-grammar.ts';
import { copyTree, fieldOf, type PythonNode } from '../quality/python-nodes.ts';
import { constantOf, type Reading, type Surrounding, textOf } from './python-conditions.ts';
import { mattering } from './python-matters.ts';
import { NamePaths } from './python-paths.ts';
import type { PythonTreeFacts } from './python-tree-facts.ts';
import type { Known, Way } from './python-ways.ts';

/** A place where a checker says that a name may not be bound. Line and column are counted from 0. */
export interface DoubtedUse {
  readonly line: number;
  readonly character: number;
  readonly name: string;
}

/** A piece of a program that has names of its own. */
interface Scope {
  readonly node: PythonNode;
  readonly block: PythonNode;
}

/** Steps that names of one text may take together: about a second. */
const MOST_STEPS_OF_TEXT = 100_000;

/** Steps that are left for all texts of a tree; what is used of them is taken away. */
export interface Allowance {
  steps: number;
}

/**
 * Those of the uses of names in a text that are in doubt for no reason: on every way that leads to them without
 * contradicting itself the name is bound, or it was used before where it is not, which is told there. A text that does
 * not parse, or a function with too many ways, clears none, and neither do names behind the steps that are left.
 */
export async function clearedUses(
  text: string,
  uses: readonly DoubtedUse[],
  facts: PythonTreeFacts,
  allowed: Allowance = { steps: MOST_STEPS_OF_TEXT },
): Promise<DoubtedUse[]> {
  let left = Math.min(allowed.steps, MOST_STEPS_OF_TEXT);
  const root = await withPythonTree(text, (tree) => copyTree(tree).tree);
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const groups = new Map<string, { scope: Scope; name: string; uses: Map<number, DoubtedUse> }>();
  for (const use of uses) {
    const offset = (starts[use.line] ?? 0) + use.character;
    const scope = scopeOf(root, offset);
    const key = `${scope.node.start} ${scope.node.type} ${use.name}`;
    const group = groups.get(key) ?? { scope, name: use.name, uses: new Map() };
    groups.set(key, group);
    group.uses.set(offset, use);
  }
  const constants = constantsOf(root, text);
  return [...groups.values()].flatMap((group) => {
    if (left <= 0) return [];
    const surrounding = surroundingOf(
      { text, name: group.name, matters: mattering(group.scope.block, text) },
      constants,
      facts,
    );
    const offsets = [...group.uses.keys()].sort((a, b) => a - b);
    const paths = new NamePaths(surrounding, offsets);
    const isFollowed = paths.follow(group.scope.block);
    left -= paths.steps;
    allowed.steps -= paths.steps;
    if (!isFollowed) return [];
    return [...group.uses].flatMap(([offset, use]) => (paths.unbound.has(offset) ? [] : [use]));
  });
}

/** The innermost function, class or file whose block an offset stands in. */
function scopeOf(root: PythonNode, offset: number): Scope {
  let scope: Scope = { node: root, block: root };
  let at: PythonNode | undefined = root;
  while (at !== undefined) {
    const next: PythonNode | undefined = at.children.find(({ start, end }) => start <= offset && offset < end);
    if (next !== undefined && next.field === 'body' && /^(?:function|class)_definition$/.test(at.type)) {
      scope = { node: at, block: next };
    }
    at = next;
  }
  return scope;
}

/** What is known of the names of a file that are given a value once, at its top. */
function constantsOf(root: PythonNode, text: string): ReadonlyMap<string, Partial<Known>> {
  const found = new Map<string, Partial<Known>>();
  const twice = new Set<string>();
  for (const statement of root.children) {
    const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
    const [target, value] = [assignment, assignment].map((one, at) =>
      one === undefined ? null : fieldOf(one, at === 0 ? 'left' : 'right'),
    );
    if (target?.type !== 'identifier' || value === null || value === undefined) continue;
    const name = textOf(target, { text });
    if (found.has(name)) twice.add(name);
    const constant = value.type === 'identifier' ? null : constantOf(value, { text });
    const isCollection = /^(?:list|tuple|set|dictionary)$/.test(value.type) && value.children.length > 0;
    found.set(name, constant !== null ? { is: constant } : isCollection ? { truth: true, none: false } : {});
  }
  const isOwn = (name: string) => /^_?[A-Z][A-Z\d_]*$/.test(name) && !twice.has(name);
  return new Map([...found].filter(([name, known]) => isOwn(name) && Object.keys(known).length > 0));
}

function surroundingOf(
  { text, name, matters }: Pick<Reading, 'text' | 'name' | 'matters'>,
  constants: ReadonlyMap<string, Partial<Known>>,
  facts: PythonTreeFacts,
): Surrounding {
  const reading: Reading = {
    text,
    name,
    matters,
    members: (enumeration) => facts.membersOf(enumeration),
    constant: (subject) => constants.get(subject) ?? null,
  };
  return {
    ...reading,
    ends: (call, isWaiting) => facts.ends(call, isWaiting),
    holdsBack: (manager) => facts.holdsBack(manager),
    isNeverEmpty: (iterated, way) => isNeverEmpty(iterated, way, reading),
  };
}

/** Calls that give as many values as what they are given. */
const PASSING = /^(?:enumerate|reversed|sorted|list|tuple|set|iter|tqdm(?:\.tqdm)?|trange|track|copy)$/;
/** Counts of tries and rounds: nobody asks for none. */
const COUNT = /retr(?:y|ies)|attempt|tries|trials|n_?iter|max_?iter|iterations|epochs?\b|repeats?\b|repetitions/i;

function isNeverEmpty(iterated: PythonNode, way: Way, reading: Reading): boolean {
  const text = textOf(iterated, reading);
  if (/^(?:list|tuple|set|dictionary)$/.test(iterated.type))
    return iterated.children.some(({ type }) => !type.includes('splat') && type !== 'list_comprehension');
  if (iterated.type === 'string') return text.length > 2;
  if (iterated.type !== 'call') return (reading.constant(text)?.truth ?? way.of(text).truth) === true;
  const callee = fieldOf(iterated, 'function');
  const given = fieldOf(iterated, 'arguments')?.children.filter(({ type }) => type !== 'keyword_argument') ?? [];
  const name = callee === null ? '' : textOf(callee, reading);
  const [first] = given;
  if (name === 'range' || name === 'trange') return isCounting(given, way, reading);
  if (/^(?:itertools\.)?(?:count|cycle)$/.test(name)) return true;
  if (PASSING.test(name)) return first !== undefined && isNeverEmpty(first, way, reading);
  if (name === 'zip') return given.length > 0 && given.every((one) => isNeverEmpty(one, way, reading));
  const [, holder, method] = /^(.+)\.(\w+)$/.exec(name) ?? [];
  if (callee === null || holder === undefined) return false;
  // A text has at least one part, if that is all of it.
  if (method === 'split' || method === 'rsplit' || method === 'partition') return first !== undefined;
  const inner = fieldOf(callee, 'object');
  return /^(?:items|keys|values|copy)$/.test(method ?? '') && inner !== null && isNeverEmpty(inner, way, reading);
}

function isCounting(given: readonly PythonNode[], way: Way, reading: Reading): boolean {
  const values = given.map((one) => {
    const text = textOf(one, reading);
    const value = constantOf(one, reading) ?? way.of(text).is ?? '';
    const known = /^-?\d+$/.test(value) ? value : reading.constant(text)?.is;
    return known !== undefined && known !== null && /^-?\d+$/.test(known) ? Number(known) : null;
  });
  const [first = null, second = null, step = 1] = values;
  if (values.length === 1) return first === null ? COUNT.test(textOf(given[0] ?? NO_NODE, reading)) : first > 0;
  if (first !== null && second !== null) return (step ?? 1) < 0 ? first > second : first < second;
  const last = given[1];
  return last !== undefined && first !== null && first <= 1 && COUNT.test(textOf(last, reading));
}

const NO_NODE: PythonNode = {
  type: 'none',
  field: null,
  start: 0,
  end: 0,
  line: 1,
  column: 1,
  endLine: 1,
  children: [],
};
