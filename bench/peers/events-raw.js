import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { answering } from './answering.js';
import { followRows } from './job-rows.js';

/** The least there can be: the rows as JSON to the sockets of their job, without any protocol, document or check. */
const sockets = new Map();
const { follow } = await followRows(({ jobId, jobSeq, type, data, at }) => {
  const text = JSON.stringify({ seq: jobSeq, type, ...data, at });
  for (const socket of sockets.get(jobId) ?? []) socket.send(text);
});

const http = createServer();
new WebSocketServer({ server: http }).on('connection', async (socket, request) => {
  const job = new URL(request.url, 'http://localhost').searchParams.get('job');
  socket.on('error', () => {});
  sockets.set(job, [...(sockets.get(job) ?? []), socket]);
  await follow(job);
});
http.listen(0, '127.0.0.1', () => answering(`http://127.0.0.1:${http.address().port}`));
