import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabaseUrl, projectRoot } from './settings.ts';
import { untilStopped } from './stopping.ts';

/** An editor writes a file in several steps, and a checkout many files: they are one change. */
const settledAfter = 150;
/** The server cuts itself off after 15 seconds. */
const killedAfter = 20_000;

/**
 * Runs the server in a child process that is started again whenever the source changes. The embedded database is held
 * by this process, so that it stays up in between; a server whose supervisor dies closes by itself.
 */
export async function superviseServer(words: readonly string[]): Promise<void> {
  const stopped = untilStopped();
  const database = await openDatabaseUrl();
  const server = new SupervisedServer(words);
  const watcher = watch(join(projectRoot, 'src'), { recursive: true }, (_event, file) => {
    if (file !== null && /\.(?:ts|js|json)$/.test(file)) server.changed(file);
  });
  try {
    server.start();
    await stopped;
  } finally {
    watcher.close();
    await server.stop();
    await database.close();
  }
}

class SupervisedServer {
  readonly #words: readonly string[];
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  start(): void {
    if (this.#ended) return;
    const main = fileURLToPath(new URL('./main.js', import.meta.url));
    const child = spawn(process.execPath, [...process.execArgv, main, ...this.#words], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.once('exit', (code) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (code !== 0 && !this.#ended) process.stderr.write('The server ended. It starts again when a file changes.\n');
    });
  }

  /** Starts the server again once the files have settled. */
  changed(file: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      process.stderr.write(`${file} changed: starting again …\n`);
      this.#stopping = this.#stopping.then(() => this.#stopChild()).then(() => this.start());
    }, settledAfter);
  }

  async stop(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#stopping;
    await this.#stopChild();
  }

  /** Lets go of the server, which then closes in good order, and waits until it has ended. */
  async #stopChild(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const ended = once(child, 'exit');
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), killedAfter);
    await ended;
    clearTimeout(timer);
  }
}
