import { compareBytes } from '../../code/source-tree.ts';
import type { Edge } from './module-graph.ts';

/** A module graph small enough to read, as Mermaid text, and what had to be drawn together for it. */
export interface Diagram {
  readonly text: string;
  readonly nodes: number;
  /** Whether folders stand for their modules. */
  readonly isGrouped: boolean;
  readonly hiddenEdges: number;
  /** Whether some arrows are dotted: imports for types only, or inside of functions. */
  readonly hasDotted: boolean;
}

const MOST_NODES = 40;
const MOST_EDGES = 120;

interface Group {
  /** A module's path, or a folder's with a slash at its end. */
  readonly label: string;
  readonly modules: readonly string[];
  /** A folder whose own files stand apart from its subfolders cannot be opened further as a folder. */
  readonly isOwnFiles: boolean;
}

/** Draws which module imports which. Beyond 40 modules folders stand for what they hold, the largest opened first. */
export function drawModules(modules: readonly string[], edges: readonly Edge[]): Diagram {
  const groups = groupModules(modules).sort((a, b) => compareBytes(a.label, b.label));
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
  const isGrouped = groups.some((group) => group.label.endsWith('/'));
  const lines = [
    'flowchart LR',
    ...groups.map((group, index) => `  n${index}["${label(group)}"]`),
    ...shown.map(
      ({ from, to, count, atLoad }) =>
        `  n${from} ${atLoad ? '-->' : '-.->'}${isGrouped && count > 1 ? `|${count}|` : ''} n${to}`,
    ),
  ];
  return {
    text: lines.join('\n'),
    nodes: groups.length,
    isGrouped,
    hiddenEdges: strongest.length - shown.length,
    hasDotted: shown.some((link) => !link.atLoad),
  };
}

function groupModules(modules: readonly string[]): Group[] {
  let groups: Group[] = [{ label: '/', modules: [...modules], isOwnFiles: false }];
  const closed = new Set<string>();
  for (;;) {
    const open = groups.filter((group) => group.label.endsWith('/') && !closed.has(group.label));
    const [largest] = open.sort((a, b) => b.modules.length - a.modules.length || compareBytes(a.label, b.label));
    if (largest === undefined) break;
    const parts = openGroup(largest);
    if (groups.length - 1 + parts.length > MOST_NODES) closed.add(largest.label);
    else groups = [...groups.filter((group) => group !== largest), ...parts];
  }
  return groups;
}

function openGroup(group: Group): Group[] {
  if (group.isOwnFiles) return group.modules.map((path) => ({ label: path, modules: [path], isOwnFiles: false }));
  const prefix = group.label === '/' ? '' : group.label;
  const own = group.modules.filter((path) => !path.slice(prefix.length).includes('/'));
  const folders = new Map<string, string[]>();
  for (const path of group.modules) {
    const slash = path.indexOf('/', prefix.length);
    if (slash < 0) continue;
    const folder = path.slice(0, slash + 1);
    const paths = folders.get(folder);
    if (paths === undefined) folders.set(folder, [path]);
    else paths.push(path);
  }
  const parts: Group[] = [...folders].map(([label, paths]) => ({ label, modules: paths, isOwnFiles: false }));
  if (own.length === 0) return parts;
  if (parts.length === 0) return own.map((path) => ({ label: path, modules: [path], isOwnFiles: false }));
  return [...parts, { label: `${prefix}*/`, modules: own, isOwnFiles: true }];
}

function label(group: Group): string {
  if (!group.label.endsWith('/')) return escaped(group.label);
  const count = `${group.modules.length} ${group.modules.length === 1 ? 'module' : 'modules'}`;
  const name = group.isOwnFiles ? group.label.replace(/\*\/$/, '*') : group.label;
  return `${escaped(group.modules.length === 1 && !group.isOwnFiles ? (group.modules[0] ?? name) : name)}<br/>${count}`;
}

/** Mermaid reads quotes, entities, backticks and HTML inside of a quoted label. */
function escaped(text: string): string {
  return text.replace(/[#"`<>&;\\]|\p{Cc}/gu, (one) => `#${one.codePointAt(0) ?? 32};`);
}
