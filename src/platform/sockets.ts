import { WebSocket, type WebSocketServer } from 'ws';
import type { App } from '../app.ts';

/** Bytes waiting to be sent to one reader before its socket is closed. */
const bufferLimit = 4_000_000;
/** Milliseconds between pings unless said; a socket that has not answered by the next one is dead. */
const pingInterval = 12_000;
/** Milliseconds a client has to answer a close before its socket is cut. */
const farewell = 2000;
/** What clients take as a reason to come back: the service restarts, or it has too much to do. */
const [restart, tryLater] = [1012, 1013];

/**
 * Sends a message. Gives nothing when the system has taken it at once, as it does while its reader keeps up, else what
 * resolves when it is on its way, so that a stream waits for its reader.
 */
export function send(socket: WebSocket, data: string): Promise<void> | undefined {
  if (socket.readyState !== WebSocket.OPEN) return undefined;
  if (socket.bufferedAmount > bufferLimit) socket.close(tryLater, 'Too slow a reader');
  let isSent = false;
  let resume: (() => void) | undefined;
  socket.send(data, () => {
    isSent = true;
    resume?.();
  });
  if (isSent || socket.bufferedAmount === 0) return undefined;
  return new Promise((resolve) => {
    resume = resolve;
  });
}

/** Pings a socket every so many milliseconds and cuts it when it does not answer. Gives a function that stops it. */
export function keepAlive(socket: WebSocket, interval = pingInterval): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, interval);
  return () => clearInterval(timer);
}

/** Closes the sockets of a server with 1012 once the app closes, and cuts those that do not answer. */
export function closeAtShutdown(app: App, sockets: WebSocketServer): void {
  app.closing.addEventListener('abort', () => {
    for (const socket of sockets.clients) socket.close(restart, 'Restarting');
    // Longer than an attentive client needs; without it one that is gone would hold the process for 30 s.
    setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate();
    }, farewell).unref();
  });
}
