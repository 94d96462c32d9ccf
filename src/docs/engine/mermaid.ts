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
  readonly hiddenEdges: number;
  /** Whether some arrows are dotted: imports for types only, or inside of functions. */
  readonly hasDotted: boolean;
}

/** More arrows than that cannot be followed. */
const MOST_EDGES = 50;

/** Draws which module imports which. Beyond 20 modules folders stand for what they hold. */
export function drawModules(modules: readonly string[], edges: readonly Edge[]): Diagram {
  const groups = groupModules(modules);
  const folder = commonFolder(groups);
  const groupOf = new Map(groups.flatMap((group, index) => group.modules.map((module) => [module, index] as const)));
  const links = new Map<string, { from: number; to: number; count: number; atLoad: boolean }>();
  for (const edge of edges) {
    const from = groupOf.get(edge.from);
    const to = groupOf.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from} ${to}`;
    const link = links.get(key);
    links.set(key, { from, to, count: (link?.count ?? 0) + 1, atLoad: edge.atLoad || link?.atLoad === true });
  }
  const strongest = [...links.values()].sort((a, b) => b.count - a.count || a.from - b.from || a.to - b.to);
  const shown = strongest.slice(0, MOST_EDGES).sort((a, b) => a.from - b.from || a.to - b.to);
  const isGrouped = groups.some((group) => group.kind !== 'module');
  const lines = [
    'flowchart LR',
    ...groups.map((group, index) => `  n${index}["${label(group, folder)}"]`),
    ...shown.map(
      ({ from, to, count, atLoad }) =>
        `  n${from} ${atLoad ? '-->' : '-.->'}${isGrouped && count > 1 ? `|${count}|` : ''} n${to}`,
    ),
  ];
  return {
    text: lines.join('\n'),
    nodes: groups.length,
    folder,
    isGrouped,
    hiddenEdges: strongest.length - shown.length,
    hasDotted: shown.some((link) => !link.atLoad),
  };
}

function label(group: ModuleGroup, folder: string): string {
  const short = group.label.slice(folder.length);
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
