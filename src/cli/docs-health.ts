import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { App } from '../app.ts';
import type { Severity } from '../code/findings.ts';
import { countFrom, type HealthFinding, type HealthReport, percentageOf } from '../docs/service.ts';
import type { DocsReport } from './docs-report.ts';
import { CommandError } from './failure.ts';
import type { Output } from './output.ts';
import { hereFolder } from './settings.ts';

/** What a documentation has to keep for the command to end well. */
export interface Thresholds {
  /** Percent of the public symbols that are documented. */
  readonly minCoverage?: number | undefined;
  /** No finding may be so severe. */
  readonly failOn?: Severity | undefined;
}

const mostRows = 40;
const ranks: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/** Prints what is amiss: the files that are worst first, the most severe findings of each first. */
export function printHealth({ health }: DocsReport, all: boolean, output: Output): void {
  const present = health.findings.filter(({ state }) => state !== 'fixed');
  if (present.length === 0) return;
  // The table of coverage tells of these, and there may be thousands.
  const listed = present.filter((one) => all || !isInCoverage(one));
  const ordered = worstFirst(listed);
  const rows = all ? ordered : ordered.slice(0, mostRows);
  output.print(rows.length === 0 ? '' : '\nFindings, the worst files first:');
  printFindings(rows, output);
  const told = present.length - listed.length;
  const more = listed.length - rows.length;
  const hidden = [
    ...(more > 0 ? [`${more} more`] : []),
    ...(told > 0 ? [told === 1 ? '1 undocumented symbol' : `${told} undocumented symbols`] : []),
  ];
  if (hidden.length > 0) output.print(`Not shown: ${hidden.join(' and ')}; --all shows every one.`);
}

function isInCoverage({ rule, severity }: HealthFinding): boolean {
  return rule === 'docs/undocumented-symbol' && severity === 'low';
}

/** Prints the end of a report, where people look first: how much there is, and what has changed since the last run. */
export function printVerdict({ health }: DocsReport, output: Output): void {
  for (const limit of health.limitsReached) output.print(limit);
  output.print(
    health.findings.some(({ state }) => state !== 'fixed')
      ? `Health: ${counted(health)}.`
      : 'Health: nothing is amiss.',
  );
  if (health.comparison === null) return;
  const { added, fixed, unchanged } = health.comparison;
  output.print(`Since the last run: ${added} new, ${fixed} fixed, ${unchanged} unchanged.`);
}

function counted({ counts }: HealthReport): string {
  const { high, medium, low } = counts;
  const total = high + medium + low;
  return `${total} ${total === 1 ? 'finding' : 'findings'} (${high} high, ${medium} medium, ${low} low)`;
}

function worstFirst(findings: readonly HealthFinding[]): HealthFinding[] {
  const weights = new Map<string, number[]>();
  for (const { file, severity } of findings) {
    const weight = weights.get(file) ?? [0, 0, 0];
    weight[ranks[severity]] = (weight[ranks[severity]] ?? 0) + 1;
    weights.set(file, weight);
  }
  const heavier = (one: string, other: string): number => {
    const [a, b] = [weights.get(one) ?? [], weights.get(other) ?? []];
    return (
      (b[0] ?? 0) - (a[0] ?? 0) || (b[1] ?? 0) - (a[1] ?? 0) || (b[2] ?? 0) - (a[2] ?? 0) || (one < other ? -1 : 1)
    );
  };
  return findings.toSorted((one, other) => {
    if (one.file !== other.file) return heavier(one.file, other.file);
    return ranks[one.severity] - ranks[other.severity] || one.line - other.line;
  });
}

/** Each file once, its findings below it; long sentences go on under their beginning. */
function printFindings(rows: readonly HealthFinding[], output: Output): void {
  const digits = Math.max(0, ...rows.map(({ line }) => String(line).length));
  const margin = digits + 12;
  const width = Math.max(40, (process.stdout.columns || 80) - margin);
  let last = '';
  for (const { file, line, severity, message, suggestion, state } of rows) {
    if (file !== last) output.print(file);
    last = file;
    const [first = '', ...rest] = wrapped(`${state === 'added' ? 'New: ' : ''}${message}${near(suggestion)}`, width);
    output.print(`  ${String(line).padStart(digits)}  ${severity.padEnd(6)}  ${first}`);
    for (const more of rest) output.print(' '.repeat(margin) + more);
  }
}

/** What may be meant is worth a line; that something should be written is said by the finding. */
function near(suggestion: string | null): string {
  return suggestion?.startsWith('Did you mean') === true ? ` ${suggestion}` : '';
}

/** Lines of at most so many characters, broken between words; a longer word stands alone. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Writes the report in SARIF to a file. @throws CommandError when that cannot be written */
export async function writeSarifFile(app: App, report: DocsReport, file: string, output: Output): Promise<void> {
  const artifact = report.pages.find(({ path }) => path === 'health.sarif');
  if (artifact === undefined) throw new Error('a documentation job without its SARIF report');
  const target = resolve(hereFolder(), file);
  const content = await buffer(await app.storage.get(artifact.storageKey));
  await writeFile(target, content).catch((error: unknown) => {
    throw new CommandError(`${target} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  });
  output.print(`\nSARIF written to ${target}`);
}

/** Ends the command badly when a threshold is passed, with one sentence that says why. @throws CommandError */
export function holdThresholds({ coverage, health }: DocsReport, { minCoverage, failOn }: Thresholds): void {
  const share = percentageOf(coverage.documentedSymbols, coverage.publicSymbols);
  if (minCoverage !== undefined && share !== null && share < minCoverage)
    throw new CommandError(`Coverage is ${share} %, less than the ${minCoverage} % of --min-coverage.`, {
      code: 'COVERAGE_TOO_LOW',
    });
  const count = failOn === undefined ? 0 : countFrom(health, failOn);
  if (count > 0)
    throw new CommandError(
      `${count} ${count === 1 ? 'finding is' : 'findings are'} ${failOn === 'high' ? 'high' : `${failOn} or worse`}, which --fail-on ${failOn} does not let pass.`,
      { code: 'FINDINGS_TOO_SEVERE' },
    );
}
