import type { Client } from 'pg';

const gathering = new WeakSet<Client>();

/**
 * Lets what a connection is given before the event loop goes on be written at once: a write costs as much processor
 * time as all else that is done for a short statement. Call it just before giving the connection something.
 */
export function gatherWrites(client: Client): void {
  if (gathering.has(client)) return;
  gathering.add(client);
  const { stream } = client.connection;
  stream.cork();
  process.nextTick(() => {
    gathering.delete(client);
    stream.uncork();
  });
}
