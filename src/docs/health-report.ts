import { z } from 'zod';
import type { App } from '../app.ts';
import { compareFindings, countBySeverity, finding, type Severity } from '../code/findings.ts';
import { writeSarif } from '../code/sarif.ts';
import { version } from '../version.ts';
import type { Composed } from './engine/compose.ts';

const state = z.enum(['added', 'unchanged', 'fixed']);

/** The health report as it is kept with a job. */
export const healthReport = z.object({
  /** What is found now, then what was found before and is gone. `state` is null without a run before. */
  findings: z.array(finding.extend({ state: state.nullable() })),
  counts: z.object({ high: z.int(), medium: z.int(), low: z.int() }),
  /** Null without an earlier run to compare with. */
  comparison: z.object({ added: z.int(), fixed: z.int(), unchanged: z.int() }).nullable(),
  /** Markdown files that were read. */
  documents: z.int(),
  /** Limits that were reached, one sentence each. */
  limitsReached: z.array(z.string()),
});
export type HealthReport = z.infer<typeof healthReport>;
export type HealthFinding = HealthReport['findings'][number];

/** The last documentation of the same repository, of whatever branch, that was completed before; null for none. */
export async function previousJob(app: App, jobId: string, repositoryId: string): Promise<string | null> {
  const previous = await app.database.prisma.docsJob.findFirst({
    where: { repositoryId, jobId: { not: jobId }, job: { status: 'COMPLETED' } },
    orderBy: { job: { finishedAt: 'desc' } },
    select: { jobId: true },
  });
  return previous?.jobId ?? null;
}

/** Puts the findings of a run beside those of the run before it. */
export async function reportHealth(
  app: App,
  { health }: Composed,
  previousJobId: string | null,
): Promise<HealthReport> {
  const before = previousJobId === null ? null : await readHealth(app, previousJobId);
  const counts = countBySeverity(health.findings);
  const { documents, limitsReached } = health;
  const common = { counts, documents, limitsReached: [...limitsReached] };
  if (before === null)
    return { ...common, findings: health.findings.map((one) => ({ ...one, state: null })), comparison: null };
  const was = before.findings.filter((one) => one.state !== 'fixed').map(({ state: _, ...one }) => one);
  const { added, fixed, unchanged } = compareFindings(was, health.findings);
  const isNew = new Set(added.map(({ fingerprint }) => fingerprint));
  return {
    ...common,
    findings: [
      ...health.findings.map((one) => ({
        ...one,
        state: isNew.has(one.fingerprint) ? ('added' as const) : ('unchanged' as const),
      })),
      ...fixed.map((one) => ({ ...one, state: 'fixed' as const })),
    ],
    comparison: { added: added.length, fixed: fixed.length, unchanged: unchanged.length },
  };
}

async function readHealth(app: App, jobId: string): Promise<HealthReport | null> {
  const found = await app.database.prisma.docsJob.findUnique({ where: { jobId }, select: { health: true } });
  // Runs of before there was a report have none.
  return found === null || found.health === null ? null : healthReport.parse(found.health);
}

/** The report in SARIF, with what is gone since the run before. */
export function healthSarif(
  report: HealthReport,
  origin: { readonly url: string | null; readonly commit: string | null },
): string {
  return writeSarif({
    tool: { name: 'Millwright documentation', version, engines: [{ engine: 'millwright', version }] },
    findings: report.findings.map(({ state: how, ...one }) => (how === null ? one : { ...one, state: how })),
    ...(origin.url === null ? {} : { origin: { repositoryUri: origin.url, commit: origin.commit } }),
    gaps: report.limitsReached.map((reason) => ({ file: null, engine: 'millwright', reason })),
  });
}

/** How many findings are at least so severe. */
export function countFrom({ counts }: HealthReport, severity: Severity): number {
  const levels: readonly Severity[] = ['high', 'medium', 'low'];
  return levels.slice(0, levels.indexOf(severity) + 1).reduce((sum, level) => sum + counts[level], 0);
}
