import { roleOf } from '../../code/file-roles.ts';
import type { Severity } from '../../code/findings.ts';
import type { AnalysedFinding, AnalysedTree } from './analysed-tree.ts';
import type { BranchChanges, ChangedPath } from './review-changes.ts';
import type { ReviewedSource, ReviewedSymbol } from './review-sources.ts';

/** Findings that a branch brings. */
export interface NewFindings {
  /** On lines that it adds or changes. */
  readonly onChanged: readonly AnalysedFinding[];
  /** Elsewhere: what the change breaks. */
  readonly elsewhere: readonly AnalysedFinding[];
  readonly fixed: number;
}

/** What is found now and was not before, by fingerprint. Both trees go by the names of today. Pure. */
export function compareTrees(before: AnalysedTree, now: AnalysedTree, changes: BranchChanges): NewFindings {
  const known = new Set(before.all.map(({ fingerprint }) => fingerprint));
  const present = new Set(now.all.map(({ fingerprint }) => fingerprint));
  const added = now.findings.filter(({ fingerprint }) => !known.has(fingerprint));
  const gone = before.findings.filter(({ fingerprint }) => !present.has(fingerprint));
  const files = new Map(changes.files.map((one) => [one.after ?? one.before ?? '', one]));
  const carried = carriedOver(added, gone, files);
  const news = added.filter((one) => !carried.has(one));
  const isOnChanged = (one: AnalysedFinding) => {
    const lines = files.get(one.file)?.addedLines;
    return lines !== undefined && changedLineOf(one, lines) !== null;
  };
  // What a whole file is told of, such as its size, is told on its first line.
  return {
    onChanged: news.filter(isOnChanged),
    elsewhere: news.filter((one) => !isOnChanged(one)),
    fixed: gone.length - carried.size,
  };
}

/** The first line of a finding that was changed; null when none was. */
export function changedLineOf(
  { line, endLine }: { readonly line: number; readonly endLine: number | null },
  lines: ReadonlySet<number>,
): number | null {
  for (let at = line; at <= (endLine ?? line); at += 1) if (lines.has(at)) return at;
  return null;
}

/** Findings on lines that were rewritten, which the lines before told already in other words. */
function carriedOver(
  added: readonly AnalysedFinding[],
  gone: readonly AnalysedFinding[],
  files: ReadonlyMap<string, ChangedPath>,
): Set<AnalysedFinding> {
  const left = [...gone];
  const carried = new Set<AnalysedFinding>();
  for (const one of added) {
    const hunk = files.get(one.file)?.hunks.find(({ to, toCount }) => one.line >= to && one.line < to + toCount);
    if (hunk === undefined) continue;
    const { from, fromCount } = hunk;
    const at = left.findIndex(
      ({ engine, rule, file, line }) =>
        engine === one.engine && rule === one.rule && file === one.file && line >= from && line < from + fromCount,
    );
    if (at < 0) continue;
    left.splice(at, 1);
    carried.add(one);
  }
  return carried;
}

/** How the complexity of one function changed; `before` null for a new one. */
export interface FunctionChange {
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  readonly cyclomatic: { readonly before: number | null; readonly after: number };
  readonly cognitive: { readonly before: number | null; readonly after: number };
}

