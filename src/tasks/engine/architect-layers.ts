import { posix } from 'node:path';
import { type Edge, findCycles } from '../../code/modules/module-graph.ts';
import { groupModules } from '../../code/modules/module-groups.ts';
import { unitEdges, unitOf, unitsOf } from '../../code/modules/module-units.ts';
import type { ImportEdge, TreeFacts } from './architect-facts.ts';

/** A part of the project: a module, or a folder with what is in it. */
export interface Area {
  readonly label: string;
  /** Paths of its files. */
  readonly files: readonly string[];
  /** 0 for what imports no other part; else one above the highest that it imports. */
  readonly layer: number;
  /** Number of the circle of parts it belongs to; null for none. */
  readonly circle: number | null;
}

/** Two parts that import each other. */
export interface MutualAreas {
  /** The one with more imports into the other. */
  readonly above: string;
  readonly below: string;
  readonly down: number;
  /** The fewer imports against the stream: cutting these makes it one-way. */
  readonly up: readonly ImportEdge[];
}

/** How a project is layered. */
export interface Layering {
  readonly areas: readonly Area[];
  readonly mutual: readonly MutualAreas[];
}

/** Units and imports between them: files, or folders where imports name folders. */
export interface UnitGraph {
  readonly units: readonly string[];
  readonly edges: readonly Edge[];
  readonly cycles: readonly (readonly string[])[];
}

/** The graph of what imports name. */
export function unitGraph({ modules, edges }: TreeFacts): UnitGraph {
  const units = [...unitsOf(modules.map(({ path }) => path)).keys()];
  const between = unitEdges(edges);
  return { units, edges: between, cycles: findCycles(between) };
}

/** Puts parts above what they import. Parts in a circle stand on one layer. Only imports at load count. */
export function layersOf(facts: TreeFacts, { units }: UnitGraph): Layering {
  const groups = groupModules(units);
  const filesOf = unitsOf(facts.modules.map(({ path }) => path));
  const groupOf = new Map(groups.flatMap((group, index) => group.modules.map((unit) => [unit, index] as const)));
  const between = importsBetween(facts, (path) => groupOf.get(unitOf(path)));
  const links = [...between.keys()]
    .map((key) => key.split(' ').map(Number))
    .map(([from = 0, to = 0]) => ({ from, to }));
  const circles = circlesOf(groups.length, links);
  const layers = heights(groups.length, links, circles);
  const areas = groups.map(({ label, modules }, index) => {
    const circle = circles[index] ?? index;
    const isAlone = circles.filter((one) => one === circle).length === 1;
    return {
      label,
      files: modules.flatMap((unit) => filesOf.get(unit) ?? []),
      layer: layers[index] ?? 0,
      circle: isAlone ? null : circle,
    };
  });
  const isByFolder = groups.some(({ kind }) => kind !== 'module');
  const labels = groups.map(({ label }) => label);
  return { areas, mutual: isByFolder ? mutualOf(labels, between) : mutualFolders(facts) };
}

/** Imports at load between groups, by `from to` in their numbers. */
function importsBetween(
  { edges }: TreeFacts,
  groupOf: (path: string) => number | undefined,
): Map<string, ImportEdge[]> {
  const between = new Map<string, ImportEdge[]>();
  for (const edge of edges) {
    const [from, to] = [groupOf(edge.from), groupOf(edge.to)];
    if (from === undefined || to === undefined || from === to || !edge.atLoad) continue;
    const key = `${from} ${to}`;
    const known = between.get(key);
    if (known === undefined) between.set(key, [edge]);
    else known.push(edge);
  }
  return between;
}

/** Where each module is a part of its own, folders are told apart all the same. */
function mutualFolders(facts: TreeFacts): MutualAreas[] {
  const folderOf = (path: string): string => `${posix.dirname(path)}/`;
  const folders = [...new Set(facts.modules.map(({ path }) => folderOf(path)))];
  const numbers = new Map(folders.map((folder, at) => [folder, at]));
  return mutualOf(
    folders,
    importsBetween(facts, (path) => numbers.get(folderOf(path))),
  );
}

/** For each node the least node that it reaches and that reaches it. */
function circlesOf(count: number, links: readonly { from: number; to: number }[]): number[] {
  const reach = Array.from({ length: count }, (_, from) => reachable(from, links));
  return reach.map((own, from) => Math.min(from, ...[...own].filter((to) => reach[to]?.has(from) === true)));
}

function reachable(start: number, links: readonly { from: number; to: number }[]): Set<number> {
  const seen = new Set<number>();
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const { from, to } of links) {
      if (from !== node || seen.has(to)) continue;
      seen.add(to);
      waiting.push(to);
    }
  }
  return seen;
}

function heights(count: number, links: readonly { from: number; to: number }[], circles: readonly number[]): number[] {
  const height = new Map<number, number>();
  const of = (circle: number): number => {
    const known = height.get(circle);
    if (known !== undefined) return known;
    const below = links
      .filter(({ from, to }) => circles[from] === circle && circles[to] !== circle)
      .map(({ to }) => of(circles[to] ?? to) + 1);
    const own = Math.max(0, ...below);
    height.set(circle, own);
    return own;
  };
  return Array.from({ length: count }, (_, node) => of(circles[node] ?? node));
}

function mutualOf(labels: readonly string[], between: ReadonlyMap<string, readonly ImportEdge[]>): MutualAreas[] {
  const found: MutualAreas[] = [];
  for (const [key, edges] of between) {
    const [from = 0, to = 0] = key.split(' ').map(Number);
    const back = between.get(`${to} ${from}`);
    if (back === undefined || back.length > edges.length || (back.length === edges.length && from > to)) continue;
    found.push({ above: labels[from] ?? '', below: labels[to] ?? '', down: edges.length, up: back });
  }
  return found.sort((a, b) => b.up.length - a.up.length || (a.above < b.above ? -1 : 1));
}
