import { fingerprinted, type RawFinding } from '../../code/findings.ts';
import type { Comparable } from './typed-findings.ts';
import type { FileGap } from './unseen-files.ts';

/** Hashes of what files held, by path. */
export type Contents = ReadonlyMap<string, string>;

/** An earlier analysis, with what those of its files held that it found something in. */
export interface Earlier extends Comparable {
  readonly contents: Contents;
}

/** An analysis with what tells where files have gone. */
export interface Later extends Comparable {
  /** What was found, file by file, before anything of it had a fingerprint. */
  readonly raw: ReadonlyMap<string, readonly RawFinding[]>;
  /** The files that are there, and what they hold. */
  readonly contents: Contents;
}

/** Files that were called otherwise: the new name by the old one. */
type Renames = ReadonlyMap<string, string>;

/** How many files with the most in common are looked at closely for each that has come. */
const mostLikely = 3;
/** A finding that more files have than this says of none which one it is. */
const tooCommon = 50;

/**
 * Two analyses as if files that have another name now had had it before: what is found in them still is no news. A file
 * that is gone is taken for one that has come when both hold the same; else when at least half of what was found in
 * either is the same by rule and subject, and that is more than a single finding, or their last names are equal too.
 */
export function withRenames(before: Earlier, now: Later): [before: Comparable, now: Comparable] {
  const renames = renamesOf(before, now);
  if (renames.size === 0) return [before, now];
  const known = new Map<string, { readonly file: string; readonly fingerprint: string }>();
  for (const [from, to] of renames) {
    for (const [there, fingerprint] of fingerprintsUnder(from, now.raw.get(to) ?? []))
      known.set(there, { file: to, fingerprint });
  }
  const findings = before.findings.map((one) => ({ ...one, ...known.get(one.fingerprint) }));
  const partners = new Map([...renames, ...[...renames].map(([from, to]) => [to, from] as const)]);
  return [
    { ...before, findings, gaps: ofBothNames(before.gaps, partners) },
    { ...now, gaps: ofBothNames(now.gaps, partners) },
  ];
}

/** Gaps of renamed files under either name. */
function ofBothNames(gaps: readonly FileGap[], partners: Renames): FileGap[] {
  return gaps.flatMap((one) => {
    const other = one.file === null ? undefined : partners.get(one.file);
    return other === undefined ? [one] : [one, { ...one, file: other }];
  });
}

function renamesOf(before: Earlier, now: Later): Renames {
  const found = Map.groupBy(before.findings, ({ file }) => file);
  const gone = [...found.keys()].filter((file) => !now.contents.has(file) && !now.isLeftOut(file)).sort();
  if (gone.length === 0) return new Map();
  const come = [...now.raw.keys()].filter((file) => !found.has(file)).sort();
  const holding = Map.groupBy(come, (to) => now.contents.get(to));
  const same = pairs(
    gone.flatMap((from) => {
      const content = before.contents.get(from);
      const alike = content === undefined ? [] : (holding.get(content) ?? []);
      return alike.map((to) => ({ from, to, weight: isNamesake(from, to) ? 1 : 0 }));
    }),
  );
  const taken = new Set(same.values());
  const rest = new Map(gone.filter((from) => !same.has(from)).map((from) => [from, found.get(from) ?? []]));
  const likely = new Likely(rest);
  const left = come.filter((to) => !taken.has(to));
  return new Map([...same, ...pairs(left.flatMap((to) => likely.candidates(to, now.raw.get(to) ?? [])))]);
}

/** A file that is gone with one that has come, and how much speaks for it. */
interface Candidate {
  readonly from: string;
  readonly to: string;
  readonly weight: number;
}

/** The best candidates first, each file once. */
function pairs(candidates: readonly Candidate[]): Map<string, string> {
  const best = [...candidates].sort(
    (one, other) => other.weight - one.weight || compare(one.from, other.from) || compare(one.to, other.to),
  );
  const renames = new Map<string, string>();
  const taken = new Set<string>();
  for (const { from, to } of best) {
    if (renames.has(from) || taken.has(to)) continue;
    renames.set(from, to);
    taken.add(to);
  }
  return renames;
}

/** Files that are gone, by what was found in them. */
class Likely {
  readonly #files: ReadonlyMap<string, Comparable['findings']>;
  readonly #byTrait = new Map<string, Set<string>>();

  constructor(files: ReadonlyMap<string, Comparable['findings']>) {
    this.#files = files;
    for (const [file, findings] of files) {
      for (const trait of traitsOf(file, findings))
        this.#byTrait.set(trait, (this.#byTrait.get(trait) ?? new Set()).add(file));
    }
  }

  /** Which of them a file that has come may have been. */
  candidates(to: string, raw: readonly RawFinding[]): Candidate[] {
    const shared = new Map<string, number>();
    for (const trait of traitsOf(to, raw)) {
      const files = this.#byTrait.get(trait) ?? new Set();
      if (files.size > tooCommon) continue;
      for (const file of files) shared.set(file, (shared.get(file) ?? 0) + 1);
    }
    return [...shared]
      .sort(([one, some], [other, more]) => more - some || compare(one, other))
      .slice(0, mostLikely)
      .flatMap(([from]) => this.#judged(from, to, raw));
  }

  #judged(from: string, to: string, raw: readonly RawFinding[]): Candidate[] {
    const before = this.#files.get(from) ?? [];
    const under = fingerprintsUnder(from, raw);
    const same = before.filter(({ fingerprint }) => under.has(fingerprint)).length;
    const namesake = isNamesake(from, to);
    const isEnough = 2 * same >= Math.max(before.length, raw.length) && same >= (namesake ? 1 : 2);
    return isEnough ? [{ from, to, weight: same + (namesake ? 0.5 : 0) }] : [];
  }
}

/** What tells files from one another at a glance. */
function traitsOf(file: string, findings: readonly Pick<RawFinding, 'engine' | 'rule' | 'message'>[]): Set<string> {
  return new Set([lastName(file), ...findings.map(({ engine, rule, message }) => `${engine}\0${rule}\0${message}`)]);
}

/** The fingerprints that findings would have in a file of another name, each with the one they have. */
function fingerprintsUnder(file: string, raw: readonly RawFinding[]): Map<string, string> {
  const here = fingerprinted(raw);
  // Of one file, so that both are in the same order.
  const there = fingerprinted(raw.map((one) => ({ ...one, file })));
  return new Map(there.map(({ fingerprint }, index) => [fingerprint, here[index]?.fingerprint ?? fingerprint]));
}

function isNamesake(from: string, to: string): boolean {
  return lastName(from) === lastName(to);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
