// The limit of what can be reached with Node and pg: node:http, no GraphQL, one prepared statement for each work. The
// query is the name of the work. It checks no token: who asks is known from the variables.
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL) });
const statement = (name, text) => async (values) => (await pool.query({ name, text, values })).rows;
const oneJob = statement(
  'job',
  `SELECT j."id", j."status", j."percentage", j."stage", j."createdAt",
     json_build_object('name', r."name", 'url', r."url") AS "repository",
     (SELECT json_agg(json_build_object('seq', e."jobSeq", 'type', e."type", 'at', e."at", 'data', e."data") ORDER BY e."jobSeq")
      FROM "Event" e WHERE e."jobId" = j."id") AS "events"
   FROM "Job" j JOIN "DocsJob" d ON d."jobId" = j."id" JOIN "Repository" r ON r."id" = d."repositoryId"
   WHERE j."id" = $1 AND j."ownerId" = $2`,
);
const page = statement(
  'page',
  `SELECT j."id", j."status", j."percentage", j."stage", j."createdAt", u."username" AS "owner",
     json_build_object('name', r."name", 'url', r."url") AS "repository"
   FROM "Job" j JOIN "User" u ON u."id" = j."ownerId"
     JOIN "DocsJob" d ON d."jobId" = j."id" JOIN "Repository" r ON r."id" = d."repositoryId"
   WHERE j."ownerId" = $1 ORDER BY j."id" DESC LIMIT 50`,
);
const createItem = statement(
  'item',
  `INSERT INTO "Item" ("ownerId", "title", "description") VALUES ($1, $2, $3)
   RETURNING "id", "title", "description", "isActive", "createdAt"`,
);
const works = {
  typename: async () => ({ __typename: 'Query' }),
  job: async ({ jobId, ownerId }) => (await oneJob([jobId, ownerId]))[0],
  page: ({ ownerId }) => page([ownerId]),
  createItem: async ({ ownerId, title, description }) => (await createItem([ownerId, title, description]))[0],
};

createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', async () => {
    // To see whether it is there.
    if (request.method === 'GET') return response.end();
    const { query, variables } = JSON.parse(Buffer.concat(pieces));
    const body = JSON.stringify({ data: await works[query](variables) });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
