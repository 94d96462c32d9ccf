import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('..', import.meta.url));
export const mainScript = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** What a command left. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command line in child processes, with settings of its own. */
export class CommandLine {
  readonly dataDir: string;
  readonly folder: string;
  readonly #environment: Record<string, string>;
  readonly #running = new Set<RunningCommand>();

  private constructor(folder: string, environment: Record<string, string>) {
    this.folder = folder;
    this.dataDir = join(folder, 'data');
    this.#environment = environment;
  }

  /** Makes a temporary folder with a data folder in it. */
  static async create(environment: Record<string, string> = {}): Promise<CommandLine> {
    return new CommandLine(await mkdtemp(join(tmpdir(), 'millwright-cli-')), environment);
  }

  /** Starts a command without waiting for it. */
  start(words: readonly string[], options: StartOptions = {}): RunningCommand {
    const { script = mainScript, environment = {}, cwd = this.folder } = options;
    const command = new RunningCommand(
      spawn(options.program ?? process.execPath, options.program === undefined ? [script, ...words] : words, {
        cwd,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: this.folder,
          PORT: '0',
          DATA_DIR: this.dataDir,
          NO_COLOR: '1',
          // Set, though empty: a developer's own .env must not lead these commands to another database.
          ...Object.fromEntries(['DATABASE_URL', 'POSTGRES_HOST', 'REDIS_URL', 'REDIS_HOST'].map((name) => [name, ''])),
          ...this.#environment,
          ...environment,
        },
      }),
    );
    this.#running.add(command);
    command.ended.then(
      () => this.#running.delete(command),
      () => {},
    );
    return command;
  }

  /** Runs a command to its end. */
  run(words: readonly string[], options: StartOptions = {}): Promise<Ended> {
    const command = this.start(words, options);
    command.child.stdin?.end(options.input ?? '');
    return command.ended;
  }

  /** Runs a command with --json and gives its result. */
  async result(words: readonly string[], options: StartOptions = {}): Promise<unknown> {
    const { code, stdout, stderr } = await this.run([...words, '--json'], options);
    if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** Ends what still runs and removes everything. */
  async remove(): Promise<void> {
    for (const command of this.#running) {
      command.child.kill('SIGKILL');
      await command.ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface StartOptions {
  readonly script?: string;
  /** Run instead of Node; `words` are all its arguments then. */
  readonly program?: string;
  readonly environment?: Record<string, string>;
  readonly cwd?: string;
  readonly input?: string;
}

/** A command that is running: what it has written so far can be waited for. */
export class RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #changed: (() => void)[] = [];
  #over = false;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#notify();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#notify();
    });
    // A reader that has gone is the command's business.
    child.stdin?.on('error', () => {});
    this.ended = once(child, 'close').then(([code]: (number | null)[]) => {
      this.#over = true;
      this.#notify();
      return { code: code ?? null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Waits until standard output matches. @throws when the command ends before */
  async output(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout.slice(from));
      if (found !== null) return found;
      if (this.#over) throw new Error(`ended without ${pattern}: ${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  #notify(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}
