import type { Severity } from '../../code/findings.ts';
import type { TypedFinding } from './typed-findings.ts';

/**
 * Rules of different types of analysis that say the same of the same place, as `engine/rule`, the more telling first.
 * Within a type its analyser keeps one of them itself.
 */
const defects: readonly (readonly string[])[] = [
  // Names.
  ['ruff/F821', 'pyright/reportUndefinedVariable'],
  ['ruff/F823', 'pyright/reportUnboundVariable', 'pyright/reportPossiblyUnbound'],
  ['ruff/F822', 'ruff/PLE0604', 'pyright/reportUnsupportedDunderAll'],
  ['ruff/F811', 'ruff/PIE794', 'pyright/reportRedeclaration'],
  ['oxlint/no-undef', 'tsc/TS2304', 'tsc/TS2552', 'tsc/TS2503'],
  ['oxlint/no-use-before-define', 'tsc/TS2448', 'tsc/TS2449', 'tsc/TS2454'],
  ['oxlint/no-unassigned-vars', 'tsc/TS2454'],
  ['oxlint/no-redeclare', 'tsc/TS2451', 'tsc/TS2300', 'tsc/TS2393'],
  ['oxlint/no-unused-vars', 'millwright/unused-private', 'tsc/TS6133', 'tsc/TS6192', 'tsc/TS6196', 'tsc/TS6198'],
  ['oxlint/no-unused-private-class-members', 'tsc/TS6133'],
  // What cannot be assigned or is there twice.
  ['oxlint/no-const-assign', 'tsc/TS2588'],
  ['oxlint/no-func-assign', 'tsc/TS2630'],
  ['oxlint/no-class-assign', 'tsc/TS2629'],
  ['oxlint/no-import-assign', 'tsc/TS2632', 'tsc/TS2540'],
  ['oxlint/no-dupe-keys', 'tsc/TS1117', 'tsc/TS2783'],
  ['oxlint/no-dupe-class-members', 'tsc/TS2393', 'tsc/TS2300'],
  ['oxlint/jsx-no-duplicate-props', 'tsc/TS17001'],
  // Conditions and flow.
  ['oxlint/use-isnan', 'tsc/TS2845'],
  ['oxlint/valid-typeof', 'tsc/TS2367'],
  ['oxlint/no-unsafe-negation', 'tsc/TS2358', 'tsc/TS2360', 'tsc/TS2367'],
  ['oxlint/bad-object-literal-comparison', 'tsc/TS2839'],
  ['oxlint/no-constant-binary-expression', 'tsc/TS2367', 'tsc/TS2839', 'tsc/TS2869', 'tsc/TS2870', 'tsc/TS2871'],
  ['oxlint/no-constant-condition', 'tsc/TS2872', 'tsc/TS2873', 'tsc/TS2801'],
  ['oxlint/no-duplicate-case', 'tsc/TS2678'],
  ['oxlint/no-unreachable', 'tsc/TS7027'],
  ['oxlint/no-fallthrough', 'tsc/TS7029'],
  ['oxlint/no-unused-labels', 'tsc/TS7028'],
  ['millwright/useless-expression', 'tsc/TS2695', 'tsc/TS2774'],
  ['ruff/F631', 'ruff/PLW0129', 'pyright/reportAssertAlwaysTrue'],
  // Classes.
  ['oxlint/constructor-super', 'tsc/TS2377'],
  ['oxlint/no-this-before-super', 'tsc/TS17009'],
  ['oxlint/getter-return', 'tsc/TS2378'],
  ['oxlint/no-obj-calls', 'tsc/TS2349'],
  ['oxlint/no-new-native-nonconstructor', 'tsc/TS7009', 'tsc/TS2351'],
  ['ruff/PLE0302', 'ruff/PLE0237', 'pyright/reportGeneralTypeIssues'],
  // Expressions.
  ['ruff/B018', 'ruff/B015', 'millwright/useless-expression', 'pyright/reportUnusedExpression'],
  ['ruff/W605', 'pyright/reportInvalidStringEscapeSequence'],
  ['ruff/F633', 'ruff/F632', 'pyright/reportOperatorIssue'],
  ['ruff/F502', 'ruff/F503', 'ruff/F507', 'pyright/reportOperatorIssue'],
  ['ruff/PLE0115', 'ruff/PLE0118', 'ruff/F706', 'ruff/F704', 'ruff/F701', 'ruff/F702', 'pyright/syntax'],
  ['oxlint/number-arg-out-of-range', 'tsc/TS2345'],
  ['oxlint/bad-char-at-comparison', 'tsc/TS2367'],
];

const defectsOf = new Map<string, ReadonlySet<number>>();
for (const [number, rules] of defects.entries()) {
  for (const rule of rules) defectsOf.set(rule, new Set([...(defectsOf.get(rule) ?? []), number]));
}

const rank: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/** Whether another type of analysis may have said the same. */
export function isShared(finding: Pick<TypedFinding, 'engine' | 'rule'>): boolean {
  return defectsOf.has(nameOf(finding));
}

/**
 * Keeps one finding of each defect that two types of analysis tell of the same line: the worse, else the more telling.
 * Independent of the order given.
 */
export function saidOnce(findings: readonly TypedFinding[]): TypedFinding[] {
  const byLine = new Map<string, TypedFinding[]>();
  for (const one of findings) {
    if (!isShared(one)) continue;
    const place = `${one.file}\0${one.line}`;
    byLine.set(place, [...(byLine.get(place) ?? []), one]);
  }
  return findings.filter((one) => {
    const others = byLine.get(`${one.file}\0${one.line}`) ?? [];
    return !others.some((other) => other.type !== one.type && saysBetter(other, one));
  });
}

function saysBetter(other: TypedFinding, one: TypedFinding): boolean {
  const rules = defects.filter((_rules, number) => isOf(other, number) && isOf(one, number));
  const [shared] = rules;
  if (shared === undefined) return false;
  const worse = rank[other.severity] - rank[one.severity];
  return worse < 0 || (worse === 0 && shared.indexOf(nameOf(other)) < shared.indexOf(nameOf(one)));
}

function isOf(finding: TypedFinding, defect: number): boolean {
  return defectsOf.get(nameOf(finding))?.has(defect) ?? false;
}

/** oxlint's rules go by their name alone: the plugin says who wrote them first. */
function nameOf({ engine, rule }: Pick<TypedFinding, 'engine' | 'rule'>): string {
  return `${engine}/${engine === 'oxlint' ? rule.replace(/^.*\//, '') : rule}`;
}
