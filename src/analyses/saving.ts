import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { Severity } from '../code/findings.ts';
import type { FindingSeverity } from '../generated/prisma/enums.ts';
import type { Transaction } from '../platform/database.ts';
import type { Evaluation } from './evaluation.ts';
import type { storedReport } from './report.ts';

const severityOf: Record<Severity, FindingSeverity> = { high: 'HIGH', medium: 'MEDIUM', low: 'LOW' };

/** Rows written by one statement. */
const rowsAtOnce = 2000;

/** Writes what an analysis found; meant for the transaction that completes the job. */
export async function saveResults(
  transaction: Transaction,
  jobId: string,
  commit: string | null,
  { report, contents, findings, previousId }: Evaluation,
): Promise<void> {
  for (let at = 0; at < findings.length; at += rowsAtOnce) {
    await transaction.analysisFinding.createMany({
      // Ids grow in the order they are made, which is the order of the list.
      data: findings.slice(at, at + rowsAtOnce).map((one) => ({
        id: uuidv7(),
        jobId,
        type: one.type,
        severity: severityOf[one.severity],
        state: one.state,
        rule: one.rule,
        engine: one.engine,
        file: storable(one.file),
        line: one.line,
        column: one.column,
        endLine: one.endLine,
        message: storable(one.message),
        suggestion: one.suggestion === null ? null : storable(one.suggestion),
        cwe: one.cwe,
        fingerprint: one.fingerprint,
      })),
    });
  }
  const stored: z.infer<typeof storedReport> = { ...report, contents: [...contents] };
  // It may have been deleted since it was read.
  const previous = previousId === null ? null : await transaction.job.findUnique({ where: { id: previousId } });
  await transaction.analysis.update({
    where: { jobId },
    data: { commit, qualityScore: report.score?.value ?? null, report: stored, previousId: previous?.id ?? null },
  });
}

/** PostgreSQL's text takes neither U+0000 nor half a surrogate pair; the code that was analysed may hold both. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u2400').toWellFormed();
}
