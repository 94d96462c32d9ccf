import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { DEFAULT_CV_LIMITS } from '../src/cv/engine/reading/limits.ts';
import { createCvThreads, readCvFile } from '../src/cv/reading.ts';
import { timeLeft } from '../src/cv/reading-time.ts';
import { createThreadPool, type ThreadPool } from '../src/platform/thread-pool.ts';
import { docx, onePagePdf, paragraph, printedPdf } from './fakes/cv-files.ts';
import { type HostileCv, hostileCvs } from './fakes/hostile-cvs.ts';

const reader = fileURLToPath(new URL('fakes/read-cvs.ts', import.meta.url));
const ended = z.object({ end: z.string(), message: z.string() });
const memory = z.object({ mostMegabytes: z.number() });

describe('files that are broken or mean harm', () => {
  let files: readonly HostileCv[];
  let ends: z.infer<typeof ended>[];
  let mostMegabytes: number;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hostile-cvs-'));
    files = await hostileCvs();
    const paths = files.map((_, at) => join(folder, String(at)));
    for (const [at, { bytes }] of files.entries()) await writeFile(paths[at] ?? '', bytes);
    const { stdout } = await promisify(execFile)(process.execPath, [reader, ...paths]);
    await rm(folder, { recursive: true });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    mostMegabytes = memory.parse(lines.at(-1)).mostMegabytes;
    ends = z.array(ended).parse(lines.slice(0, -1));
  }, 240_000);

  it('are many, and each is read or refused for its reason; none crashes the reader', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(ends).toHaveLength(files.length);
    const wrong = files.flatMap(({ name, ends: allowed }, at) => {
      const end = ends[at]?.end ?? 'nothing';
      // How much is done within the time is the machine's, not the file's: the limit itself is shown below.
      return [...allowed, 'timed-out'].includes(end) ? [] : [`${name}: ${end}`];
    });
    expect(wrong).toEqual([]);
  });

  it('are mostly told for what they are, not for the time they take', () => {
    const told = files.filter((_, at) => ends[at]?.end !== 'timed-out');
    expect(told.length).toBeGreaterThan(files.length * 0.8);
  });

  it('never take 600 MB, one after the other in one process', () => {
    expect(mostMegabytes).toBeLessThan(600);
  });

  it('are refused with a sentence that holds nothing of them', () => {
    const messages = ends.filter(({ end }) => end !== 'read').map(({ message }) => message);
    expect(messages.filter((message) => !/^(?:The|This|Reading) .{10,130}$/.test(message))).toEqual([]);
    expect(messages.filter((message) => /Ada|TypeScript|passwd/.test(message))).toEqual([]);
  });
});

describe('the time of a reading', () => {
  const spent = (elapsed: number, processor: number, readings = 1) => ({ elapsed, processor, readings });

  it('is over at the limit, by the clock where the machine is free', () => {
    expect(timeLeft(1500, spent(1500, 1600))).toBe(0);
    expect(timeLeft(1500, spent(1000, 1100))).toBe(500);
    expect(timeLeft(1500, spent(1500, 3200, 2))).toBe(0);
  });

  it('does not run while other programs have the processors', () => {
    expect(timeLeft(1500, spent(1500, 300))).toBe(1200);
    expect(timeLeft(1500, spent(1500, 1500, 2))).toBe(750);
  });

  it('is over for good at four times the limit, whatever the machine does', () => {
    expect(timeLeft(1500, spent(5500, 100))).toBe(500);
    expect(timeLeft(1500, spent(6000, 100))).toBe(0);
  });
});

