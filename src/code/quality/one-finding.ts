import type { RawFinding, Severity } from '../findings.ts';

/**
 * Rules that say the same of the same line, the more telling first: of those that meet, one finding is kept. Two of the
 * same rule on one line stay two.
 */
const groups: readonly (readonly string[])[] = [
  [
    'PLR0124',
    'PLR0133',
    'F632',
    'SIM220',
    'SIM221',
    'SIM222',
    'SIM223',
    'identical-operands',
    'B015',
    'B018',
    'useless-expression',
  ],
  ['constant-condition', 'F634', 'SIM222', 'SIM223'],
  ['duplicate-condition', 'SIM114', 'identical-branches', 'SIM108', 'RUF034'],
  ['E722', 'S110', 'S112', 'TRY203'],
  ['B012', 'SIM107'],
  ['B025', 'B014'],
  ['F601', 'F602', 'B035'],
  ['PLE1205', 'PLE1206'],
  ['PLW0711', 'B030'],
  ['F821', 'F823', 'F405', 'F822'],
  ['F811', 'F401', 'PIE794'],
  ['PLW0127', 'PLW0128', 'B018'],
  ['F402', 'PLR1704', 'B020'],
  ['F841', 'RUF059', 'B007', 'PLR1704'],
  ['PLW0133', 'B018'],
  ['PLW0129', 'RUF040', 'F631'],
  [
    'eslint/no-self-compare',
    'eslint/no-constant-binary-expression',
    'oxc/const-comparisons',
    'oxc/double-comparisons',
    'oxc/bad-comparison-sequence',
    'identical-operands',
    'eslint/no-constant-condition',
    'eslint/no-cond-assign',
    'useless-expression',
  ],
  // The text that `typeof` gives never is what it is compared with.
  ['eslint/valid-typeof', 'eslint/no-constant-binary-expression', 'eslint/no-constant-condition'],
  ['eslint/no-dupe-else-if', 'identical-branches'],
  ['eslint/no-unreachable', 'useless-expression', 'eslint/no-useless-return'],
  ['eslint/no-const-assign', 'eslint/no-self-assign'],
  ['eslint/no-unused-vars', 'eslint/no-unused-private-class-members', 'unused-private', 'unused-export'],
  ['eslint/no-unassigned-vars', 'eslint/no-unused-vars'],
  ['eslint/no-useless-catch', 'eslint/no-empty'],
  ['eslint/no-redeclare', 'eslint/no-shadow-restricted-names'],
];

const rank: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

/** The rule that tells every use of a name although only its declaration is missing. */
const OF_EACH_USE = 'eslint/no-undef';

/**
 * Keeps one of the findings that say the same of the same line, and one of those that say of each use of a name in a
 * file that nothing declares it. Independent of the order given.
 */
export function oneFindingEach(given: readonly RawFinding[]): RawFinding[] {
  const findings = firstUses(given);
  const byLine = new Map<string, RawFinding[]>();
  for (const one of findings) {
    const key = `${one.file}\0${one.line}`;
    const there = byLine.get(key);
    if (there === undefined) byLine.set(key, [one]);
    else there.push(one);
  }
  return [...byLine.values()].flatMap((there) =>
    there.length === 1 ? there : there.filter((one) => !isSaid(one, there)),
  );
}

/** Leaves of the uses of an undeclared name the first of its file, which says how many there are. */
function firstUses(findings: readonly RawFinding[]): RawFinding[] {
  const uses = new Map<string, RawFinding[]>();
  const others: RawFinding[] = [];
  for (const one of findings) {
    if (one.rule !== OF_EACH_USE) others.push(one);
    else {
      const key = `${one.file}\0${one.message}`;
      const known = uses.get(key);
      if (known === undefined) uses.set(key, [one]);
      else known.push(one);
    }
  }
  for (const alike of uses.values()) {
    const [first] = alike.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
    if (first === undefined) continue;
    const times = alike.length === 1 ? '' : ` It is used ${alike.length} times in this file.`;
    others.push({ ...first, message: first.message + times });
  }
  return others;
}

/** Whether another one on the line says it more tellingly. */
function isSaid(one: RawFinding, there: readonly RawFinding[]): boolean {
  return groups.some((group) => {
    const place = group.indexOf(one.rule);
    if (place < 0) return false;
    return there.some((other) => {
      const otherPlace = group.indexOf(other.rule);
      if (otherPlace < 0 || otherPlace === place) return false;
      const worse = rank[other.severity] - rank[one.severity];
      return worse < 0 || (worse === 0 && otherPlace < place);
    });
  });
}
