import { isInsertedAhead } from './python-insertions.ts';
import { fieldOf, type PythonNode } from './python-nodes.ts';
import type { RuleHit } from './rule-hit.ts';

/** Methods that take something out of a collection, or move what is in it. Adding to a list is a queue's way. */
const REMOVING = new Set(['remove', 'pop', 'popitem', 'insert', 'clear', 'discard']);
/** Methods of a string whose only effect is their result, and how many arguments they take. */
const PURE: Readonly<Record<string, readonly [least: number, most: number]>> = {
  capitalize: [0, 0],
  casefold: [0, 0],
  endswith: [1, 3],
  lower: [0, 0],
  lstrip: [0, 1],
  removeprefix: [1, 1],
  removesuffix: [1, 1],
  rstrip: [0, 1],
  startswith: [1, 3],
  strip: [0, 1],
  swapcase: [0, 0],
  title: [0, 0],
  upper: [0, 0],
  zfill: [1, 1],
};
/** Shifts and `|` are what pipelines are written with. */
const ARITHMETIC = new Set(['+', '-', '*', '/', '//', '%', '**']);
const PURE_FUNCTIONS = new Set(['sorted', 'reversed']);

/** Statements whose effect is lost, or is not the one that was meant. */
export function pythonEffects(text: string, root: PythonNode): RuleHit[] {
  const reader = new EffectsReader(text);
  reader.read(root, []);
  return reader.hits;
}

/** A loop, and the collection that it goes through. */
interface Walk {
  readonly collection: string;
  readonly loop: PythonNode;
}

class EffectsReader {
  readonly hits: RuleHit[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** `walked` are the loops around that go through collections, the innermost last. */
  read(node: PythonNode, walked: readonly Walk[]): void {
    switch (node.type) {
      case 'try_statement':
        // What is tried may be called for what it raises.
        for (const child of node.children) this.#block(child, walked, false);
        return;
      case 'function_definition':
      case 'lambda':
        this.#inside(node, []);
        return;
      case 'for_statement': {
        const collection = this.#collectionOf(node);
        for (const child of node.children) {
          this.read(
            child,
            child.field === 'body' && collection !== null ? [...walked, { collection, loop: node }] : walked,
          );
        }
        return;
      }
      case 'module':
      case 'block':
        this.#block(node, walked, true);
        return;
      default:
        this.#inside(node, walked);
    }
  }

  #inside(node: PythonNode, walked: readonly Walk[]): void {
    for (const child of node.children) this.read(child, walked);
  }

  #block(block: PythonNode, walked: readonly Walk[], asksResults: boolean): void {
    const leaves = block.children.some(({ type }) => /^(?:break|return|raise)_statement$/.test(type));
    for (const statement of block.children) {
      if (asksResults) this.#ignored(statement);
      if (asksResults) this.#useless(statement);
      if (!leaves && walked.length > 0) this.#removing(statement, walked);
      this.read(statement, walked);
    }
  }

  /** The name of what a loop goes through, where it goes through itself and no copy. */
  #collectionOf(loop: PythonNode): string | null {
    const right = fieldOf(loop, 'right');
    if (right === null) return null;
    if (right.type === 'identifier' || right.type === 'attribute') return this.#slice(right);
    const view = /^([\w.]+)\.(?:items|keys|values)\(\)$|^enumerate\(([\w.]+)(?:,.*)?\)$/.exec(this.#slice(right));
    return view?.[1] ?? view?.[2] ?? null;
  }

  #removing(statement: PythonNode, walked: readonly Walk[]): void {
    const [first] = statement.children;
    if (first === undefined) return;
    let collection: string | null = null;
    let place: PythonNode | null = null;
    if (statement.type === 'delete_statement' && first.type === 'subscript') {
      const value = fieldOf(first, 'value');
      collection = value === null ? null : this.#slice(value);
    } else if (statement.type === 'expression_statement') {
      const call = first.type === 'assignment' ? fieldOf(first, 'right') : first;
      const called = call?.type === 'call' ? fieldOf(call, 'function') : null;
      const [object, method] =
        called?.type === 'attribute' ? [fieldOf(called, 'object'), fieldOf(called, 'attribute')] : [];
      if (object && method && REMOVING.has(this.#slice(method))) collection = this.#slice(object);
      if (method && this.#slice(method) === 'insert') place = call?.children.at(-1)?.children[0] ?? null;
    }
    const walks = walked.filter((one) => one.collection === collection);
    const [walk] = walks;
    if (collection === null || walk === undefined) return;
    if (place !== null && walks.length === 1 && this.#isAhead(statement, walk, this.#slice(place))) return;
    this.#hit(statement, {
      rule: 'loop-mutation',
      message: `\`${collection}\` is changed while a loop goes through it, so elements are skipped or the loop fails.`,
      suggestion: `Go through a copy (\`list(${collection})\`), or collect what is to be kept.`,
    });
  }

  #isAhead(statement: PythonNode, { collection: list, loop }: Walk, place: string): boolean {
    return isInsertedAhead({ loop: this.#slice(loop), at: statement.start - loop.start, list, place });
  }

  #ignored(statement: PythonNode): void {
    const [call, ...others] = statement.children;
    if (statement.type !== 'expression_statement' || call?.type !== 'call' || others.length > 0) return;
    const called = fieldOf(call, 'function');
    if (called === null) return;
    const given = fieldOf(call, 'arguments')?.children ?? [];
    const name = this.#slice(called);
    if (called.type === 'attribute' ? !this.#isPure(called, given) : !PURE_FUNCTIONS.has(name)) return;
    const method = called.type === 'attribute' ? (fieldOf(called, 'attribute') ?? called) : called;
    this.#hit(statement, {
      rule: 'ignored-result',
      message: `\`${this.#slice(method)}\` changes nothing: it gives a result, which is not used.`,
      suggestion: 'Assign the result, or remove the call.',
    });
  }

  #useless(statement: PythonNode): void {
    const [expression, ...others] = statement.children;
    if (statement.type !== 'expression_statement' || expression?.type !== 'binary_operator' || others.length > 0)
      return;
    const operator = fieldOf(expression, 'operator')?.type ?? '';
    if (!ARITHMETIC.has(operator)) return;
    this.#hit(statement, {
      rule: 'useless-expression',
      message: `The result of \`${operator}\` is not used.`,
      suggestion: 'Assign it or return it, or remove it.',
    });
  }

  #isPure(called: PythonNode, given: readonly PythonNode[]): boolean {
    const method = fieldOf(called, 'attribute');
    if (method === null) return false;
    const name = this.#slice(method);
    // With two texts it is a string's; a path's and a table's take something else.
    if (name === 'replace') return given.length === 2 && given.every(({ type }) => type === 'string');
    const [least, most] = (Object.hasOwn(PURE, name) ? PURE[name] : undefined) ?? [1, 0];
    return given.length >= least && given.length <= most && given.every(({ type }) => type !== 'keyword_argument');
  }

  #hit(node: PythonNode, said: Pick<RuleHit, 'rule' | 'message' | 'suggestion'>): void {
    const { line, column, endLine } = node;
    const subject = this.#slice(node).replace(/\s+/g, ' ').slice(0, 80);
    this.hits.push({ ...said, severity: 'medium', line, column, endLine, subject });
  }

  #slice({ start, end }: PythonNode): string {
    return this.#text.slice(start, end);
  }
}
