/** In how many places something was done of those where it could be. */
interface Count {
  readonly kept: number;
  readonly chances: number;
}

/** Of so many places at least as many are done as the convention asks for. */
const KEPT_SHARE = 0.8;
/** With fewer places than these one or two slips are a large share. */
const ENOUGH = 5;
const PLENTY = 10;

/**
 * What a repository does as a rule, read from all places where it could do so: a rule speaks only where the repository
 * itself keeps what the rule asks for. What it leaves out everywhere is its style, not a fault.
 */
export class Conventions {
  readonly #counts = new Map<string, Count>();

  /** Counts one place under each of the scopes it belongs to. */
  note(scopes: readonly string[], isKept: boolean): void {
    for (const scope of scopes) {
      const { kept, chances } = this.#counts.get(scope) ?? { kept: 0, chances: 0 };
      this.#counts.set(scope, { kept: kept + (isKept ? 1 : 0), chances: chances + 1 });
    }
  }

  /** Whether all of a repository keeps it, and every part of it around a place does that is large enough to tell. */
  holds([whole = '', ...parts]: readonly string[]): boolean {
    return this.isKept(whole) && !parts.some((part) => this.#isDropped(part));
  }

  /** In how many places of a scope it is kept. */
  keptIn(scope: string): number {
    return this.#counts.get(scope)?.kept ?? 0;
  }

  /** Whether the repository shows that it keeps it: in four of five places. */
  isKept(scope: string): boolean {
    const { kept, chances } = this.#counts.get(scope) ?? { kept: 0, chances: 0 };
    if (chances < ENOUGH) return kept >= 2 && chances - kept <= 1;
    return kept >= chances * KEPT_SHARE || (chances < PLENTY && chances - kept <= 2 && kept * 4 >= chances * 3);
  }

  /** Whether a part of the repository, of which there is enough to tell, does otherwise than the whole. */
  #isDropped(scope: string): boolean {
    return (this.#counts.get(scope)?.chances ?? 0) >= ENOUGH && !this.isKept(scope);
  }

  /** Whether it is left out more often than not, and at least `times` times. */
  isLeftOut(scope: string, times: number): boolean {
    const { kept, chances } = this.#counts.get(scope) ?? { kept: 0, chances: 0 };
    return chances - kept >= times && chances > kept * 2;
  }
}
