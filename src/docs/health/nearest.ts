/** Names that are compared at most, and the longest of them: what is near is near the beginning of a sensible list. */
const MOST_CANDIDATES = 20_000;
const LONGEST = 120;

/** Names to look for near ones in, by their length: what is much longer or shorter is not near. */
export class NearNames {
  readonly #byLength = new Map<number, { readonly name: string; readonly lower: string }[]>();

  constructor(candidates: Iterable<string>) {
    let seen = 0;
    for (const name of candidates) {
      seen += 1;
      if (seen > MOST_CANDIDATES) break;
      if (name.length > LONGEST) continue;
      const entry = { name, lower: name.toLowerCase() };
      const same = this.#byLength.get(name.length);
      if (same === undefined) this.#byLength.set(name.length, [entry]);
      else same.push(entry);
    }
  }

  /**
   * The candidate that is most like `name` by edit distance (Levenshtein 1966, with neighbours swapped counted once),
   * or null when none is near: more than a third of the letters would have to change, or more than `most`. Case does
   * not count. Of equals the first in byte order.
   */
  nearest(name: string, most = LONGEST): string | null {
    if (name.length === 0 || name.length > LONGEST) return null;
    const limit = Math.min(most, Math.max(1, Math.floor(name.length / 3)));
    const lower = name.toLowerCase();
    let best: string | null = null;
    let least = limit + 1;
    for (let length = name.length - limit; length <= name.length + limit; length += 1)
      for (const candidate of this.#byLength.get(length) ?? []) {
        if (candidate.name === name) continue;
        const distance = editDistance(lower, candidate.lower, least);
        if (distance < least || (distance === least && best !== null && candidate.name < best)) {
          best = candidate.name;
          least = distance;
        }
      }
    return best;
  }
}

/** The nearest of a few candidates: see `NearNames`. */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  return new NearNames(candidates).nearest(name);
}

/**
 * Edits from one word to another: a letter put in, taken out, replaced, or swapped with its neighbour. Counting ends
 * where it is clear that there are more than `most`; the answer is then some greater number.
 */
export function editDistance(one: string, other: string, most = Number.POSITIVE_INFINITY): number {
  let before: number[] = [];
  let lowestBefore = 0;
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    let lowest = row;
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      now.push(cost);
      if (cost < lowest) lowest = cost;
    }
    // A swap looks back over one row, so two rows have to be beyond.
    if (lowest > most && lowestBefore > most) return most + 1;
    before = last;
    last = now;
    lowestBefore = lowest;
  }
  return last[other.length] ?? 0;
}

/** A suggestion that names what is near, or null. */
export function didYouMean(name: string | null): string | null {
  return name === null ? null : `Did you mean \`${name}\`?`;
}
