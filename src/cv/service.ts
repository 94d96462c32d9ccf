import { createHash } from 'node:crypto';
import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { createJob, deleteJob, JobCreator, rowPerJob } from '../jobs/service.ts';
import { NotFoundError, UnauthenticatedError, unfit } from '../platform/errors.ts';
import type { UploadedFile } from '../platform/uploaded-file.ts';
import { ownedBy, requirePermission, type Viewer } from '../platform/viewer.ts';
import { anonymousId, anonymousViewer, makeAnonymousAccount } from './anonymous.ts';
import { detectContainer } from './engine/reading/format.ts';
import { DEFAULT_CV_LIMITS } from './engine/reading/limits.ts';
import { CvUnreadable } from './engine/reading/refusal.ts';
import { cvAnalysisDefinition } from './jobs.ts';
import { type CvReport, cvReport } from './report.ts';

export { type CvReport, cvReport } from './report.ts';

/** Characters of a job description. */
export const jobDescriptionLength = { least: 50, most: 10_000 } as const;

export interface CvRequest {
  readonly jobDescription: string;
  /** One of the two is there. */
  readonly cvFile?: UploadedFile | null | undefined;
  readonly cvText?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  /** Of the caller: idempotency keys of people nobody knows count by address. */
  readonly ipAddress?: string | undefined;
}

/**
 * Asks for the comparison of a CV with a job description. Gives the job's id, which for a caller who is not signed in
 * is all that leads to it. @throws ValidationError, UnauthenticatedError where anonymous use is off, ForbiddenError
 */
export async function analyzeCv(app: App, viewer: Viewer | null, request: CvRequest): Promise<string> {
  if (viewer === null && !app.config.ANONYMOUS_CV) throw new UnauthenticatedError();
  if (viewer !== null) requirePermission(viewer, 'analysis:create');
  const jobDescription = request.jobDescription.trim();
  requireLength('jobDescription', jobDescription, jobDescriptionLength);
  const cv = await bytesOf(request);
  if (viewer === null) await makeAnonymousAccount(app);
  const now = new Date();
  const expiresAt = viewer === null ? new Date(now.getTime() + app.config.CV_ANONYMOUS_HOURS * 3_600_000) : null;
  return createJob(app, viewer ?? anonymousViewer, {
    creator: cvAnalyses,
    input: { asOf: { year: now.getUTCFullYear(), month: now.getUTCMonth() + 1 } },
    asked: { jobDescription, cv: sha256(cv) },
    operation: 'analyzeCv',
    idempotencyKey: viewer === null ? anonymousKey(request) : request.idempotencyKey,
    detail: { jobDescription, cv: new Uint8Array(cv), expiresAt },
  });
}

const cvAnalyses = new JobCreator({
  definition: cvAnalysisDefinition,
  neverRefuses: true,
  // Past Prisma, which would turn the file into text and back, and read it again.
  write: rowPerJob<Omit<Prisma.CvAnalysisUncheckedCreateInput, 'jobId'>>('CvAnalysis'),
});

/** The analyses somebody may see: their own, and those that belong to nobody, whose ids are secrets. */
export function cvAnalysesFor(viewer: Viewer | null): Pick<Prisma.JobWhereInput, 'kind' | 'OR'> {
  const anonymous = { ownerId: anonymousId, cv: { expiresAt: { gt: new Date() } } };
  const { ownerId } = viewer === null ? { ownerId: anonymousId } : ownedBy(viewer);
  // Prisma takes an empty condition in a list of alternatives for one that never holds.
  if (ownerId === undefined) return { kind: 'CV_ANALYSIS' };
  return { kind: 'CV_ANALYSIS', OR: ownerId === anonymousId ? [anonymous] : [anonymous, { ownerId }] };
}

/** With whose eyes somebody may follow an analysis. @throws NotFoundError */
export async function cvAnalysisHolder(app: App, viewer: Viewer | null, id: string): Promise<Viewer> {
  const job = await app.database.prisma.job.findFirst({
    where: { id, ...cvAnalysesFor(viewer) },
    select: { ownerId: true },
  });
  if (job === null) throw new NotFoundError('Job');
  return viewer === null || job.ownerId === anonymousId ? anonymousViewer : viewer;
}

/** What came of an analysis that is completed. @throws NotFoundError when there is none, or it is not completed */
export async function readCvReport(app: App, viewer: Viewer | null, id: string): Promise<CvReport> {
  const job = await app.database.prisma.job.findFirst({
    where: { id, ...cvAnalysesFor(viewer) },
    select: { cv: { select: { report: true } } },
  });
  const report = job?.cv?.report ?? null;
  if (report === null) throw new NotFoundError('Result');
  return cvReport.parse(report);
}

/** Deletes an analysis with all that was read and found; one that runs stops within a second. @throws NotFoundError */
export async function deleteCvAnalysis(app: App, viewer: Viewer | null, id: string): Promise<void> {
  if (viewer !== null) requirePermission(viewer, 'analysis:create');
  await deleteJob(app, await cvAnalysisHolder(app, viewer, id), id);
}

/**
 * The CV as bytes, of a kind that can be read. What more may be wrong with it the work says. @throws ValidationError
 */
async function bytesOf({ cvFile, cvText }: CvRequest): Promise<Buffer> {
  const hasFile = cvFile !== null && cvFile !== undefined;
  const hasText = typeof cvText === 'string' && cvText.trim() !== '';
  if (hasFile === hasText) {
    throw unfit(hasFile ? 'cvText' : 'cvFile', hasFile ? 'send a file or a text, not both' : 'send a file or a text');
  }
  if (hasText) requireLength('cvText', cvText, { least: 1, most: DEFAULT_CV_LIMITS.characters });
  const bytes = hasFile ? Buffer.from(await cvFile.arrayBuffer()) : Buffer.from(cvText ?? '', 'utf8');
  try {
    detectContainer(bytes);
  } catch (error) {
    throw error instanceof CvUnreadable ? unfit(hasFile ? 'cvFile' : 'cvText', error.message) : error;
  }
  return bytes;
}

function requireLength(path: string, text: string, { least, most }: { least: number; most: number }): void {
  if (text.length < least || text.length > most) throw unfit(path, `must have ${least} to ${most} characters`);
}

/** All people nobody knows share an account: a key of one of them must not meet that of another. */
function anonymousKey({ idempotencyKey, ipAddress = '' }: CvRequest): string | null {
  if (idempotencyKey === null || idempotencyKey === undefined) return null;
  return sha256(Buffer.from(`${ipAddress}\0${idempotencyKey}`));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
