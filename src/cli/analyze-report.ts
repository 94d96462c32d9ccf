import { type AnalysisReport, analysisReport } from '../analyses/service.ts';
import type { App } from '../app.ts';
import type { AnalysisType } from '../generated/prisma/enums.ts';
import type { Output } from './output.ts';

/** Findings that are named in the table; the SARIF report names them all. */
const mostFindings = 20;

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
    `\nAnalysed ${report.projectName}${at}: ${report.filesAnalysed} files, ${report.linesAnalysed} lines in ${report.seconds.toFixed(1)} s.\n`,
  );
  output.table(
    ['Type', 'High', 'Medium', 'Low'],
    counts.map(({ type, high, medium, low }) => [type.toLowerCase(), String(high), String(medium), String(low)]),
  );
  printFindings(report, output);
  if (report.recommendations.length > 0)
    output.print(`\nFirst:\n${report.recommendations.map((one) => `  - ${one}`).join('\n')}`);
  if (comparison !== null) {
    const { added, fixed, unchanged } = comparison;
    output.print(`\nSince the last analysis: ${added} new, ${fixed} fixed, ${unchanged} unchanged.`);
  }
  if (score !== null) output.print(`\nScore: ${score.value} of 10.`);
  const { percent, reason } = report.coverage;
  output.print(`Test coverage: ${percent === null ? `not known (${reason})` : `${percent} %`}.`);
  printGaps(report, output);
  if (sarif !== null) output.print(`\nWritten to ${sarif}`);
  const { findings, ...rest } = report;
  output.result({ ...rest, findings, sarif });
}

function printFindings({ findings }: AnalyzeReport, output: Output): void {
  const present = findings.filter(({ state }) => state !== 'FIXED');
  if (present.length === 0) return;
  output.print('');
  const room = Math.max(30, (process.stdout.columns || 140) - 75);
  output.table(
    ['Severity', 'Place', 'Rule', 'Message'],
    present
      .slice(0, mostFindings)
      .map(({ severity, file, line, rule, message, state }) => [
        severity.toLowerCase(),
        shortened(`${file}:${line}`, 40),
        rule.length > 20 ? `${rule.slice(0, 19)}…` : rule,
        `${state === 'ADDED' ? 'new: ' : ''}${message.length > room ? `${message.slice(0, room - 1)}…` : message}`,
      ]),
  );
  const more = present.length - mostFindings;
  if (more > 0) output.print(`and ${more} more; --sarif keeps them all.`);
}

function printGaps({ gaps, notAnalysed, leftOut, limitsReached }: AnalyzeReport, output: Output): void {
  const lines = [
    ...gaps.slice(0, 5).map(({ engine, file, reason }) => `${engine}${file === null ? '' : `, ${file}`}: ${reason}`),
    ...(gaps.length > 5 ? [`${gaps.length - 5} more gaps`] : []),
    ...notAnalysed.map(({ language, files }) => `${language}: ${files} files, a language that is not analysed`),
    ...leftOut.map(leftOutLine),
    ...limitsReached,
  ];
  if (lines.length > 0) output.print(`\nNot looked at:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
}

function leftOutLine({ reason, files, folders }: AnalyzeReport['leftOut'][number]): string {
  const counted = files > 0 || folders === 0 ? [`${files} ${reason}`] : [];
  const unopened = folders > 0 ? [`${folders} ${reason} ${folders === 1 ? 'folder' : 'folders'}, not opened`] : [];
  return [...counted, ...unopened].join(', ');
}

/** The end of a path says more than its beginning. */
function shortened(place: string, most: number): string {
  return place.length <= most ? place : `…${place.slice(1 - most)}`;
}
