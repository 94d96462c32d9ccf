import { compareFindings, type Finding, type Severity } from '../../code/findings.ts';
import type { AnalysisType, FindingState } from '../../generated/prisma/enums.ts';
import { isShared } from './said-twice.ts';
import type { SeverityCounts } from './score.ts';
import { type FileGap, unreadByOne } from './unseen-files.ts';

/** A finding with the type of analysis that made it. */
export interface TypedFinding extends Finding {
  readonly type: AnalysisType;
}

/** The same with how it stands to the analysis before; null where there is nothing to compare with. */
export interface StandingFinding extends TypedFinding {
  readonly state: FindingState | null;
}

const rank: Record<Severity, number> = { high: 0, medium: 1, low: 2 };
const typeRank: Record<AnalysisType, number> = { SECURITY: 0, TYPES: 1, QUALITY: 2 };

/** Worst first, then by place. Independent of the order given. */
export function worstFirst<One extends TypedFinding>(findings: readonly One[]): One[] {
  return [...findings].sort(
    (one, other) =>
      rank[one.severity] - rank[other.severity] ||
      typeRank[one.type] - typeRank[other.type] ||
      compare(one.file, other.file) ||
      one.line - other.line ||
      (one.column ?? 0) - (other.column ?? 0) ||
      compare(one.rule, other.rule) ||
      compare(one.fingerprint, other.fingerprint),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How many findings there are of each severity. */
export function countsOf(findings: readonly Finding[]): SeverityCounts {
  const counts: SeverityCounts = { high: 0, medium: 0, low: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** An analysis as far as another one is compared with it. */
export interface Comparable {
  readonly findings: readonly TypedFinding[];
  /** The types that were measured. */
  readonly types: readonly AnalysisType[];
  /** `type/engine` of engines that should have taken part and could not. */
  readonly absent: ReadonlySet<string>;
  /** What was not looked at. */
  readonly gaps: readonly FileGap[];
  /** Whether a file was left out, as far as that is known. */
  readonly isLeftOut: (file: string) => boolean;
}

/** How an analysis stands to the one before it. */
export interface Standing {
  /** The types that were compared. */
  readonly types: readonly AnalysisType[];
  /** Those found now and those that are gone, worst first. */
  readonly findings: readonly StandingFinding[];
  readonly added: number;
  readonly fixed: number;
  readonly unchanged: number;
}

/**
 * Compares an analysis with the one before, over the types that both have measured, the engines that took part in both
 * and the files that both have looked at: what nobody looked at is neither new nor fixed. Where one had other types
 * than the other, what two types tell alike may stand under either of them and is left out. Null when no type is in
 * both.
 */
export function compareAnalyses(before: Comparable, now: Comparable): Standing | null {
  const types = now.types.filter((type) => before.types.includes(type));
  if (types.length === 0) return null;
  const absent = new Set([...before.absent, ...now.absent]);
  const isUnread = unreadByOne(before.gaps, now.gaps);
  const isSame = types.length === now.types.length && types.length === before.types.length;
  const isCompared = (one: TypedFinding) =>
    types.includes(one.type) &&
    !absent.has(`${one.type}/${one.engine}`) &&
    !isUnread(one) &&
    !before.isLeftOut(one.file) &&
    !now.isLeftOut(one.file) &&
    (isSame || !isShared(one));
  const compared = now.findings.filter(isCompared);
  const { added, fixed, unchanged } = compareFindings(before.findings.filter(isCompared), compared);
  const isNew = new Set(added.map(({ fingerprint }) => fingerprint));
  const gone = new Set(fixed.map(({ fingerprint }) => fingerprint));
  const standing = now.findings.map((one): StandingFinding => {
    if (!isCompared(one)) return { ...one, state: null };
    return { ...one, state: isNew.has(one.fingerprint) ? 'ADDED' : 'UNCHANGED' };
  });
  const fixedOnes = before.findings
    .filter((one) => isCompared(one) && gone.has(one.fingerprint))
    .map((one): StandingFinding => ({ ...one, state: 'FIXED' }));
  return {
    types,
    findings: worstFirst([...standing, ...fixedOnes]),
    added: added.length,
    fixed: fixed.length,
    unchanged: unchanged.length,
  };
}
