import { fieldOf, type PythonNode, partOf } from '../quality/python-nodes.ts';
import { assign, assume, evaluated, filled, type Surrounding, textOf } from './python-conditions.ts';
import { type Ends, NOWHERE, together } from './python-ends.ts';
import {
  afterBinding,
  bodyOf,
  clausesOf,
  isEmpty,
  mayRaise,
  raisesInto,
  type TryParts,
  tryParts,
} from './python-parts.ts';
import { matchCase } from './python-patterns.ts';
import { NameUses } from './python-uses.ts';
import { joined, Way } from './python-ways.ts';

/** Statements times ways that one function is worth. */
const MOST_STEPS = 20_000;
/** Rounds of a loop that are followed one by one: what holds after these holds after more. */
const ROUNDS = 3;

/**
 * Follows one name through a function, way by way, as far as the conditions on a way do not contradict each other. A
 * name that was used without being bound has ended the program: of several uses on a way the first one tells.
 */
export class NamePaths {
  readonly #uses: NameUses;
  readonly #surrounding: Surrounding;
  /** Where what is raised goes to, the innermost last: the ways up to each statement that may raise. */
  readonly #raised: { readonly ways: readonly Way[]; readonly by: string }[][] = [];
  /** How many steps were made. */
  steps = 0;

  /** `uses` are offsets of the name. */
  constructor(surrounding: Surrounding, uses: readonly number[]) {
    this.#surrounding = surrounding;
    this.#uses = new NameUses(surrounding, uses);
  }

  /** Uses that a way leads to on which the name is not bound. */
  get unbound(): ReadonlySet<number> {
    return this.#uses.unbound;
  }

  /** Whether the block was followed to its end: false where it has too many ways. */
  follow(block: PythonNode): boolean {
    this.#block(block, [new Way(false)]);
    return this.steps <= MOST_STEPS;
  }

