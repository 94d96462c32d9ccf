import type { RawFinding, Severity } from '../../code/findings.ts';

/**
 * The rules with what they look for and how much each matters. `high`: who follows the documentation fails. `medium`:
 * it says what is not so. `low`: it leaves something out.
 */
export const HEALTH_RULES = {
  'docs/broken-link': { severity: 'high', about: 'A relative link or image whose file is not there.' },
  'docs/unknown-command': { severity: 'high', about: 'A command whose script, target, module or flag is not there.' },
  'docs/broken-anchor': { severity: 'medium', about: 'A link to a heading that is not there.' },
  'docs/unknown-path': {
    severity: 'medium',
    about: 'A path of the repository that is not there; low where nothing is near.',
  },
  'docs/unknown-setting': { severity: 'medium', about: 'A setting that nothing reads; low where none is near.' },
  'docs/unknown-name': {
    severity: 'medium',
    about: 'A name of the API that the code does not have; low where none is near.',
  },
  'docs/unparsable-code': { severity: 'medium', about: 'A code block that is not in its language.' },
  'docs/parameter-invented': { severity: 'medium', about: 'A documented parameter that is not taken.' },
  'docs/parameter-omitted': { severity: 'low', about: 'A parameter that is left out where others are documented.' },
  'docs/returns': { severity: 'low', about: 'What is documented to come back, or is not; medium where nothing does.' },
  'docs/raises': { severity: 'low', about: 'Errors that are left out; medium where a documented one cannot come.' },
  'docs/undocumented-symbol': {
    severity: 'low',
    about: 'A public symbol without a comment; medium for what a package entry gives to its users.',
  },
} as const satisfies Record<string, { severity: Severity; about: string }>;
export type HealthRule = keyof typeof HEALTH_RULES;

/** What a rule says of one place. */
export interface Fault {
  readonly rule: HealthRule;
  readonly file: string;
  readonly line: number;
  readonly column?: number | null;
  /** Where it is not the rule's own. */
  readonly severity?: Severity;
  readonly message: string;
  readonly suggestion?: string | null;
  /** What it is about, in words that stay when lines move. */
  readonly subject: string;
  /** What it has in common with faults that one misunderstanding would bring about. */
  readonly shapes?: readonly string[];
}

const LONGEST_TEXT = 500;
/** Of these, a thing that nothing of the repository is like may be somebody else's: it matters less. */
const SURE_WHEN_NEAR: ReadonlySet<HealthRule> = new Set([
  'docs/unknown-path',
  'docs/unknown-setting',
  'docs/unknown-name',
]);

function severityOf({ rule, severity, suggestion = null }: Fault): Severity {
  return severity ?? (suggestion === null && SURE_WHEN_NEAR.has(rule) ? 'low' : HEALTH_RULES[rule].severity);
}

/** A fault in the form that every engine gives its findings. */
export function findingOf(fault: Fault): RawFinding {
  const { rule, file, line, column = null, message, suggestion = null, subject } = fault;
  return {
    rule,
    engine: 'millwright',
    severity: severityOf(fault),
    file,
    line,
    column,
    endLine: null,
    message: shown(message),
    suggestion: suggestion === null ? null : shown(suggestion),
    cwe: null,
    subject: shown(subject),
  };
}

/** Text of a repository as a database and a terminal take it. */
function shown(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .toWellFormed()
    .slice(0, LONGEST_TEXT)
    .toWellFormed();
}
