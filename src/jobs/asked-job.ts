import type { App } from '../app.ts';
import type { Job, Prisma } from '../generated/prisma/client.ts';
import { NotFoundError } from '../platform/errors.ts';
import { findRow, findRows } from '../platform/rows.ts';

/** What of a job a document asks for, as the schema library plans it. */
export type AskedFields = Pick<Prisma.JobFindFirstArgs, 'select' | 'include'>;

/** The job that fulfils a condition, with what of it is asked for; null when there is none. */
export function findAskedJob(app: App, fields: AskedFields, where: Prisma.JobWhereInput): Promise<Job | null> {
  const asked = { ...planned(fields), where };
  return findRow<Job>(app.database, 'Job', asked, () => app.database.prisma.job.findFirst(asked));
}

/**
 * The job of this id, with what of it is asked for, where it is known that the viewer may see it and that it was there.
 * @throws NotFoundError when it was deleted meanwhile
 */
export async function getAskedJob(app: App, fields: AskedFields, id: string): Promise<Job> {
  const asked = { ...planned(fields), where: { id } };
  const job = await findRow<Job>(app.database, 'Job', asked, () => app.database.prisma.job.findUnique(asked));
  if (job === null) throw new NotFoundError('Job');
  return job;
}

/** The jobs of a page, with what of them is asked for. */
export function findAskedJobs(app: App, page: Prisma.JobFindManyArgs): Promise<Job[]> {
  return findRows<Job>(app.database, 'Job', page, () => app.database.prisma.job.findMany(page));
}

/** Of a job may be asked nothing but its type: an empty selection is none that Prisma takes. */
function planned(fields: AskedFields): AskedFields {
  return Object.keys(fields.select ?? fields).length === 0 ? {} : fields;
}
