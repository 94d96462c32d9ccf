import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OutputLimitError, ProcessStartError, ProcessTimeoutError, runProcess } from '../src/platform/child-process.ts';

/** A process that is gone or only waits to be reaped does no work any more. */
async function isWorking(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return state !== '' && !/\) [ZX] /.test(state);
}

/** A shell and its child, both deaf to SIGTERM; answers their ids once both run. */
const stubborn =
  'trap "" TERM; sh -c \'trap "" TERM; echo ready $$ >&2; while :; do sleep 30; done\' & echo own $$ >&2; wait';

describe('runProcess', () => {
  it('answers exit code, stdout and stderr', async () => {
    const result = await runProcess('sh', ['-c', 'cat; echo problem >&2; exit 3'], { input: 'grüße' });
    expect(result).toEqual({ exitCode: 3, stdout: 'grüße', stderr: 'problem\n' });
  });

  it('gives arguments to the program as they are, never to a shell', async () => {
    const args = ['$(id)', '; echo hacked', '*', "it's", ''];
    const { stdout } = await runProcess('printf', ['%s\n', ...args]);
    expect(stdout.split('\n').slice(0, -1)).toEqual(args);
  });

  it('passes only PATH, HOME, LANG and what is given on', async () => {
    vi.stubEnv('MILLWRIGHT_TEST_SECRET', 'secret');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { stdout } = await runProcess('env', [], { env: { GIVEN: 'yes' } });
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['GIVEN', 'HOME', 'LANG', 'PATH']);
  });

  it('tells lines of stderr as they come, also those of a progress bar', async () => {
    const lines: string[] = [];
    await runProcess('printf', ['10%%\r20%%\rdone\n'], {});
    await runProcess('sh', ['-c', "printf '10%%\\r20%%\\rdone\\n' >&2"], { onStderrLine: (line) => lines.push(line) });
    expect(lines).toEqual(['10%', '20%', 'done']);
  });

  it.runIf(process.platform === 'linux')('puts what gives way behind the others, and only that', async () => {
    // It reads its input first, which comes when all is set.
    const placed = async (givesWay: boolean) => {
      const script = 'cat; nice; cat /proc/self/autogroup 2>/dev/null || true';
      const { stdout } = await runProcess('sh', ['-c', script], { input: '', givesWay });
      const [own = '', session = ''] = stdout.split('\n');
      return { own: Number(own), session: /nice (-?\d+)/.exec(session)?.[1] };
    };
    const [usual, behind] = [await placed(false), await placed(true)];
    expect(behind.own).toBe(Math.min(19, usual.own + 10));
    // Where the system tells sessions apart, it may still refuse several changes at a time.
    expect(['0', '10', undefined]).toContain(behind.session);
    expect(usual.session ?? '0').toBe('0');
  });

  it('abort kills the whole group within a second, deaf or not', async () => {
    const pids: number[] = [];
    const abort = new AbortController();
    let abortedAt = 0;
    const running = runProcess('sh', ['-c', stubborn], {
      signal: abort.signal,
      onStderrLine: (line) => {
        pids.push(Number(line.split(' ')[1]));
        if (pids.length === 2) {
          abortedAt = performance.now();
          abort.abort(new Error('No longer wanted'));
        }
      },
    });
    await expect(running).rejects.toThrow('No longer wanted');
    expect(performance.now() - abortedAt).toBeLessThan(1000);
    expect(await Promise.all(pids.map(isWorking))).toEqual([false, false]);
  });

  it('a signal that is aborted already starts nothing', async () => {
    await expect(runProcess('true', [], { signal: AbortSignal.abort(new Error('Too late')) })).rejects.toThrow(
      'Too late',
    );
  });

  it('stops what takes too long', async () => {
    const running = runProcess('sleep', ['30'], { timeoutMs: 100 });
    await expect(running).rejects.toBeInstanceOf(ProcessTimeoutError);
  });

  it('stops what writes too much', async () => {
    const running = runProcess('yes', [], { maxOutputBytes: 100_000 });
    await expect(running).rejects.toBeInstanceOf(OutputLimitError);
  });

  it('keeps the end of an endless stderr', async () => {
    const { stderr } = await runProcess('sh', ['-c', 'yes | head -c 1000000 >&2; echo the end >&2']);
    expect(stderr.length).toBeLessThanOrEqual(64 * 1024);
    expect(stderr).toMatch(/the end\n$/);
  });

  it('leaves no process of the group behind when the program ends', async () => {
    const { stdout } = await runProcess('sh', ['-c', 'sleep 30 & echo $!']);
    await expect.poll(() => isWorking(Number(stdout))).toBe(false);
  });

  it('says what is missing', async () => {
    await expect(runProcess('no-such-program', [])).rejects.toMatchObject({ reason: 'COMMAND_NOT_FOUND' });
    await expect(runProcess('true', [], { cwd: '/no/such/folder' })).rejects.toMatchObject({
      reason: 'FOLDER_NOT_FOUND',
    });
    await expect(runProcess('echo', ['a\0b'])).rejects.toBeInstanceOf(ProcessStartError);
  });

  it('a callback that throws ends the run with its error', async () => {
    const onStderrLine = () => {
      throw new Error('Cannot take it');
    };
    await expect(runProcess('sh', ['-c', 'echo x >&2; sleep 30'], { onStderrLine })).rejects.toThrow('Cannot take it');
  });

  it.skipIf(process.platform !== 'linux')('a killed parent takes its child along', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'child-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const module = new URL('../src/platform/child-process.ts', import.meta.url).href;
    const script = `import { runProcess } from ${JSON.stringify(module)};
      await runProcess('sh', ['-c', 'echo $$ >&2; exec sleep 60'], { onStderrLine: (line) => console.log(line) });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(parent.stdout, 'data');
    const pid = Number(String(said));
    expect(await isWorking(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isWorking(pid), { timeout: 3000 }).toBe(false);
  });
});
