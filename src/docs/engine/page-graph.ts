import { code, counted, fence } from '../../code/markdown/markdown.ts';
import { type Diagram, drawModules } from '../../code/modules/mermaid.ts';
import type { Edge } from '../../code/modules/module-graph.ts';
import { unitEdges, unitsOf } from '../../code/modules/module-units.ts';

/**
 * Which module imports which as a diagram, after a sentence on how to read it; empty where nothing imports anything.
 */
export function moduleGraph(modules: readonly string[], imports: readonly Edge[]): string[] {
  const edges = unitEdges(imports);
  if (edges.length === 0) return [];
  const units = [...unitsOf(modules).keys()];
  const diagram = drawModules(units, edges);
  const isFolder = units.some((unit) => unit.endsWith('/'));
  const notes = [`An arrow leads from a ${isFolder ? 'folder' : 'module'} to one that it imports.`];
  if (diagram.isGrouped)
    notes.push('Folders stand for the modules in them, and a number counts the imports behind an arrow.');
  if (diagram.folder !== '') notes.push(`All of it lies in ${code(diagram.folder)}.`);
  if (diagram.hasDotted) notes.push('Dotted ones are only imports of types, or imports inside of functions.');
  return [[...notes, ...leftOutNotes(diagram)].join(' '), fence(diagram.text, 'mermaid')];
}

/** What a diagram does not show. */
export function leftOutNotes({ impliedEdges, hiddenEdges }: Pick<Diagram, 'impliedEdges' | 'hiddenEdges'>): string[] {
  const notes: string[] = [];
  if (impliedEdges > 0)
    notes.push(
      `${counted(impliedEdges, 'arrow that follows', 'arrows that follow')} from others ${impliedEdges === 1 ? 'is' : 'are'} not drawn.`,
    );
  if (hiddenEdges > 0) notes.push(`${counted(hiddenEdges, 'weaker arrow is', 'weaker arrows are')} not drawn.`);
  return notes;
}
