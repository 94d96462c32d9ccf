/** Names under which other tools know the rules of this analyser: whoever silenced those has silenced these. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  'complex-function': [
    'complexity',
    'sonarjs/cognitive-complexity',
    'sonarjs/cyclomatic-complexity',
    'C901',
    'PLR0912',
    'R0912',
    'too-many-branches',
    'too-complex',
  ],
  'long-function': ['max-lines-per-function', 'max-statements', 'PLR0915', 'R0915', 'too-many-statements'],
  'deep-nesting': ['max-depth', 'PLR1702', 'R1702', 'too-many-nested-blocks'],
  'many-parameters': [
    'max-params',
    '@typescript-eslint/max-params',
    'PLR0913',
    'PLR0917',
    'R0913',
    'R0917',
    'too-many-arguments',
    'too-many-positional-arguments',
  ],
  'long-file': ['max-lines', 'C0302', 'too-many-lines'],
  'large-class': ['PLR0904', 'R0904', 'too-many-public-methods'],
  'unreachable-code': ['no-unreachable', 'PLW0101', 'W0101', 'unreachable'],
  'constant-condition': ['no-constant-condition', 'W0125', 'using-constant-test'],
  'duplicate-condition': ['no-dupe-else-if'],
  'identical-branches': ['no-duplicated-branches', 'sonarjs/no-all-duplicated-branches', 'RUF034'],
  'identical-operands': ['no-self-compare', 'sonarjs/no-identical-expressions', 'PLR0124', 'R0124'],
  'useless-expression': [
    'B018',
    'W0104',
    'pointless-statement',
    'no-unused-expressions',
    '@typescript-eslint/no-unused-expressions',
  ],
  'unused-private': [
    'no-unused-private-class-members',
    '@typescript-eslint/no-unused-private-class-members',
    'W0238',
    'unused-private-member',
  ],
  'loop-runs-once': ['no-unreachable-loop', 'sonarjs/no-one-iteration-loop'],
  'loop-mutation': ['B909', 'W4701', 'E4702', 'E4703', 'modified-iterating-list', 'modified-iterating-dict'],
  'ignored-result': ['sonarjs/no-ignored-return'],
  'dropped-promise': ['no-misused-promises', '@typescript-eslint/no-misused-promises'],
  'loop-closure': ['no-loop-func', '@typescript-eslint/no-loop-func'],
  'commented-code': ['sonarjs/no-commented-code'],
  'unused-export': ['no-unused-modules', 'import/no-unused-modules'],
};

/** All names a rule of this analyser goes by, its own first. */
export function namesOf(rule: string): readonly string[] {
  return [rule, ...(aliases[rule] ?? [])];
}

/** A comment as far as it may silence rules. `text` is without its marks. */
export interface SilencingComment {
  readonly text: string;
  readonly line: number;
  readonly endLine: number;
}

/** From one line to another, both within; null for all rules. */
interface Silence {
  readonly from: number;
  readonly to: number;
  readonly rules: readonly string[] | null;
}

/** What the comments of one file silence of the rules of this analyser. */
export class Suppressions {
  readonly #silences: readonly Silence[];

  constructor(silences: readonly Silence[]) {
    this.#silences = silences;
  }

  /** Whether a rule is silenced on a line. */
  covers(rule: string, line: number): boolean {
    const names = namesOf(rule);
    return this.#silences.some(
      ({ from, to, rules }) =>
        line >= from && line <= to && (rules === null || rules.some((written) => names.includes(written))),
    );
  }
}

const SCRIPT = /^\s*(?:eslint|oxlint|biome)-(disable-next-line|disable-line|disable|enable|ignore)\b(.*)$/s;

/** Comments of ESLint's form, and oxlint's, in a JavaScript or TypeScript file. */
export function scriptSuppressions(comments: readonly SilencingComment[]): Suppressions {
  const silences: Silence[] = [];
  const open: { from: number; rules: readonly string[] | null }[] = [];
  for (const { text, line, endLine } of comments) {
    const [, what, rest = ''] = SCRIPT.exec(text) ?? [];
    if (what === undefined || what === 'ignore') continue;
    const rules = listed(rest.split(/\s--/)[0] ?? '');
    if (what === 'disable-next-line') silences.push({ from: endLine + 1, to: endLine + 1, rules });
    else if (what === 'disable-line') silences.push({ from: line, to: endLine, rules });
    else if (what === 'disable') open.push({ from: line, rules });
    else {
      for (const one of open.splice(0)) {
        const kept = rules === null || one.rules === null ? null : one.rules.filter((name) => !rules.includes(name));
        silences.push({ ...one, to: line });
        if (kept !== null && kept.length > 0) open.push({ from: line, rules: kept });
      }
    }
  }
  return new Suppressions([...silences, ...open.map((one) => ({ ...one, to: Number.POSITIVE_INFINITY }))]);
}

/** Comments of flake8's, ruff's and pylint's form in a Python file. */
export function pythonSuppressions(comments: readonly SilencingComment[]): Suppressions {
  const silences = comments.flatMap(({ text, line }): Silence[] => {
    const whole = /^\s*(?:ruff|flake8)\s*:\s*noqa\b(?:\s*:\s*(.+))?/i.exec(text);
    if (whole !== null) return [{ from: 1, to: Number.POSITIVE_INFINITY, rules: listed(whole[1] ?? '') }];
    const here = /\bnoqa\b(?:\s*:\s*([A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*))?/i.exec(text);
    if (here !== null) return [{ from: line, to: line, rules: listed(here[1] ?? '') }];
    const pylint = /\bpylint:\s*disable(-next)?=([\w, -]+)/.exec(text);
    if (pylint === null) return [];
    const at = pylint[1] === undefined ? line : line + 1;
    return [{ from: at, to: at, rules: listed(pylint[2] ?? '') }];
  });
  return new Suppressions(silences);
}

function listed(text: string): string[] | null {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  return names.length === 0 ? null : names;
}
