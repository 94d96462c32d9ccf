import pg from 'pg';

/**
 * The rows of the events of jobs as they are written: those of all jobs of one notification are read by one prepared
 * statement and handed to `onRows`, job by job. The cheapest correct way to the rows that we know of.
 */
export async function followRows(onRows) {
  const connectionString = process.env.DATABASE_URL;
  const pool = new pg.Pool({ connectionString, max: 4 });
  const listener = new pg.Client({ connectionString });
  const cursors = new Map();
  const [waiting, reading] = [new Set(), { now: false }];
  const read = async () => {
    reading.now = true;
    while (waiting.size > 0) {
      const jobs = [...waiting];
      waiting.clear();
      const { rows } = await pool.query({
        name: 'rows',
        text: `SELECT event."jobId", event."jobSeq", event."type", event."data", event."at"
          FROM unnest($1::uuid[], $2::int[]) AS asked("job", "after")
          JOIN "Event" AS event ON event."jobId" = asked."job" AND event."jobSeq" > asked."after"
          ORDER BY event."jobId", event."jobSeq"`,
        values: [jobs, jobs.map((job) => cursors.get(job))],
      });
      for (const row of rows) {
        cursors.set(row.jobId, row.jobSeq);
        onRows(row);
      }
    }
    reading.now = false;
  };
  listener.on('notification', ({ payload }) => {
    for (const topic of (payload ?? '').split(' ')) {
      if (topic.startsWith('job:') && cursors.has(topic.slice(4))) waiting.add(topic.slice(4));
    }
    if (waiting.size > 0 && !reading.now) read();
  });
  await listener.connect();
  await listener.query('LISTEN millwright');
  return {
    pool,
    /** Follows a job from its newest event on. */
    async follow(job) {
      if (cursors.has(job)) return;
      const { rows } = await pool.query({
        name: 'job',
        text: 'SELECT "lastSeq" FROM "Job" WHERE id = $1',
        values: [job],
      });
      if (!cursors.has(job)) cursors.set(job, rows[0].lastSeq);
    },
  };
}
