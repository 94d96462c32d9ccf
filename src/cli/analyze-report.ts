import { type AnalysisReport, analysisReport } from '../analyses/service.ts';
import type { App } from '../app.ts';
import type { AnalysisType } from '../generated/prisma/enums.ts';
import type { Output } from './output.ts';

/** Findings that are named in the table; the SARIF report names them all. */
const mostFindings = 20;
/** Blanks behind each column of a table. */
const columnGap = 2;

/** What a finished analysis found. */
export interface AnalyzeReport extends AnalysisReport {
  readonly jobId: string;
  readonly projectName: string;
  readonly commit: string | null;
  /** What was asked for. */
  readonly types: readonly AnalysisType[];
  readonly seconds: number;
  readonly findings: readonly Listed[];
}

interface Listed {
  readonly severity: string;
  readonly type: string;
  readonly state: string | null;
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly engine: string;
  readonly message: string;
}

/** Reads what a completed analysis has left. */
export async function readAnalyzeReport(app: App, jobId: string): Promise<AnalyzeReport> {
  const job = await app.database.prisma.job.findUniqueOrThrow({
    where: { id: jobId },
    include: {
      analysis: { omit: { files: true } },
      findings: { orderBy: { id: 'asc' }, omit: { id: true, jobId: true } },
    },
  });
  if (job.analysis === null) throw new Error('an analysis without its details');
  return {
    ...analysisReport.parse(job.analysis.report),
    jobId,
    projectName: job.analysis.projectName,
    commit: job.analysis.commit,
    types: job.analysis.types,
    seconds: ((job.finishedAt ?? job.updatedAt).getTime() - job.createdAt.getTime()) / 1000,
    findings: job.findings,
  };
}

/** Prints a report: counts, the worst findings, what to do first, what changed, what was not looked at. */
export function printAnalyzeReport(report: AnalyzeReport, sarif: string | null, output: Output): void {
  const { counts, score, comparison } = report;
  const at = report.commit === null ? '' : ` at ${report.commit.slice(0, 12)}`;
  output.print(
    `\nAnalysed ${report.projectName}${at}: ${counted(report.filesAnalysed, 'file')}, ${counted(report.linesAnalysed, 'line')} in ${report.seconds.toFixed(1)} s.\n`,
  );
  output.table(
    ['Type', 'High', 'Medium', 'Low'],
    counts.map(({ type, high, medium, low }) => [type.toLowerCase(), String(high), String(medium), String(low)]),
  );
  printFindings(report, output);
  if (report.recommendations.length > 0)
    output.print(`\nFirst:\n${report.recommendations.map((one) => `  - ${visible(one)}`).join('\n')}`);
  if (comparison !== null) {
    const { added, fixed, unchanged } = comparison;
    output.print(`\nSince the last analysis: ${added} new, ${fixed} fixed, ${unchanged} unchanged.`);
  }
  if (score !== null) output.print(`\nScore: ${score.value} of 10.`);
  const { percent, reason, source } = report.coverage;
  const known = percent === null ? `not known. ${reason?.replace(/\.$/, '')}` : `${percent} % by ${source}`;
  output.print(visible(`Test coverage: ${known}.`));
  printGaps(report, output);
  if (sarif !== null) output.print(`\nWritten to ${sarif}`);
  const { findings, ...rest } = report;
  output.result({ ...rest, findings, sarif });
}

function printFindings({ findings }: AnalyzeReport, output: Output): void {
  const present = findings.filter(({ state }) => state !== 'FIXED');
  if (present.length === 0) return;
  output.print('');
  const columns = process.stdout.columns || 140;
  const isNarrow = columns < 110;
  const rows = present.slice(0, mostFindings).map(({ severity, file, line, rule, message, state }) => ({
    severity: severity.toLowerCase(),
    place: endOf(visible(`${file}:${line}`), isNarrow ? 28 : 40),
    rule: endOf(rule, isNarrow ? 18 : 26),
    message: visible(`${state === 'ADDED' ? 'new: ' : ''}${message}`),
  }));
  const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, text.length), 0);
  const others = widest(['Severity']) + widest(rows.map(({ place }) => place)) + widest(rows.map(({ rule }) => rule));
  const room = Math.max(20, columns - others - 4 * columnGap);
  output.table(
    ['Severity', 'Place', 'Rule', 'Message'],
    rows.map(({ severity, place, rule, message }) => [severity, place, rule, beginningOf(message, room)]),
  );
  const more = present.length - mostFindings;
  if (more > 0) output.print(`and ${more} more; --sarif keeps them all.`);
}

function printGaps({ gaps, notAnalysed, leftOut, limitsReached }: AnalyzeReport, output: Output): void {
  const lines = [
    ...gaps.slice(0, 5).map(({ engine, file, reason }) => `${engine}${file === null ? '' : `, ${file}`}: ${reason}`),
    ...(gaps.length > 5 ? [counted(gaps.length - 5, 'more gap')] : []),
    ...notAnalysed.map(
      ({ language, files }) => `${language}: ${counted(files, 'file')}, a language that is not analysed`,
    ),
    ...leftOut.map(leftOutLine),
    ...limitsReached,
  ];
  if (lines.length > 0) output.print(`\nNot looked at:\n${lines.map((line) => `  - ${visible(line)}`).join('\n')}`);
}

function leftOutLine({ reason, files, folders }: AnalyzeReport['leftOut'][number]): string {
  const inFiles = files > 0 || folders === 0 ? [counted(files, 'file')] : [];
  const unopened = folders > 0 ? [`${counted(folders, 'folder')}, not opened`] : [];
  return `${reason}: ${[...inFiles, ...unopened].join(', ')}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** The end of a path or of a rule says more than its beginning. */
function endOf(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(1 - most)}`;
}

function beginningOf(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/**
 * Text of the tree that was analysed, such as a file's name, fit for a terminal: what would move the cursor, end the
 * line or turn the direction of writing is shown as a sign.
 */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (sign) => {
    const code = sign.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
