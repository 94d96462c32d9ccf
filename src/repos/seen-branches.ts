import type { App } from '../app.ts';
import { onePer } from '../platform/one-per.ts';

/** Milliseconds for which a branch that was there is taken to be there still. */
const trustedMs = 10_000;
/** Most repositories that are remembered; the oldest go first. */
const most = 1000;

interface Seen {
  readonly branches: ReadonlySet<string>;
  readonly until: number;
}

/** What was seen of repositories and what is being asked of them, by keys that name the repository and who asks. */
interface Sight {
  readonly seen: Map<string, Seen>;
  readonly asking: Map<string, Promise<readonly string[]>>;
}
const sightOf = onePer<App, Sight>(() => ({ seen: new Map(), asking: new Map() }));

/**
 * Those of some branches that a repository does not have. Not asked when all of them were seen a moment ago; whoever
 * comes while it is being asked waits for that answer. Only what is there is believed: a branch that was missing may
 * have been pushed since, and one that has gone meanwhile is found out by the work itself.
 * @throws what `ask` throws, which gives all branches there are
 */
export async function missingAt(
  app: App,
  key: string,
  names: readonly string[],
  ask: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const sight = sightOf(app);
  if (wereSeen(sight, key, names)) return [];
  // Its failure is told to whoever began it.
  await sight.asking.get(key)?.catch(() => {});
  if (wereSeen(sight, key, names)) return [];
  const asked = ask();
  sight.asking.set(key, asked);
  try {
    const branches = await asked;
    remember(sight, key, branches);
    return names.filter((name) => !branches.includes(name));
  } finally {
    if (sight.asking.get(key) === asked) sight.asking.delete(key);
  }
}

function wereSeen({ seen }: Sight, key: string, names: readonly string[]): boolean {
  const known = seen.get(key);
  return known !== undefined && known.until > performance.now() && names.every((name) => known.branches.has(name));
}

function remember({ seen }: Sight, key: string, branches: readonly string[]): void {
  seen.delete(key);
  seen.set(key, { branches: new Set(branches), until: performance.now() + trustedMs });
  const [oldest] = seen.keys();
  if (seen.size > most && oldest !== undefined) seen.delete(oldest);
}
