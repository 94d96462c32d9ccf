import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * How much a finding matters, worst first. `high` is wrong or dangerous, `medium` misleads or will hurt, `low` is
 * untidy.
 */
export const severities = ['high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

/** One thing that a reader of the code should look at. Lines and columns count from 1. Plain JSON. */
export const finding = z.object({
  /** The rule's own id, as its engine writes it: `S608`, `no-undef`, `docs/broken-link`. */
  rule: z.string(),
  /** What found it, by the name its authors gave it: ruff, oxlint, pyright, tsc, millwright. */
  engine: z.string(),
  severity: z.enum(severities),
  /** Relative to the root of the tree, with `/`. */
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1).nullable(),
  endLine: z.int().min(1).nullable(),
  /** One sentence that stands alone. Never holds a secret's text. */
  message: z.string(),
  /** What to do about it; null where there is nothing better than the message. */
  suggestion: z.string().nullable(),
  /** Weakness the finding is an instance of, e.g. `CWE-89`; null where it is none. */
  cwe: z.string().nullable(),
  /**
   * Stays the same when lines move: made of rule, file and what the finding is about (a symbol, a link, the line's
   * text), and of its number among equals.
   */
  fingerprint: z.string(),
});
export type Finding = z.infer<typeof finding>;

/** A finding as a rule makes it. `subject` is what it is about, in words that stay the same when lines move. */
export interface RawFinding extends Omit<Finding, 'fingerprint'> {
  readonly subject: string;
}

/**
 * Findings in order of file, line, column, rule and subject, each with its fingerprint. Independent of the order given.
 */
export function fingerprinted(raw: readonly RawFinding[]): Finding[] {
  const sorted = [...raw].sort(byPlace);
  const seen = new Map<string, number>();
  return sorted.map(({ subject, ...rest }) => {
    const key = `${rest.engine}\0${rest.rule}\0${rest.file}\0${subject}`;
    const number = seen.get(key) ?? 0;
    seen.set(key, number + 1);
    const fingerprint = createHash('sha256').update(`${key}\0${number}`).digest('hex').slice(0, 32);
    return { ...rest, fingerprint };
  });
}

function byPlace(a: RawFinding, b: RawFinding): number {
  return (
    compare(a.file, b.file) ||
    a.line - b.line ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compare(a.rule, b.rule) ||
    compare(a.subject, b.subject)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How the findings of a run differ from those of the run before it. */
export interface Comparison {
  readonly added: readonly Finding[];
  readonly fixed: readonly Finding[];
  readonly unchanged: readonly Finding[];
}

/** Compares two runs by fingerprint: what is new, what is gone, what is still there (as found now). Pure. */
export function compareFindings(before: readonly Finding[], now: readonly Finding[]): Comparison {
  const known = new Set(before.map((one) => one.fingerprint));
  const present = new Set(now.map((one) => one.fingerprint));
  return {
    added: now.filter((one) => !known.has(one.fingerprint)),
    fixed: before.filter((one) => !present.has(one.fingerprint)),
    unchanged: now.filter((one) => known.has(one.fingerprint)),
  };
}

/** How many findings there are of each severity. */
export function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { high: 0, medium: 0, low: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
