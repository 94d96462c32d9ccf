import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { buildSchema } from 'graphql';
import { PubSub } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { answering } from './answering.js';
import { followRows } from './job-rows.js';

/**
 * Subscriptions as the manuals of graphql-ws and graphql-subscriptions show them: one publish per event, every
 * subscription executes its document and writes its result itself. It knows no users and checks nothing.
 */
const schema = buildSchema(`
  scalar UUID
  type Query { none: Int }
  type Job { status: String! percentage: Int! stage: String! message: String updatedAt: String! }
  type JobEvent {
    seq: Int! type: String! status: String! percentage: Int! stage: String! message: String at: String!
  }
  type Subscription { jobEvents(id: UUID!): JobEvent! docsProgress(id: UUID!): Job! }
`);
const pubsub = new PubSub({ eventEmitter: new EventEmitter().setMaxListeners(0) });
const { pool, follow } = await followRows((row) => pubsub.publish(row.jobId, row));
const fields = schema.getSubscriptionType().getFields();
const subscribe = async (_root, { id }) => {
  await follow(id);
  return pubsub.asyncIterableIterator(id);
};
fields.jobEvents.subscribe = subscribe;
fields.jobEvents.resolve = ({ jobSeq, type, data, at }) => ({ seq: jobSeq, type, ...data, at: at.toISOString() });
fields.docsProgress.subscribe = subscribe;
fields.docsProgress.resolve = async ({ jobId }) => {
  const text = 'SELECT status, percentage, stage, message, "updatedAt" FROM "Job" WHERE id = $1';
  const { rows } = await pool.query({ name: 'progress', text, values: [jobId] });
  return { ...rows[0], updatedAt: rows[0].updatedAt.toISOString() };
};

const http = createServer();
useServer({ schema }, new WebSocketServer({ server: http, path: '/graphql' }));
http.listen(0, '127.0.0.1', () => answering(`http://127.0.0.1:${http.address().port}`));
