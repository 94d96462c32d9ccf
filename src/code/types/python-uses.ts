import { fieldOf, type PythonNode } from '../quality/python-nodes.ts';
import { assume, type Reading } from './python-conditions.ts';
import { joined, type Way } from './python-ways.ts';

/** The uses of a name that are asked for, and those of them that a way leads to on which it is not bound. */
export class NameUses {
  readonly unbound = new Set<number>();
  readonly #reading: Reading;
  readonly #offsets: readonly number[];
  /** Whether uses are passed over: what they raise is caught. */
  #passesOver = false;

  constructor(reading: Reading, offsets: readonly number[]) {
    this.#reading = reading;
    this.#offsets = offsets;
  }

  /** Reads a piece of the program whose uses of names that are not bound do no harm. */
  unheard<Result>(read: () => Result): Result {
    const before = this.#passesOver;
    this.#passesOver = true;
    const result = read();
    this.#passesOver = before;
    return result;
  }

  /** The ways after an expression or statement was evaluated: a name that was used without being bound has ended it. */
  pass(node: PythonNode, ways: readonly Way[]): readonly Way[] {
    if (this.#passesOver) return ways;
    let left = ways;
    for (const use of this.#offsets.filter((one) => one >= node.start && one < node.end)) {
      const reaching = this.#refine(node, use, left);
      if (reaching.some((way) => !way.bound)) this.unbound.add(use);
      if (reaching === left) left = joined(left.map((way) => way.withBound(true)));
    }
    return left;
  }

  /** The ways on which a part of an expression is evaluated: those that its conditions let through. */
  #refine(node: PythonNode, use: number, ways: readonly Way[]): readonly Way[] {
    const inner = node.children.find((child) => child.start <= use && use < child.end);
    if (inner === undefined) return ways;
    let left = ways;
    if (node.type === 'boolean_operator' && inner.field === 'right') {
      const before = fieldOf(node, 'left');
      if (before !== null) left = this.#assume(before, fieldOf(node, 'operator')?.type === 'and', ways);
    } else if (node.type === 'conditional_expression') {
      const [then, condition] = node.children;
      if (condition !== undefined && inner !== condition) left = this.#assume(condition, inner === then, ways);
    } else if (/comprehension$|^generator_expression$/.test(node.type)) {
      for (const clause of node.children) {
        const [condition] = clause.children;
        if (clause.type === 'if_clause' && clause !== inner && condition !== undefined)
          left = this.#assume(condition, true, left);
      }
    }
    return this.#refine(inner, use, left);
  }

  #assume(condition: PythonNode, truth: boolean, ways: readonly Way[]): Way[] {
    return joined(ways.flatMap((way) => assume(condition, truth, way, this.#reading)));
  }
}
