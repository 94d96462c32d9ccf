import type { Gap } from '../analyser.ts';
import { roleOf } from '../file-roles.ts';
import type { RawFinding, Severity } from '../findings.ts';
import { isBenchmark, isDeclarations, isFixture } from './analysed-files.ts';
import type { LintHit, LintResult } from './file-facts.ts';
import type { Inspected } from './inspecting.ts';
import type { OxlintResult } from './oxlint.ts';
import { oxlintSeverity } from './oxlint-rules.ts';
import { ruffAdvice, ruffSeverity } from './ruff-rules.ts';
import type { RuleHit } from './rule-hit.ts';

/** What was found of each file by each engine. */
export interface FoundOfFiles {
  readonly inspected: Inspected;
  readonly linted: OxlintResult;
}

/** Makes findings and gaps of what the engines said of one file. */
export function reportFile(path: string, { inspected, linted }: FoundOfFiles): { findings: RawFinding[]; gaps: Gap[] } {
  const facts = inspected.facts.get(path);
  const [ruff, oxlint] = [inspected.lint.get(path), linted.lint.get(path)];
  const gaps = gapsOf(path, { facts, ruff, oxlint, inspected, linted });
  if (isFixture(path)) return { findings: [], gaps };
  const isTest = roleOf(path) === 'test';
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = [
    ...(facts?.hits ?? [])
      .filter(({ rule }) => !(isTest && notInTests.has(rule)))
      .map((hit) => ownFinding(path, hit, isTest)),
    ...(isTest || isDeclarations(path) ? [] : (facts?.sizes ?? [])).map((hit) => ownFinding(path, hit, false)),
    ...(ruff?.hits ?? []).flatMap((hit) => lintFinding('ruff', path, hit, ruffSeverity(hit.code, { name, isTest }))),
    ...(oxlint?.hits ?? []).flatMap((hit) =>
      lintFinding('oxlint', path, hit, oxlintSeverity(hit.code, { path, isTest })),
    ),
  ];
  return { findings: isBenchmark(path) ? found.filter(({ rule }) => !notInBenchmarks.has(rule)) : found, gaps };
}

/** What a test asserts may stand there as an expression, what it calls may be called for what it throws, and so on. */
const notInTests: ReadonlySet<string> = new Set([
  'useless-expression',
  'ignored-result',
  'commented-code',
  'identical-operands',
  'unused-private',
]);

/** What a benchmark does for the time that it takes: a result is not what is wanted of it. */
const notInBenchmarks: ReadonlySet<string> = new Set(['B015', 'B018', 'ignored-result', 'useless-expression']);

function gapsOf(
  path: string,
  found: {
    readonly facts: { readonly problem: string | null } | undefined;
    readonly ruff: LintResult | undefined;
    readonly oxlint: LintResult | undefined;
    readonly inspected: Inspected;
    readonly linted: OxlintResult;
  },
): Gap[] {
  const { facts, ruff, oxlint, inspected, linted } = found;
  const failure = inspected.failures.get(path);
  const refused = linted.failures.get(path);
  const gaps: Gap[] = [];
  if (failure !== undefined) gaps.push({ file: path, engine: 'millwright', reason: `Not looked at: ${failure}.` });
  if (refused !== undefined) gaps.push({ file: path, engine: 'oxlint', reason: `Not looked at: ${refused}.` });
  const linter = ruff?.problem ?? oxlint?.problem ?? null;
  if (linter !== null) {
    gaps.push({
      file: path,
      engine: ruff?.problem === linter ? 'ruff' : 'oxlint',
      reason: `It cannot be read. ${linter}`,
    });
  } else if (facts !== undefined && facts.problem !== null) {
    const reason = `Measured only as far as it can be read. ${facts.problem}`;
    gaps.push({ file: path, engine: 'millwright', reason });
  }
  return gaps;
}

/** In tests a finding weighs one step less: what is wrong there does not reach a user. */
function ownFinding(file: string, hit: RuleHit, isTest: boolean): RawFinding {
  const { rule, line, column, endLine, message, suggestion, subject } = hit;
  const lowered: Severity = hit.severity === 'high' ? 'medium' : 'low';
  const severity = isTest ? lowered : hit.severity;
  return { rule, engine: 'millwright', severity, file, line, column, endLine, message, suggestion, cwe: null, subject };
}

function lintFinding(engine: string, file: string, hit: LintHit, severity: Severity | null): RawFinding[] {
  if (severity === null) return [];
  const { code, message, help, line, column, endLine, isHarmless = false } = hit;
  return [
    {
      rule: code,
      engine,
      severity: isHarmless ? 'low' : severity,
      file,
      line,
      column,
      endLine: Math.max(line, endLine),
      message: /[.!?`]$/.test(message) ? message : `${message}.`,
      suggestion: help ?? (engine === 'ruff' ? ruffAdvice(code) : null),
      cwe: null,
      subject: message,
    },
  ];
}
