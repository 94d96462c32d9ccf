import type { Node } from 'web-tree-sitter';
import { type CommandDraft, draftCommand } from './command-drafts.ts';
import { type GoFunction, shortText } from './go-scopes.ts';
import { children } from './syntax-tree.ts';

/** A function that defines flags on what it is given. */
interface Definer {
  /** For each parameter the flags that the function gives to it; null for one that is no command. */
  readonly sets: readonly (CommandDraft | null)[];
  readonly byName: ReadonlyMap<string, CommandDraft>;
}

const COMMAND_TYPE = /^\*(?:cobra\.Command|p?flag\.FlagSet)$/;
/** Most flags that all commands of a file get from such functions: hostile ones could give each other millions. */
const MOST_GIVEN = 20_000;

/** Flags that functions of a file define on a command, or a set of flags, that is handed to them. */
export class SharedFlags {
  readonly #definers = new Map<string, Definer>();
  readonly #byPlace = new Map<number, Definer>();
  readonly #taken = new Map<CommandDraft, Set<CommandDraft>>();
  readonly #sets = new Set<CommandDraft>();

  constructor(functions: readonly GoFunction[]) {
    for (const { node, name, at } of functions) {
      const list = node.childForFieldName('parameters');
      if (node.type !== 'function_declaration' || list === null || name === '') continue;
      const definer = this.#definerOf(children(list));
      if (definer === null) continue;
      this.#definers.set(name, definer);
      this.#byPlace.set(at, definer);
    }
  }

  /** Whether a function of this name is handed commands. */
  isShared(name: string): boolean {
    return this.#definers.has(name);
  }

  /** The flags that a function defines on its parameter of a name. */
  setOf(name: string, around: GoFunction): CommandDraft | undefined {
    return this.#byPlace.get(around.at)?.byName.get(name);
  }

  /** Whether a draft stands for what is handed to a function. */
  isSet(draft: CommandDraft): boolean {
    return this.#sets.has(draft);
  }

  /** Takes a call of such a function; `given` are the commands that it hands over, each in its place. */
  take(name: string, given: readonly (CommandDraft | undefined)[]): void {
    for (const [at, set] of this.#definers.get(name)?.sets.entries() ?? []) {
      const draft = given[at];
      if (set === null || draft === undefined || set === draft) continue;
      const known = this.#taken.get(draft);
      if (known === undefined) this.#taken.set(draft, new Set([set]));
      else known.add(set);
    }
  }

  /**
   * Gives commands their flags. Those that would get more than there is room for are told: they cannot be shown whole.
   */
  give(): ReadonlySet<CommandDraft> {
    const tooMany = new Set<CommandDraft>();
    let room = MOST_GIVEN;
    for (const draft of this.#taken.keys()) {
      if (this.#sets.has(draft)) continue;
      const reached = [...this.#reachedFrom(draft, room)];
      room -= reached.reduce((sum, set) => sum + 1 + set.options.length, 0);
      if (room < 0) tooMany.add(draft);
      else addOptions(draft, reached);
    }
    return tooMany;
  }

  /** The sets that a command gets, through functions that call each other too. */
  #reachedFrom(draft: CommandDraft, most: number): ReadonlySet<CommandDraft> {
    const reached = new Set<CommandDraft>();
    const waiting = [draft];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      for (const set of this.#taken.get(one) ?? []) {
        if (reached.has(set) || reached.size > most) continue;
        reached.add(set);
        waiting.push(set);
      }
    }
    return reached;
  }

  #definerOf(parameters: readonly Node[]): Definer | null {
    const sets: (CommandDraft | null)[] = [];
    const byName = new Map<string, CommandDraft>();
    for (const parameter of parameters) {
      const type = shortText(parameter.childForFieldName('type')) ?? '';
      const names = parameter.childrenForFieldName('name');
      for (const name of names.length === 0 ? [null] : names) {
        const set = COMMAND_TYPE.test(type) ? draftCommand(0, null, null) : null;
        sets.push(set);
        if (set === null || name === null) continue;
        byName.set(shortText(name) ?? '', set);
        this.#sets.add(set);
      }
    }
    return byName.size === 0 ? null : { sets, byName };
  }
}

/** One that a command has already stays its own. */
function addOptions({ options }: CommandDraft, sets: readonly CommandDraft[]): void {
  const known = new Set(options.flatMap(({ flags }) => flags));
  for (const option of sets.flatMap((set) => set.options)) {
    if (option.flags.some((flag) => known.has(flag))) continue;
    options.push(option);
    for (const flag of option.flags) known.add(flag);
  }
}
