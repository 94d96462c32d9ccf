import type { Diagnostic } from './messages.ts';
import { asNode, childrenOf, type Declarations, nameOf, type SyntaxNode } from './tsc-declarations.ts';
import { rootOf } from './tsc-syntax.ts';

/**
 * Whether an alias is a circle only by what something not installed is given, as in `type Tree = string | List<Tree>`:
 * a class or an interface of a package keeps that for later, and nothing is known of which it is. `foreign` are the
 * file's names for what is not installed.
 */
export function isForeignCircle(
  { rule, message }: Diagnostic,
  declared: Declarations | null,
  foreign: ReadonlySet<string>,
): boolean {
  const name = rule === 'TS2456' ? /^Type alias '([A-Za-z_$][\w$]*)'/.exec(message)?.[1] : undefined;
  const alias = (of: string) => declared?.named.get(of)?.find(({ type }) => type === 'TSTypeAliasDeclaration');
  const start = alias(name ?? '');
  if (start === undefined) return false;
  let isGivenAway = false;
  const waiting: SyntaxNode[] = [asNode(start.typeAnnotation) ?? start];
  const seen = new Set<string>();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const of = node.type === 'TSTypeReference' ? (rootOf(node.typeName)?.name ?? '') : '';
    if (of === name) return false;
    if (foreign.has(of)) {
      isGivenAway ||= asNode(node.typeArguments) !== null;
      continue;
    }
    waiting.push(...childrenOf(node));
    const next = seen.has(of) ? undefined : alias(nameOf(node.typeName) ?? '');
    seen.add(of);
    if (next !== undefined) waiting.push(asNode(next.typeAnnotation) ?? next);
  }
  return isGivenAway;
}
