import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLog, withoutSecrets } from '../src/platform/log.ts';

const logModule = new URL('../src/platform/log.ts', import.meta.url).href;
const line = z.object({ level: z.string(), time: z.iso.datetime(), msg: z.string(), n: z.number().optional() });

/** Starts a program that has a log. */
function program(text: string) {
  const code = `import { createLog } from ${JSON.stringify(logModule)}; const log = createLog('info'); ${text}`;
  return spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** The lines that a program has left on standard error when it has ended. */
async function linesOf(ofProgram: string) {
  const child = program(ofProgram);
  const written = await text(child.stderr);
  return written
    .split('\n')
    .filter((one) => one.startsWith('{'))
    .map((one) => line.parse(JSON.parse(one)));
}

describe('the log on standard error', () => {
  it.each([
    ['when the program runs out', ''],
    ['when the program exits in the same moment', 'process.exit();'],
    ['when it dies of an error', 'throw new Error("dead");'],
    ['after a fatal line and an exit', 'log.fatal("the end"); process.exit(1);'],
  ])('is whole and in order %s', async (_when, ending) => {
    const lines = await linesOf(`for (let n = 0; n < 1000; n += 1) log.info({ n }, "one of many"); ${ending}`);
    const counted = lines.flatMap(({ n }) => (n === undefined ? [] : [n]));
    expect(counted).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    if (ending.includes('fatal')) expect(lines.at(-1)).toMatchObject({ level: 'fatal', msg: 'the end' });
  });

  it('is written while the program goes on, and with a warning at once', async () => {
    const child = program('log.info("first"); setInterval(() => {}, 60_000);');
    for await (const written of child.stderr) {
      expect(line.parse(JSON.parse(String(written)))).toMatchObject({ msg: 'first' });
      break;
    }
    child.kill('SIGKILL');
    const lines = await linesOf('log.info("first"); log.warn("second"); process.kill(process.pid, "SIGKILL");');
    expect(lines).toMatchObject([{ msg: 'first' }, { msg: 'second' }]);
  });
});

describe('a log for records without secrets', () => {
  it('goes where the log goes, in its form', () => {
    const lines: unknown[] = [];
    const log = createLog('info', { write: (written) => lines.push(JSON.parse(written)) });
    withoutSecrets(log).info({ url: '/graphql', status: 200 }, 'request');
    withoutSecrets(log).debug('nobody asked');
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), url: '/graphql', status: 200, msg: 'request' },
    ]);
  });
});
