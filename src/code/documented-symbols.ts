import type { DocComment, SourceSymbol } from './symbols.ts';

/** Whether a public symbol is one of those that should say something of themselves. */
export function isCountedSymbol(symbol: SourceSymbol, isPython: boolean): boolean {
  if (symbol.kind === 'constructor' || symbol.name.startsWith('[')) return false;
  if (!isPython) return true;
  if (/^__\w+__$/.test(symbol.name)) return false;
  return symbol.kind !== 'variable' && symbol.kind !== 'constant' && symbol.kind !== 'property';
}

/** Whether a comment says anything about what it stands before. */
export function isDocumented(doc: DocComment | null): boolean {
  if (doc === null) return false;
  const told = doc.params.length > 0 || doc.throws.length > 0 || doc.examples.length > 0;
  return doc.description !== '' || told || doc.returns !== null || doc.deprecated !== null;
}

/** How many public symbols there are among these and their members, and how many of them are documented. */
export function countDocumented(
  symbols: readonly SourceSymbol[],
  isPython: boolean,
): { publicSymbols: number; documentedSymbols: number } {
  let publicSymbols = 0;
  let documentedSymbols = 0;
  const waiting: SourceSymbol[] = [...symbols];
  for (let symbol = waiting.pop(); symbol !== undefined; symbol = waiting.pop()) {
    waiting.push(...symbol.members);
    if (!isCountedSymbol(symbol, isPython)) continue;
    publicSymbols += 1;
    if (isDocumented(symbol.doc)) documentedSymbols += 1;
  }
  return { publicSymbols, documentedSymbols };
}
