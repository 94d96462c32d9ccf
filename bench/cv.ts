import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractText, getDocumentProxy } from 'unpdf';
import { z } from 'zod';
import { authenticate, signUp } from '../src/auth/service.ts';
import { createCvThreads } from '../src/cv/reading.ts';
import { followEnd } from '../src/jobs/service.ts';
import { run } from '../src/main.ts';
import { readConfig } from '../src/platform/config.ts';
import type { Viewer } from '../src/platform/viewer.ts';
import { scoreLabelledSet } from './cv-score.ts';
import { describeMachine, median } from './machine.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const parallel = 20;
const cvs = fileURLToPath(new URL('../test/fixtures/cv-set/cvs/', import.meta.url));
const jobs = new URL('../test/fixtures/cv-set/jobs/', import.meta.url);

/**
 * The score of the labelled set, and what an analysis of a CV costs: from the submission over REST to the stored
 * result, one at a time and many at once, against a plain loop that only takes the text out of the same PDFs with the
 * same library. Rounds of both are interleaved.
 */
export async function benchCv(): Promise<void> {
  await printScore();
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const environment = {
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'fatal',
    RATE_LIMITS: 'off',
    CV_RESOURCES: 'off',
    DEVELOPMENT_USER: 'false',
  };
  const config = readConfig(environment, folder);
  const running = await run({ config }, { api: true, worker: true, scheduler: false });
  try {
    await measure(running);
  } finally {
    await running.close();
    await rm(folder, { recursive: true });
  }
}

async function printScore(): Promise<void> {
  const threads = createCvThreads(2);
  const score = await scoreLabelledSet(threads);
  await threads.close();
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
  const differing = score.cvs.flatMap((one) => Object.entries(one.differing));
  console.log('| labelled set | |\n|---|---|');
  console.log(`| skills: precision | ${percent(score.precision)} |`);
  console.log(`| skills: recall | ${percent(score.recall)} |`);
  console.log(`| requirements: found | ${percent(score.groupsFound)} |`);
  console.log(`| requirements: required and preferred told apart | ${percent(score.split)} |`);
  console.log(`| files with other skills than their text | ${differing.length} |`);
  for (const [path, names] of differing) console.log(`| ${path} | ${names.join(', ')} |`);
  if (process.argv.includes('--each')) printEach(score);
}

function printEach({ cvs: each, jobs: asked }: Awaited<ReturnType<typeof scoreLabelledSet>>): void {
  for (const { cv, wrong, missed } of each)
    console.log(`${cv}: wrong ${wrong.join(', ')}; missed ${missed.join(', ')}`);
  for (const { job, swapped, missed } of asked) {
    console.log(`${job}: swapped ${swapped.join(', ')}; missed ${missed.join(', ')}`);
  }
}

type Running = Awaited<ReturnType<typeof run>>;

async function measure({ app, addresses }: Running): Promise<void> {
  const person = { email: 'bench@example.com', password: 'correct horse battery' };
  const { accessToken } = await signUp(app, {}, person);
  const viewer = await authenticate(app, accessToken);
  const jobDescription = await readFile(new URL('01-backend-bullets.txt', jobs), 'utf8');
  const names = (await readdir(cvs)).filter((name) => name.endsWith('.pdf'));
  const pdfs = await Promise.all(names.map((name) => readFile(join(cvs, name))));
  const submission = { url: `${addresses[0]}/api/analyze`, token: accessToken, jobDescription };
  const analyse = (pdf: Buffer) => analysed({ app, viewer }, submission, pdf);
  // Threads start, and vocabulary and PDF reader are loaded, before anything is measured.
  await Promise.all(Array.from({ length: parallel }, (_, n) => analyse(pdfs[n % pdfs.length] ?? Buffer.of())));
  await Promise.all(pdfs.map(textOf));
  const figures: Record<'loop' | 'single' | 'many', number[]> = { loop: [], single: [], many: [] };
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    figures.loop.push(await perCv(pdfs.length, async () => inTurn(pdfs, textOf)));
    figures.single.push(
      await perCv(pdfs.length, () => inTurn(pdfs, async (pdf) => latencies.push(await seconds(() => analyse(pdf))))),
    );
    const many = Array.from({ length: parallel }, (_, n) => pdfs[n % pdfs.length] ?? Buffer.of());
    figures.many.push(await perCv(parallel, () => Promise.all(many.map(analyse))));
  }
  report(pdfs.length, figures, latencies);
}

function report(count: number, figures: Record<'loop' | 'single' | 'many', number[]>, latencies: number[]): void {
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 1000);
  const [loop, single, many] = [median(figures.loop), median(figures.single), median(figures.many)];
  const row = (name: string, value: number) =>
    console.log(
      `| ${name} | ${(value * 1000).toFixed(1)} | ${(1 / value).toFixed(1)} | ${(value / loop).toFixed(2)}× |`,
    );
  console.log(`\n${describeMachine()}; ${rounds} rounds of ${count} PDFs, median\n`);
  console.log('| way | ms a CV | CVs/s | over the loop |\n|---|---|---|---|');
  row('extracting the text only', loop);
  row('analyses, one after the other', single);
  row(`analyses, ${parallel} at once`, many);
  console.log(`\nFrom submission to result, one at a time: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms.`);
}

interface Submission {
  readonly url: string;
  readonly token: string;
  readonly jobDescription: string;
}

/** Submits a CV and waits for the end of its analysis. @throws Error when it does not end well */
async function analysed(
  { app, viewer }: { app: Running['app']; viewer: Viewer },
  { url, token, jobDescription }: Submission,
  pdf: Buffer,
): Promise<void> {
  const body = new FormData();
  body.append('job_description', jobDescription);
  body.append('cv_file', new Blob([new Uint8Array(pdf)]), 'cv.pdf');
  const response = await fetch(url, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });
  const { job_id: id } = z.object({ job_id: z.uuid() }).parse(await response.json());
  await followEnd(app, viewer, id, { seconds: 120 });
  const { status, errorMessage } = await app.database.prisma.job.findUniqueOrThrow({ where: { id } });
  if (status !== 'COMPLETED') throw new Error(`an analysis ended as ${status}: ${errorMessage ?? ''}`);
}

async function textOf(pdf: Buffer): Promise<unknown> {
  const document = await getDocumentProxy(new Uint8Array(pdf));
  const { text } = await extractText(document, { mergePages: true });
  await document.loadingTask.destroy();
  return text;
}

async function inTurn(pdfs: readonly Buffer[], work: (pdf: Buffer) => Promise<unknown>): Promise<void> {
  for (const pdf of pdfs) await work(pdf);
}

async function perCv(count: number, work: () => Promise<unknown>): Promise<number> {
  return (await seconds(work)) / count;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}
