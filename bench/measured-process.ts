import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';

/** A child of the bench that says when it is ready and how much of the processors it has used. */
export interface MeasuredProcess {
  /** What it said of itself when it was ready, such as its address. */
  readonly ready: string;
  readonly pid: number;
  /** Microseconds in user and kernel mode so far. */
  cpu(): Promise<number>;
  /** Asks it something and gives the answer. */
  ask<T>(form: z.ZodType<T>, question: Readonly<Record<string, unknown>>): Promise<T>;
  close(): Promise<void>;
}

const message = z.object({ number: z.number().optional(), ready: z.string().optional(), answer: z.unknown() });

/** Starts a script that speaks as `answering` does. */
export async function startMeasured(
  script: URL,
  environment: Readonly<Record<string, string>>,
  ...nodeOptions: string[]
): Promise<MeasuredProcess> {
  const child = fork(script, {
    env: { ...process.env, ...environment },
    execArgv: nodeOptions,
    serialization: 'advanced',
  });
  const answers = new Map<number, (answer: unknown) => void>();
  const ready = Promise.withResolvers<string>();
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ready.reject(new Error(`${script.pathname} ended`));
      resolve();
    });
  });
  child.on('message', (received) => {
    const read = message.parse(received);
    if (read.ready !== undefined) ready.resolve(read.ready);
    if (read.number !== undefined) answers.get(read.number)?.(read.answer);
  });
  let asked = 0;
  const ask = <T>(form: z.ZodType<T>, question: Readonly<Record<string, unknown>>): Promise<T> => {
    asked += 1;
    const number = asked;
    const answer = new Promise<T>((resolve, reject) => {
      answers.set(number, (given) => {
        answers.delete(number);
        const read = form.safeParse(given);
        if (read.success) resolve(read.data);
        else reject(new Error(`${script.pathname} answered ${JSON.stringify(given)?.slice(0, 300)}`));
      });
    });
    child.send({ number, question });
    return answer;
  };
  return {
    ready: await ready.promise,
    pid: child.pid ?? Number.NaN,
    cpu: () => ask(z.number(), { cpu: true }),
    ask,
    close: () => end(child, gone),
  };
}

async function end(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.send({ number: 0, question: { end: true } }, () => {});
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(impatience);
}

const received = z.object({ number: z.number(), question: z.record(z.string(), z.unknown()) });

/** In the child: says that it is ready, and answers. */
export function answering(
  ready: string,
  answer: (question: Readonly<Record<string, unknown>>) => unknown,
  close: () => Promise<unknown> = async () => {},
): void {
  process.on('message', (given) => {
    const { number, question } = received.parse(given);
    if (question.end === true) return void close().finally(() => process.exit());
    if (question.cpu === true) {
      const { user, system } = process.cpuUsage();
      return void process.send?.({ number, answer: user + system });
    }
    Promise.resolve(answer(question)).then(
      (given) => process.send?.({ number, answer: given }),
      (error: unknown) => process.send?.({ number, answer: `failed: ${String(error)}` }),
    );
  });
  // A bench that was broken off leaves nobody behind.
  process.on('disconnect', () => process.exit());
  process.send?.({ ready, answer: null });
}