  #block(block: PythonNode, ways: readonly Way[]): Ends {
    return this.#sequence(block.children, ways);
  }

  #sequence(statements: readonly PythonNode[], ways: readonly Way[]): Ends {
    let ends: Ends = { ...NOWHERE, next: ways };
    for (const statement of statements) {
      if (ends.next.length === 0) break;
      this.steps += ends.next.length;
      if (this.steps > MOST_STEPS) return NOWHERE;
      const after = this.#statement(statement, ends.next);
      ends = {
        next: joined(after.next),
        breaks: joined(ends.breaks, after.breaks),
        continues: joined(ends.continues, after.continues),
        returns: joined(ends.returns, after.returns),
      };
    }
    return ends;
  }

  #statement(node: PythonNode, ways: readonly Way[]): Ends {
    switch (node.type) {
      case 'if_statement':
        return this.#choice(node, ways);
      case 'for_statement':
        return this.#for(node, ways);
      case 'while_statement':
        return this.#while(node, ways);
      case 'try_statement':
        return this.#try(tryParts(node, this.#surrounding), ways);
      case 'with_statement':
        return this.#with(node, ways);
      case 'match_statement':
        return this.#match(node, ways);
      default:
        return this.#plain(node, ways);
    }
  }

  #plain(node: PythonNode, ways: readonly Way[]): Ends {
    const used = this.#evaluate(node, ways);
    switch (node.type) {
      case 'return_statement':
        return { ...NOWHERE, returns: used };
      case 'raise_statement':
        return NOWHERE;
      case 'break_statement':
        return { ...NOWHERE, breaks: used };
      case 'continue_statement':
        return { ...NOWHERE, continues: used };
      case 'assert_statement': {
        const [condition] = node.children;
        if (condition === undefined) return { ...NOWHERE, next: used };
        return { ...NOWHERE, next: this.#assume(condition, true, used) };
      }
      case 'expression_statement':
        return { ...NOWHERE, next: this.#expression(node.children[0] ?? node, used) };
      default:
        return { ...NOWHERE, next: used.map((way) => afterBinding(node, way, this.#surrounding)) };
    }
  }

  #expression(node: PythonNode, ways: readonly Way[]): Way[] {
    const reading = this.#surrounding;
    const [left, right] = [fieldOf(node, 'left'), fieldOf(node, 'right')];
    if (node.type === 'assignment') {
      if (left === null || right === null) return [...ways];
      const inner = right.type === 'assignment' ? fieldOf(right, 'right') : right;
      const given = right.type === 'assignment' ? this.#expression(right, ways) : ways;
      return given.flatMap((way) => assign(left, inner, way, reading));
    }
    if (node.type === 'augmented_assignment' && left !== null) {
      return ways.flatMap((way) => assign(left, null, way, reading));
    }
    const isWaiting = node.type === 'await' || node.type === 'yield';
    const call = isWaiting ? (node.children[0] ?? node) : node;
    if (call.type === 'call' && reading.ends(textOf(call, reading), isWaiting)) return [];
    const done = ways.map((way) => evaluated(node, way, reading));
    return call.type === 'call' ? done.map((way) => filled(call, way, reading)) : done;
  }

  #assume(condition: PythonNode, truth: boolean, ways: readonly Way[]): Way[] {
    return joined(ways.flatMap((way) => assume(condition, truth, way, this.#surrounding)));
  }

  /** The ways after an expression or statement was evaluated, in which the name may be used, and which may raise. */
  #evaluate(node: PythonNode, ways: readonly Way[]): readonly Way[] {
    if (ways.length > 0 && mayRaise(node, this.#surrounding)) {
      this.#raised.at(-1)?.push({ ways, by: this.#surrounding.text.slice(node.start, node.end) });
    }
    return this.#uses.pass(node, ways);
  }

  #choice(node: PythonNode, ways: readonly Way[]): Ends {
    let rest: readonly Way[] = ways;
    const taken: Ends[] = [];
    for (const clause of [node, ...clausesOf(node)]) {
      const condition = fieldOf(clause, 'condition');
      if (condition === null) {
        taken.push(this.#block(bodyOf(clause), rest));
        rest = [];
        continue;
      }
      const asked = this.#evaluate(condition, rest);
      taken.push(this.#block(bodyOf(clause), this.#assume(condition, true, asked)));
      rest = this.#assume(condition, false, asked);
    }
    return together(...taken, { ...NOWHERE, next: rest });
  }

  #for(node: PythonNode, ways: readonly Way[]): Ends {
    const [target, iterated] = [fieldOf(node, 'left'), fieldOf(node, 'right')];
    if (target === null || iterated === null) return { ...NOWHERE, next: ways };
    const reading = this.#surrounding;
    const subject = textOf(iterated, reading);
    const isCall = iterated.type === 'call' && !/^range\(/.test(subject);
    const learned = (truth: boolean, from: readonly Way[]) =>
      isCall || !reading.matters(subject) ? [...from] : from.flatMap((way) => way.learn(subject, { truth }) ?? []);
    const entered = (from: readonly Way[]) => joined(from.flatMap((way) => assign(target, null, way, reading)));
    const asked = this.#evaluate(iterated, ways);
    const skipping = asked.filter((way) => !reading.isNeverEmpty(iterated, way));
    return this.#rounds(node, {
      entry: entered(learned(true, asked)),
      exit: learned(false, skipping),
      again: (from) => ({ entry: entered(from), exit: from }),
    });
  }

  #while(node: PythonNode, ways: readonly Way[]): Ends {
    const condition = fieldOf(node, 'condition');
    if (condition === null) return { ...NOWHERE, next: ways };
    const again = (from: readonly Way[]) => {
      const asked = this.#evaluate(condition, from);
      return { entry: this.#assume(condition, true, asked), exit: this.#assume(condition, false, asked) };
    };
    return this.#rounds(node, { ...again(ways), again });
  }

  #rounds(
    node: PythonNode,
    loop: {
      readonly entry: readonly Way[];
      readonly exit: readonly Way[];
      readonly again: (from: readonly Way[]) => { readonly entry: readonly Way[]; readonly exit: readonly Way[] };
    },
  ): Ends {
    let { entry, exit } = loop;
    const broken: Way[] = [];
    const returns: Way[] = [];
    const seen = new Set<string>();
    for (let round = 0; round < ROUNDS && entry.length > 0; round += 1) {
      for (const way of entry) seen.add(way.key);
      const ends = this.#block(bodyOf(node), entry);
      broken.push(...ends.breaks);
      returns.push(...ends.returns);
      const next = loop.again(joined(ends.next, ends.continues));
      exit = joined(exit, next.exit);
      entry = next.entry.filter(({ key }) => !seen.has(key));
    }
    const [otherwise] = clausesOf(node);
    const after = otherwise === undefined ? { ...NOWHERE, next: exit } : this.#block(bodyOf(otherwise), exit);
    return together(after, { ...NOWHERE, next: broken, returns });
  }

  #with(node: PythonNode, ways: readonly Way[]): Ends {
    const reading = this.#surrounding;
    let left = ways;
    let holds = false;
    for (const item of partOf(node, 'with_clause')?.children ?? []) {
      const value = fieldOf(item, 'value') ?? item;
      left = this.#evaluate(value, left);
      holds ||= reading.holdsBack(textOf(value, reading));
      const alias = fieldOf(value, 'alias')?.children[0];
      if (alias !== undefined) left = left.flatMap((way) => assign(alias, null, way, reading));
    }
    if (!holds) return this.#block(bodyOf(node), left);
    const caught = this.#catching(() => this.#block(bodyOf(node), left));
    return together(caught.ends, { ...NOWHERE, next: caught.raised.flatMap(({ ways: up }) => up) });
  }

  #catching(read: () => Ends) {
    const raised: { readonly ways: readonly Way[]; readonly by: string }[] = [];
    this.#raised.push(raised);
    const ends = read();
    this.#raised.pop();
    return { ends, raised };
  }

  #try(parts: TryParts, ways: readonly Way[]): Ends {
    const { body, handlers, otherwise, last } = parts;
    const outer = this.#catching(() => {
      // A statement that may fail in whatever way it does: what is cleared up is not always there.
      const isLoose = handlers.some(
        ({ takesNames, block }) => takesNames && (body.children.length === 1 || isEmpty(block)),
      );
      const read = () => this.#block(body, ways);
      const tried = this.#catching(isLoose ? () => this.#uses.unheard(read) : read);
      let ends = tried.ends;
      if (otherwise !== null) ends = together({ ...ends, next: [] }, this.#block(bodyOf(otherwise), ends.next));
      const all = handlers.map((handler) => this.#handler(handler, tried.raised));
      if (!handlers.some(({ takesAll }) => takesAll)) this.#raised.at(-1)?.push(...tried.raised);
      return together(ends, ...all);
    });
    if (last === null) {
      this.#raised.at(-1)?.push(...outer.raised);
      return outer.ends;
    }
    return this.#finally(last, outer.ends, joined(...outer.raised.map(({ ways: up }) => up)));
  }

  #handler(handler: TryParts['handlers'][number], raised: readonly { ways: readonly Way[]; by: string }[]): Ends {
    const { name } = this.#surrounding;
    const caught = joined(...raisesInto(handler, raised).map(({ ways: up }) => up));
    const { alias } = handler;
    const own = alias === name;
    const held =
      alias === null ? caught : caught.flatMap((way) => way.forget(alias).learn(alias, { truth: true }) ?? []);
    const ends = this.#block(handler.block, own ? held.map((way) => way.withBound(true)) : held);
    return own ? { ...ends, next: ends.next.map((way) => way.withBound(false)) } : ends;
  }

  #finally(last: PythonNode, ends: Ends, raised: readonly Way[]): Ends {
    const through = (ways: readonly Way[]) => this.#block(last, ways);
    const [next, breaks, continues, returns] = [
      through(ends.next),
      through(ends.breaks),
      through(ends.continues),
      through(ends.returns),
    ];
    const lost = through(raised);
    const after: Ends = { next: next.next, breaks: breaks.next, continues: continues.next, returns: returns.next };
    // It may leave in its own way.
    return together(after, ...[next, breaks, continues, returns, lost].map((one) => ({ ...one, next: [] })));
  }

  #match(node: PythonNode, ways: readonly Way[]): Ends {
    const subjects = node.children.filter(({ field }) => field === 'subject');
    let rest = subjects.reduce((left: readonly Way[], one) => this.#evaluate(one, left), ways);
    const taken: Ends[] = [];
    for (const clause of bodyOf(node).children.filter(({ type }) => type === 'case_clause')) {
      const { into, past } = matchCase(clause, subjects, rest, this.#surrounding);
      taken.push(this.#block(bodyOf(clause), into));
      rest = past;
    }
    return together(...taken, { ...NOWHERE, next: rest });
  }
}
