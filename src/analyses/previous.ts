import type { App } from '../app.ts';
import type { Severity } from '../code/findings.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { FindingSeverity } from '../generated/prisma/enums.ts';
import type { Earlier } from './engine/renamed-files.ts';
import type { TypedFinding } from './engine/typed-findings.ts';
import { type AnalysisReport, storedReport } from './report.ts';

/** The analysis of the same project before this one. */
export interface Previous extends Earlier {
  readonly jobId: string;
}

const severityOf: Record<FindingSeverity, Severity> = { HIGH: 'high', MEDIUM: 'medium', LOW: 'low' };

/**
 * The last completed analysis of the same owner and project name that was asked for before this one, with what it
 * found: one of all its types, else one that shares a type. Null when there is none, or when it has not kept
 * everything it found.
 */
export async function readPrevious(app: App, jobId: string): Promise<Previous | null> {
  const { prisma } = app.database;
  const { projectName, types, job } = await prisma.analysis.findUniqueOrThrow({
    where: { jobId },
    select: { projectName: true, types: true, job: { select: { ownerId: true } } },
  });
  const before = { projectName, jobId: { lt: jobId }, job: { ownerId: job.ownerId, status: 'COMPLETED' as const } };
  const last = (ofTypes: Prisma.EnumAnalysisTypeNullableListFilter) =>
    prisma.analysis.findFirst({
      where: { ...before, types: ofTypes },
      orderBy: { jobId: 'desc' },
      select: { jobId: true, report: true },
    });
  const found = (await last({ hasEvery: types })) ?? (await last({ hasSome: types }));
  if (found === null) return null;
  const report = storedReport.parse(found.report);
  if (!report.complete) return null;
  const rows = await prisma.analysisFinding.findMany({
    where: { jobId: found.jobId, OR: [{ state: null }, { state: { not: 'FIXED' } }] },
    orderBy: { id: 'asc' },
    omit: { id: true, jobId: true, state: true },
  });
  return {
    jobId: found.jobId,
    findings: rows.map((row): TypedFinding => ({ ...row, severity: severityOf[row.severity] })),
    types: report.counts.map(({ type }) => type),
    absent: absentEngines(report),
    gaps: report.gaps,
    contents: new Map(report.contents),
    isLeftOut: () => false,
  };
}

/** `type/engine` of engines that should have looked at the tree and have looked at no file, as a gap says. */
export function absentEngines({ gaps, engines }: Pick<AnalysisReport, 'gaps' | 'engines'>): ReadonlySet<string> {
  const runs = new Map(engines.map(({ type, engine, files }) => [`${type}/${engine}`, files]));
  return new Set(
    gaps.flatMap(({ type, engine, file }) => {
      const files = runs.get(`${type}/${engine}`);
      return files === 0 || (files === undefined && file === null) ? [`${type}/${engine}`] : [];
    }),
  );
}