/** Functions whose complexity is another one now, the greatest rise first. Pure. */
export function compareFunctions(before: ReviewedSource | null, now: ReviewedSource): FunctionChange[] {
  const same = new Set((before?.functions ?? []).map(({ name, text }) => `${name}\0${text}`));
  const kept = new Set(now.functions.map(({ name, text }) => `${name}\0${text}`));
  // Those that are word for word the same are no longer in question, so equal names are told apart by their order.
  const old = (before?.functions ?? []).filter(({ name, text }) => !kept.has(`${name}\0${text}`));
  const seen = new Map<string | null, number>();
  return now.functions
    .filter(({ name, text }) => !same.has(`${name}\0${text}`))
    .flatMap((one): FunctionChange[] => {
      const number = seen.get(one.name) ?? 0;
      seen.set(one.name, number + 1);
      const was = old.filter(({ name }) => name === one.name)[number] ?? null;
      const change = {
        path: now.path,
        name: one.name ?? '',
        line: one.line,
        endLine: one.endLine,
        cyclomatic: { before: was?.cyclomatic ?? null, after: one.cyclomatic },
        cognitive: { before: was === null ? null : (was.cognitive ?? 0), after: one.cognitive ?? 0 },
      };
      const isSame = was !== null && was.cyclomatic === one.cyclomatic && (was.cognitive ?? 0) === (one.cognitive ?? 0);
      return isSame ? [] : [change];
    });
}

/** One public symbol that came, went or is called differently. */
export interface SymbolChange {
  readonly path: string;
  readonly how: 'added' | 'removed' | 'changed';
  readonly symbol: ReviewedSymbol;
  /** Of a changed one. */
  readonly signatureBefore: string | null;
  /** Whether it is called in another way than before: types alone may have changed. */
  readonly isCalledAnew: boolean;
}

const CALLED: ReadonlySet<string> = new Set(['function', 'class', 'method', 'interface', 'type', 'enum', 'constant']);

/** Changed public symbols of sources. What went in one file and came in another has moved, and is not told. Pure. */
export function compareSymbols(
  pairs: readonly { readonly before: ReviewedSource | null; readonly now: ReviewedSource | null }[],
): SymbolChange[] {
  const changes = pairs.flatMap(({ before, now }): SymbolChange[] => {
    const path = now?.path ?? before?.path ?? '';
    if (roleOf(path) !== 'source' || isPrivate(path)) return [];
    const old = new Map((before?.symbols ?? []).map((one) => [one.name, one]));
    const names = new Set((now?.symbols ?? []).map(({ name }) => name));
    const removed = [...old.values()].filter(({ name }) => !names.has(name));
    return [
      ...(now?.symbols ?? []).flatMap((symbol): SymbolChange[] => {
        const was = old.get(symbol.name);
        if (was === undefined) return [{ path, how: 'added', symbol, signatureBefore: null, isCalledAnew: true }];
        if (was.signature === symbol.signature) return [];
        const isCalledAnew = was.parameters.join() !== symbol.parameters.join();
        return [{ path, how: 'changed', symbol, signatureBefore: was.signature, isCalledAnew }];
      }),
      ...removed.map(
        (symbol): SymbolChange => ({ path, how: 'removed', symbol, signatureBefore: null, isCalledAnew: true }),
      ),
    ];
  });
  const came = new Set(changes.flatMap(({ how, symbol }) => (how === 'added' ? [lastName(symbol.name)] : [])));
  const went = new Set(changes.flatMap(({ how, symbol }) => (how === 'removed' ? [lastName(symbol.name)] : [])));
  return (
    changes
      .filter(({ symbol }) => CALLED.has(symbol.kind))
      .filter(({ how, symbol }) => {
        const name = lastName(symbol.name);
        return how === 'changed' || !(how === 'added' ? went : came).has(name);
      })
      // Members go with what they are members of.
      .filter(({ how, symbol, path }) => {
        const owner = symbol.name.slice(0, Math.max(0, symbol.name.lastIndexOf('.')));
        return (
          how !== 'removed' || !changes.some((one) => one.how === how && one.path === path && one.symbol.name === owner)
        );
      })
  );
}

/** Modules and packages that begin with `_` are nobody else's business, and migrations are run once. */
function isPrivate(path: string): boolean {
  if (/(?:^|\/)migrations\//.test(path)) return true;
  return path.endsWith('.py') && path.split('/').some((part) => /^_(?!_)/.test(part));
}

/** A name without what it is a member of. */
export function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Worst first. */
export const severityRank: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };
