import type { Gap } from '../analyser.ts';
import { roleOf } from '../file-roles.ts';
import type { RawFinding, Severity } from '../findings.ts';

const LONGEST_MESSAGE = 400;

/** What an engine said of one place, before it is judged. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number | null;
  readonly rule: string;
  readonly message: string;
  /** What the engine says of how it came to it, in further lines. */
  readonly details?: string;
}

/** What one engine found in a tree. */
export interface EngineResult {
  readonly findings: readonly RawFinding[];
  readonly gaps: readonly Gap[];
  /** How many files it looked at. */
  readonly files: number;
  /** Whether it came to its end: an incomplete result is not kept for the next time. */
  readonly complete: boolean;
  /**
   * What it stands on beside the contents of the files: a kept result holds as long as the answer is the same. Absent
   * where it stands on nothing else.
   */
  readonly asked?: AskedPlaces;
}

/** Places in a tree that files were looked for at which are not in the copy, and those of them that have one. */
export interface AskedPlaces {
  readonly places: readonly string[];
  readonly there: readonly string[];
}

/** Makes a finding. In tests and examples it weighs one step less: what is wrong there does not reach a user. */
export function findingOf(engine: string, severity: Severity, diagnostic: Diagnostic): RawFinding {
  const message = cleanMessage(diagnostic.message);
  const meant = /\b[Dd]id you mean (?:to )?(.+?)\?\s*$/.exec(message)?.[1];
  const { file, line, column, endLine, rule } = diagnostic;
  return {
    rule,
    engine,
    severity: /^(?:test|example)$/.test(roleOf(file)) ? lowered(severity) : severity,
    file,
    line,
    column,
    endLine,
    message,
    suggestion: meant === undefined ? null : `Did you mean ${meant}?`,
    cwe: null,
    subject: message,
  };
}

function lowered(severity: Severity): Severity {
  return severity === 'high' ? 'medium' : 'low';
}

/** First line of a message, without the text of long string literals: one of them may be a secret. */
function cleanMessage(message: string): string {
  const first = (message.split('\n')[0] ?? '')
    .replace(/(?<!odule )'"[^"\n]{16,}?"'/g, `'"…"'`)
    .replace(/Literal\[(b?)(["'])(?:(?!\2).){16,}?\2\]/g, 'Literal[$1$2…$2]')
    .replaceAll('\u00a0', ' ')
    .trim();
  return first.length > LONGEST_MESSAGE ? `${first.slice(0, LONGEST_MESSAGE - 1)}…` : first;
}

/** Names in a sentence: the first of them, and how many there are besides. */
export function nameSome(names: Iterable<string>, most = 12): string {
  const sorted = [...new Set(names)].sort();
  const shown = sorted.slice(0, most).join(', ');
  return sorted.length > most ? `${shown} and ${sorted.length - most} more` : shown;
}

/**
 * Without what is said of the same place in the same words: of each way that a call may be meant, or of two rules of
 * form.
 */
export function eachOnce(findings: readonly RawFinding[]): RawFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ file, line, column, message }) => {
    const key = [file, line, column, message].join('\0');
    return !seen.has(key) && seen.add(key);
  });
}
