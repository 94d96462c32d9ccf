import type { App } from '../app.ts';

/** Milliseconds for which a branch that was there is taken to be there still. */
const trustedMs = 10_000;
/** Most repositories that are remembered; the oldest go first. */
const most = 1000;

interface Seen {
  readonly branches: ReadonlySet<string>;
  readonly until: number;
}
const kept = new WeakMap<App, Map<string, Seen>>();

/**
 * Whether all of these branches were seen a moment ago, under a key that names the repository and who asked. Only what
 * is there is remembered: a branch that was missing may have been pushed since, and one that has gone meanwhile is found
 * out by the work itself.
 */
export function wereSeen(app: App, key: string, names: readonly string[]): boolean {
  const seen = kept.get(app)?.get(key);
  return seen !== undefined && seen.until > performance.now() && names.every((name) => seen.branches.has(name));
}

/** Remembers the branches of a repository. */
export function rememberBranches(app: App, key: string, branches: readonly string[]): void {
  const all = kept.get(app) ?? new Map<string, Seen>();
  kept.set(app, all);
  all.delete(key);
  all.set(key, { branches: new Set(branches), until: performance.now() + trustedMs });
  const [oldest] = all.keys();
  if (all.size > most && oldest !== undefined) all.delete(oldest);
}