describe('the limits of a thread', () => {
  const idle = onePagePdf('q Q\n'.repeat(2_400_000));
  let sound: Buffer;
  let threads: ThreadPool;
  beforeAll(async () => {
    sound = await printedPdf((page) => {
      page.text('Ada Example, engineer', 60, 60);
    });
    threads = createCvThreads(1);
  });
  afterAll(() => threads.close());

  /** No file of these tests may fail for a slow machine. */
  const patient = { milliseconds: 60_000 };
  const words = async () => (await readCvFile(sound, { threads, limits: patient })).text;

  it('are under two seconds', () => {
    expect(DEFAULT_CV_LIMITS.milliseconds).toBeLessThan(2_000);
  });

  it('end a file that takes too long, and the next is read', async () => {
    await expect(readCvFile(idle, { threads, limits: { milliseconds: 30 } })).rejects.toMatchObject({
      code: 'CV_TIMED_OUT',
      reason: 'timed-out',
    });
    expect(await words()).toBe('Ada Example, engineer');
  });

  it('end one file after the other, and never the one that waits its turn behind them', async () => {
    const controller = new AbortController();
    const [first, second, third, fourth] = [
      readCvFile(idle, { threads, limits: { milliseconds: 30 } }),
      readCvFile(idle, { threads, limits: { milliseconds: 30 } }),
      readCvFile(docx(paragraph('Ada')), { threads, limits: patient }),
      readCvFile(docx(paragraph('Ada')), { threads, limits: patient, signal: controller.signal }),
    ];
    expect(threads.busy).toBe(4);
    const reason = new Error('cancelled while it waited');
    controller.abort(reason);
    const ends = await Promise.allSettled([first, second, third, fourth]);
    expect(ends).toMatchObject([
      { status: 'rejected', reason: { reason: 'timed-out' } },
      { status: 'rejected', reason: { reason: 'timed-out' } },
      { status: 'fulfilled', value: { text: 'Ada' } },
      { status: 'rejected', reason },
    ]);
    expect(threads.busy).toBe(0);
  });

  it('let nothing wait for threads that are closed', async () => {
    const closing = createCvThreads(1);
    const readings = [1, 2].map(() => readCvFile(idle, { threads: closing, limits: patient }));
    const ends = Promise.allSettled(readings);
    await closing.close();
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('end a file whose reader is told to stop, with the reason it was told', async () => {
    const controller = new AbortController();
    const reading = readCvFile(idle, { threads, limits: patient, signal: controller.signal });
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(await words()).toBe('Ada Example, engineer');
  });

  it.each([
    ['packed once', deflateSync(Buffer.alloc(40 * 1024 * 1024, ' ')), '/FlateDecode'],
    ['by run lengths', deflateSync(Buffer.alloc(1024 * 1024, '\x81 ', 'latin1')), '/FlateDecode/RunLengthDecode'],
  ])('refuse a page that unpacks to more than 32 MB, however much time there is: %s', async (_way, bytes, filters) => {
    const bomb = onePagePdf(bytes, { filter: `/Filter[${filters}]` });
    await expect(readCvFile(bomb, { threads, limits: patient })).rejects.toMatchObject({ code: 'CV_ZIP_BOMB' });
    expect(await words()).toBe('Ada Example, engineer');
  });

  it('turn a thread that ran out of memory into a refusal', async () => {
    const small = createThreadPool({ threads: 1, heapMegabytes: 24 });
    onTestFinished(() => small.close());
    const rows = Array.from({ length: 60_000 }, (_, at) => paragraph(`${at * 7919} ${at}`)).join('');
    const limits = { ...patient, characters: 100_000_000, zipRatio: 1000 };
    await expect(readCvFile(docx(rows), { threads: small, limits })).rejects.toMatchObject({
      code: 'CV_OUT_OF_MEMORY',
    });
  });

  it('refuse what is larger than the file limit before a thread has it', async () => {
    const closed = createCvThreads(1);
    await closed.close();
    await expect(readCvFile(Buffer.alloc(11 * 1024 * 1024), { threads: closed })).rejects.toMatchObject({
      code: 'CV_TOO_LARGE',
      message: 'The file is larger than 10 MB, the limit for a CV',
    });
  });
});
