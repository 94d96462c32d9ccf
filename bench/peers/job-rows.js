import pg from 'pg';

/**
 * The rows of the events of jobs as they are written, handed to `onRow` in order. One listener tells of new ones; all
 * of a user's jobs are then read by one prepared statement, which walks the index from the last row seen on (`userSeq`
 * is given out in the order of commits). What is told while it runs goes into the next. The cheapest correct way to the
 * rows that we know of.
 */
export async function followRows(onRow) {
  const connectionString = process.env.DATABASE_URL;
  const pool = new pg.Pool({ connectionString, max: 4 });
  const listener = new pg.Client({ connectionString });
  const [reader, users, jobs] = [new pg.Client({ connectionString }), new Map(), new Map()];
  const read = async (id, user) => {
    user.isReading = true;
    while (user.hasMore) {
      user.hasMore = false;
      const { rows } = await reader.query({
        name: 'rows',
        text: `SELECT "jobId", "jobSeq", "userSeq", "type", "data", "at" FROM "Event"
          WHERE "userId" = $1 AND "userSeq" > $2 ORDER BY "userSeq"`,
        values: [id, user.last],
      });
      for (const row of rows) {
        user.last = row.userSeq;
        if (row.jobSeq > jobs.get(row.jobId)?.after) onRow(row);
      }
    }
    user.isReading = false;
  };
  listener.on('notification', ({ payload }) => {
    for (const topic of (payload ?? '').split(' ')) {
      const user = topic.startsWith('job:') ? jobs.get(topic.slice(4))?.user : undefined;
      if (user !== undefined) user.hasMore = true;
    }
    for (const [id, user] of users) if (user.hasMore && !user.isReading) read(id, user);
  });
  await Promise.all([listener.connect(), reader.connect()]);
  await listener.query('LISTEN millwright');
  return {
    pool,
    /** Follows a job from now on. */
    async follow(job) {
      if (jobs.has(job)) return;
      const { rows } = await pool.query({
        name: 'job',
        text: `SELECT "ownerId", "Job"."lastSeq" AS after, counter."lastSeq" AS last FROM "Job"
          JOIN "EventCounter" AS counter ON counter."userId" = "ownerId" WHERE "Job".id = $1`,
        values: [job],
      });
      const [{ ownerId, after, last }] = rows;
      if (!users.has(ownerId)) users.set(ownerId, { last, hasMore: false, isReading: false });
      if (!jobs.has(job)) jobs.set(job, { user: users.get(ownerId), after });
    },
  };
}
