import type { AnalysedFinding } from './analysed-tree.ts';
import type { TextEdit } from './text-edits.ts';

/** What a fix needs to know of a finding. Plain JSON. */
export type FixFinding = Pick<AnalysedFinding, 'engine' | 'rule' | 'line' | 'column' | 'message' | 'fingerprint'>;

/** A file with findings that may be mended. */
export interface FixableFile {
  readonly path: string;
  readonly text: string;
  readonly findings: readonly FixFinding[];
}

/**
 * A change that takes findings away and, by what its rule is, nothing else. It is believed only when it was checked.
 */
export interface SafeFix {
  readonly path: string;
  /** What is done, in the past tense, without a subject. */
  readonly what: string;
  /** The findings it is for. */
  readonly findings: readonly FixFinding[];
  readonly edits: readonly TextEdit[];
}
