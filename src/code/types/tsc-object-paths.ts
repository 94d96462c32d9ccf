import { asNode, nameOf, nodesOf, type SyntaxNode } from './tsc-declarations.ts';

/** The names of the properties that lead from an expression to a function in it; null where it is no part of it. */
export function pathTo(node: SyntaxNode | undefined, given: SyntaxNode): string[] | null {
  if (node === undefined || node === given) return node === undefined ? null : [];
  if (node.type !== 'ObjectExpression') return null;
  const own = nodesOf(node.properties).find(({ start, end }) => start <= given.start && given.end <= end);
  const name = own?.type === 'Property' ? nameOf(own.key) : null;
  const rest = pathTo(asNode(own?.value) ?? undefined, given);
  return name === null || rest === null ? null : [name, ...rest];
}

/** The names of the properties of an object, and of those in it, that lead to an offset. */
export function pathAt(node: SyntaxNode | undefined, offset: number): string[] {
  const path: string[] = [];
  for (let at = node; at?.type === 'ObjectExpression'; ) {
    const own: SyntaxNode | undefined = nodesOf(at.properties).find(
      ({ start, end }) => start <= offset && offset < end,
    );
    const name = own?.type === 'Property' ? nameOf(own.key) : null;
    // What a function in it does is another matter.
    if (name === null || /Function/.test(asNode(own?.value)?.type ?? '')) return [];
    path.push(name);
    at = asNode(own?.value) ?? undefined;
  }
  return path;
}
