import type { ThreadTask } from '../../platform/thread-pool.ts';
import type { AnalyserInput, Gap } from '../analyser.ts';
import type { RawFinding } from '../findings.ts';
import { workInThread } from '../thread-work.ts';
import { ProjectSettings, type SettingsData } from './project-settings.ts';

/** Rules in files of which a project may not want to hear. Plain data. */
interface Asked {
  readonly settings: SettingsData;
  readonly places: readonly Place[];
}

type Place = readonly [path: string, rule: string];

const DECIDE: ThreadTask<Asked, readonly boolean[]> = { module: new URL(import.meta.url) };
const MILLISECONDS = 30_000;

/** What is decided on the spot: so many looks of a pattern at a path take some milliseconds. */
const LOOKS_AT_ONCE = 20_000;
/** A pattern with more wildcards, or a longer path, may take very long: each wildcard tries every place of the path. */
const MOST_WILDCARDS = 2;
const LONGEST_PATH = 200;

/**
 * Leaves out what the project does not want to hear. Its patterns are written by anybody, so where there are many or
 * such as may take long they are tried in a thread. Rejects with the signal's reason only.
 */
export async function withoutSilenced(
  input: AnalyserInput,
  settings: ProjectSettings,
  findings: readonly RawFinding[],
): Promise<{ readonly findings: readonly RawFinding[]; readonly gaps: readonly Gap[] }> {
  if (settings.saysNothing) return { findings, gaps: [] };
  const places = [...new Map(findings.map(({ file, rule }) => [`${rule}\0${file}`, [file, rule] as const])).values()];
  if (isQuick(settings, places)) {
    return { findings: findings.filter(({ file, rule }) => !settings.silences(file, rule)), gaps: [] };
  }
  const asked = { settings: settings.data, places };
  const found = await workInThread(input, DECIDE, asked, { milliseconds: MILLISECONDS });
  if ('exceeded' in found) {
    const reason = `What the project does not want to hear is told too: ${found.exceeded} did not do to read its patterns.`;
    return { findings, gaps: [{ file: null, engine: 'millwright', reason }] };
  }
  const silent = new Set(places.flatMap(([file, rule], index) => (found[index] === true ? `${rule}\0${file}` : [])));
  return { findings: findings.filter(({ file, rule }) => !silent.has(`${rule}\0${file}`)), gaps: [] };
}

/** Thread entry: of each rule in a file, whether the project silences it. */
export default function decide({ settings, places }: Asked): readonly boolean[] {
  const all = new ProjectSettings(settings);
  return places.map(([path, rule]) => all.silences(path, rule));
}

function isQuick({ patterns }: ProjectSettings, places: readonly Place[]): boolean {
  return (
    patterns.length * places.length <= LOOKS_AT_ONCE &&
    patterns.every((one) => (one.match(/\*+/g) ?? []).length <= MOST_WILDCARDS) &&
    places.every(([path]) => path.length <= LONGEST_PATH)
  );
}
