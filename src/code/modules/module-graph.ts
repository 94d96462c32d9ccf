import { compareBytes } from '../source-tree.ts';

/** One module imports another. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** The import exists when the program runs and when the module is loaded: only these can make a cycle that bites. */
  readonly atLoad: boolean;
}

/**
 * Import cycles: for each set of modules that reach each other, one shortest way round, beginning with its first
 * module in byte order. Only imports that happen when modules are loaded count.
 */
export function findCycles(edges: readonly Edge[]): string[][] {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    if (!edge.atLoad) continue;
    const targets = next.get(edge.from);
    if (targets === undefined) next.set(edge.from, [edge.to]);
    else targets.push(edge.to);
  }
  for (const targets of next.values()) targets.sort(compareBytes);
  const cycles = components(next)
    .filter((group) => group.length > 1 || (next.get(group[0] ?? '') ?? []).includes(group[0] ?? ''))
    .map((group) => shortestRound(next, new Set(group)));
  return cycles.sort((a, b) => compareBytes(a.join('\n'), b.join('\n')));
}

/** Strongly connected components, by Tarjan's algorithm with its own stack: chains of imports can be long. */
function components(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const groups: string[][] = [];
  const enter = (node: string): { node: string; at: number } => {
    order.set(node, order.size);
    low.set(node, order.get(node) ?? 0);
    stack.push(node);
    onStack.add(node);
    return { node, at: 0 };
  };
  const lower = (node: string, value: number): void => void low.set(node, Math.min(low.get(node) ?? value, value));
  for (const root of [...next.keys()].sort(compareBytes)) {
    if (order.has(root)) continue;
    const frames = [enter(root)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const target = next.get(frame.node)?.[frame.at];
      frame.at += 1;
      if (target !== undefined) {
        if (!order.has(target)) frames.push(enter(target));
        else if (onStack.has(target)) lower(frame.node, order.get(target) ?? 0);
        continue;
      }
      frames.pop();
      const parent = frames.at(-1);
      if (parent !== undefined) lower(parent.node, low.get(frame.node) ?? 0);
      if (low.get(frame.node) === order.get(frame.node)) groups.push(popUntil(stack, onStack, frame.node));
    }
  }
  return groups;
}

function popUntil(stack: string[], onStack: Set<string>, node: string): string[] {
  const group: string[] = [];
  for (let popped = stack.pop(); popped !== undefined; popped = stack.pop()) {
    onStack.delete(popped);
    group.push(popped);
    if (popped === node) break;
  }
  return group.sort(compareBytes);
}

function shortestRound(next: ReadonlyMap<string, readonly string[]>, group: ReadonlySet<string>): string[] {
  const [start = ''] = [...group].sort(compareBytes);
  const before = new Map<string, string>();
  const waiting = [start];
  for (let at = 0; at < waiting.length; at += 1) {
    const node = waiting[at] ?? '';
    for (const target of next.get(node) ?? []) {
      if (target === start) return pathTo(before, start, node);
      if (!group.has(target) || before.has(target)) continue;
      before.set(target, node);
      waiting.push(target);
    }
  }
  return [start];
}

function pathTo(before: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const path = [end];
  for (let node = end; node !== start; ) {
    node = before.get(node) ?? start;
    path.unshift(node);
  }
  return path;
}
