import type { Node } from 'web-tree-sitter';
import { readString } from './python-strings.ts';

/** What `__all__` says: names, and modules whose own `__all__` is taken over (`[…] + parser.__all__`). */
export interface Listed {
  readonly names: ReadonlySet<string>;
  readonly modules: ReadonlySet<string>;
}

/**
 * Contents of `__all__`, or null when the module has none that can be read. Lists, tuples and sums of them are read,
 * `+=`, `.extend(…)`, `.append(…)` and `.remove(…)` too.
 */
export function listedNames(statements: readonly Node[]): Listed | null {
  let found: { names: Set<string>; modules: Set<string> } | null = null;
  for (const statement of statements) {
    const expression = statement.type === 'expression_statement' ? statement.firstNamedChild : null;
    if (expression === null || !expression.text.startsWith('__all__')) continue;
    const change = changeOf(expression);
    if (change === null) continue;
    if (change.kind === 'set') found = { names: new Set(), modules: new Set() };
    found ??= { names: new Set(), modules: new Set() };
    for (const string of change.value.descendantsOfType('string')) {
      if (string === null) continue;
      if (change.kind === 'remove') found.names.delete(readString(string));
      else found.names.add(readString(string));
    }
    for (const [, module] of change.value.text.matchAll(/(\w+)\.__all__\b/g)) found.modules.add(module ?? '');
  }
  return found;
}

function changeOf(expression: Node): { kind: 'set' | 'add' | 'remove'; value: Node } | null {
  if (expression.type === 'call') {
    const method = /^__all__\.(extend|append|remove)$/.exec(expression.childForFieldName('function')?.text ?? '')?.[1];
    const value = expression.childForFieldName('arguments');
    if (method === undefined || value === null) return null;
    return { kind: method === 'remove' ? 'remove' : 'add', value };
  }
  const value = expression.childForFieldName('right');
  if (value === null || expression.childForFieldName('left')?.text !== '__all__') return null;
  if (expression.type === 'assignment') {
    return { kind: /^__all__\b/.test(value.text) ? 'add' : 'set', value };
  }
  return expression.type === 'augmented_assignment' ? { kind: 'add', value } : null;
}
