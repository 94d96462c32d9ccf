import type { Edge } from './module-graph.ts';
import { groupModules, type ModuleGroup } from './module-groups.ts';

/** A module graph small enough to read, as Mermaid text, and what had to be drawn together for it. */
export interface Diagram {
  readonly text: string;
  readonly nodes: number;
  /** Folder that all of it lies in, with a slash at its end; left out of the labels. Empty for none. */
  readonly folder: string;
  /** Whether folders stand for their modules. */
  readonly isGrouped: boolean;
  /** Arrows left out because others that are drawn lead the same way. */
  readonly impliedEdges: number;
  /** Arrows left out for want of room, those with the fewest imports first. */
  readonly hiddenEdges: number;
  /** Whether some arrows are dotted: imports for types only, or inside of functions. */
  readonly hasDotted: boolean;
}

/** With more arrows than that, those that follow from others are left out. */
const MOST_CLEAR = 25;
/** More arrows than that cannot be followed. */
const MOST_EDGES = 50;

/** Files whose imports run one after the other; elsewhere a compiler takes them all at once, and none is weaker. */
export const LOADED_IN_ORDER = /\.(?:[cm]?[jt]sx?|pyi?)$/;

/** Draws which module imports which. Beyond 20 modules folders stand for what they hold. */
export function drawModules(modules: readonly string[], edges: readonly Edge[]): Diagram {
  const groups = groupModules(modules);
  const folder = commonFolder(groups);
  const groupOf = new Map(groups.flatMap((group, index) => group.modules.map((module) => [module, index] as const)));
  const links = new Map<string, Arrow>();
  for (const edge of edges) {
    const from = groupOf.get(edge.from);
    const to = groupOf.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from} ${to}`;
    const link = links.get(key);
    const isFirm = edge.atLoad || !LOADED_IN_ORDER.test(edge.from);
    links.set(key, { from, to, count: (link?.count ?? 0) + 1, isFirm: isFirm || link?.isFirm === true });
  }
  const telling = links.size > MOST_CLEAR ? withoutImplied([...links.values()]) : [...links.values()];
  const strongest = telling.sort((a, b) => b.count - a.count || a.from - b.from || a.to - b.to);
  const shown = strongest.slice(0, MOST_EDGES).sort((a, b) => a.from - b.from || a.to - b.to);
  const isGrouped = groups.some((group) => group.kind !== 'module');
  const lines = [
    'flowchart LR',
    ...groups.map((group, index) => `  n${index}["${label(group, folder)}"]`),
    ...shown.map(
      ({ from, to, count, isFirm }) =>
        `  n${from} ${isFirm ? '-->' : '-.->'}${isGrouped && count > 1 ? `|${count}|` : ''} n${to}`,
    ),
  ];
  return {
    text: lines.join('\n'),
    nodes: groups.length,
    folder,
    isGrouped,
    impliedEdges: links.size - strongest.length,
    hiddenEdges: strongest.length - shown.length,
    hasDotted: shown.some((link) => !link.isFirm),
  };
}

interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly isFirm: boolean;
}

/** Without arrows that lead where a way over firm ones leads too. */
function withoutImplied(arrows: readonly Arrow[]): Arrow[] {
  const uses = new Map<string, string[]>();
  for (const { from, to, isFirm } of arrows) {
    if (isFirm) uses.set(String(from), [...(uses.get(String(from)) ?? []), String(to)]);
  }
  return arrows.filter(({ from, to }) => !followsFrom(uses, String(from), String(to)));
}

/** A package as a node. */
export interface DrawnPackage {
  readonly name: string;
  readonly path: string;
  readonly uses: readonly string[];
}

/** More packages than that are drawn by the folders they lie in. */
export const MOST_PACKAGES = 30;

/**
 * Draws which package needs which. What follows from other arrows is left out: where a needs b, b needs c and a needs c
 * too, the last arrow tells nothing new. `implied` counts those, `hidden` what was left out for want of room.
 */
export function drawPackages(packages: readonly DrawnPackage[]): {
  readonly text: string;
  readonly implied: number;
  readonly hidden: number;
} {
  if (packages.length > MOST_PACKAGES) {
    const folders = new Map(packages.map((one) => [one.name, one.path]));
    const edges = packages.flatMap((one) =>
      one.uses.flatMap((name) => ({ from: one.path, to: folders.get(name) ?? one.path, atLoad: true })),
    );
    const { text, impliedEdges, hiddenEdges } = drawModules(
      packages.map((one) => one.path),
      edges,
    );
    return { text: text.replaceAll(' modules"]', ' packages"]'), implied: impliedEdges, hidden: hiddenEdges };
  }
  const uses = new Map(packages.map((one) => [one.name, one.uses]));
  const drawn = packages.map((one) => ({ one, targets: one.uses.filter((to) => !followsFrom(uses, one.name, to)) }));
  const number = new Map(packages.map((one, index) => [one.name, index]));
  const lines = [
    'flowchart LR',
    ...packages.map((one, index) => `  n${index}["${escaped(one.name)}"]`),
    ...drawn.flatMap(({ one, targets }) =>
      targets.map((to) => `  n${number.get(one.name)} --> n${number.get(to) ?? 0}`),
    ),
  ];
  const implied = drawn.reduce((sum, { one, targets }) => sum + one.uses.length - targets.length, 0);
  return { text: lines.join('\n'), implied, hidden: 0 };
}

/** Whether one reaches another by a way round that is no circle back to itself. */
function followsFrom(uses: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set([from]);
  const waiting = (uses.get(from) ?? []).filter((name) => name !== to);
  // Packages that need each other have no order: what leads through their circle shows nothing.
  if (reaches(uses, to, from)) return false;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === to) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    if (!reaches(uses, name, from)) waiting.push(...(uses.get(name) ?? []));
  }
  return false;
}

function reaches(uses: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === to) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    waiting.push(...(uses.get(name) ?? []));
  }
  return false;
}

function label(group: ModuleGroup, folder: string): string {
  // The folder itself, where its files are one of the parts.
  const short = group.label === folder ? group.label.replace(/^.*\/(?=[^/]+\/)/, '') : group.label.slice(folder.length);
  const name = escaped(short === '*' && folder !== '' ? `${folder.split('/').at(-2)}/*` : short);
  return group.kind === 'module' ? name : `${name}<br/>${group.modules.length} modules`;
}

/** The folder that all groups lie in: it goes without saying. */
function commonFolder(groups: readonly ModuleGroup[]): string {
  const [first = '', ...others] = groups.map((group) => group.label);
  if (others.length === 0) return '';
  let end = first.lastIndexOf('/');
  while (end >= 0 && !others.every((other) => other.startsWith(first.slice(0, end + 1)) && other.length > end + 1)) {
    end = first.lastIndexOf('/', end - 1);
    if (end <= 0) return '';
  }
  return first.slice(0, end + 1);
}

/** Mermaid reads quotes, entities, backticks and HTML inside of a quoted label. */
function escaped(text: string): string {
  return text.replace(/[#"`<>&;\\]|\p{Cc}/gu, (one) => `#${one.codePointAt(0) ?? 32};`);
}
