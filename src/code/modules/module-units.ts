import { compareBytes } from '../source-tree.ts';
import type { Edge } from './module-graph.ts';

/** Where imports name a folder, as Go's packages and C#'s namespaces do, the folder is what a diagram shows. */
const BY_FOLDER = /\.(?:go|cs)$/;

/** What an import of a module's language names: the file, or the folder with a slash at its end; `./` is the root. */
export function unitOf(path: string): string {
  return BY_FOLDER.test(path) ? `${path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'}/` : path;
}

/** Modules by what an import names. */
export function unitsOf(modules: readonly string[]): Map<string, string[]> {
  const units = new Map<string, string[]>();
  for (const path of modules) {
    const unit = unitOf(path);
    const known = units.get(unit);
    if (known === undefined) units.set(unit, [path]);
    else known.push(path);
  }
  return units;
}

/** Imports between units, each once; within a folder there are none. */
export function unitEdges(edges: readonly Edge[]): Edge[] {
  const found = new Map<string, Edge>();
  for (const edge of edges) {
    const [from, to] = [unitOf(edge.from), unitOf(edge.to)];
    if (from === to) continue;
    const key = `${from}\0${to}`;
    found.set(key, { from, to, atLoad: edge.atLoad || found.get(key)?.atLoad === true });
  }
  return [...found.values()].sort((a, b) => compareBytes(a.from, b.from) || compareBytes(a.to, b.to));
}
