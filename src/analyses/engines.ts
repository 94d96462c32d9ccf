import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { App } from '../app.ts';
import { finding } from '../code/findings.ts';
import type { HashedTree } from '../code/hashed-tree.ts';
import type { AnalysisType } from '../generated/prisma/enums.ts';
import type { ThreadPool } from '../platform/thread-pool.ts';
import { ThreadDiedError } from '../platform/thread-pool.ts';
import { analysers } from './analysers.ts';
import { analysisDefinition } from './jobs.ts';
import type { Work } from './progress.ts';

/** Seconds that each type of analysis has; what is not done by then is a gap. */
export type SecondsOfTypes = Readonly<Record<AnalysisType, number>>;
export const secondsOfTypes: SecondsOfTypes = { QUALITY: 600, SECURITY: 600, TYPES: 900 };

const gap = z.object({ file: z.string().nullable(), engine: z.string(), reason: z.string() });

/** What came of one type of analysis, as it is kept for a later attempt. */
const outcome = z.object({
  /** Whether it came to an end; otherwise `gaps` says why not. */
  measured: z.boolean(),
  findings: z.array(finding.omit({ fingerprint: true }).extend({ subject: z.string() })),
  engines: z.array(z.object({ engine: z.string(), version: z.string(), files: z.int() })),
  gaps: z.array(gap),
});
export type Outcome = z.infer<typeof outcome>;

/** What is analysed, how long it may take, and the signal that ends it. */
export interface Subject {
  readonly hashed: HashedTree;
  /** Those that its analysers share. */
  readonly threads: ThreadPool;
  readonly seconds: SecondsOfTypes;
  readonly signal: AbortSignal;
}

/** The file in the job's own folder that holds an outcome. */
const kept = z.object({ file: z.string() });

/**
 * Runs the analysers of one type over a tree, once: a later attempt on the same machine takes the outcome up again. An
 * analyser that runs out of time or memory is a gap. @throws the signal's reason, and bugs while there are tries left
 */
export async function runType(app: App, work: Work, type: AnalysisType, subject: Subject): Promise<Outcome> {
  const { file } = await work.step<z.infer<typeof kept>>(`analyze ${type.toLowerCase()}`, kept, () =>
    keep(work, type, () => analyse(app, work, type, subject)),
  );
  const present = await readFile(join(work.workFolder, file)).catch(() => null);
  // Another machine, or a folder that was cleaned up.
  if (present === null) return analyse(app, work, type, subject);
  return outcome.parse(JSON.parse((await promisify(gunzip)(present)).toString('utf8')));
}

async function keep(work: Work, type: AnalysisType, make: () => Promise<Outcome>): Promise<{ file: string }> {
  const file = `outcome-${type.toLowerCase()}-${randomUUID()}`;
  const packed = await promisify(gzip)(JSON.stringify(await make()), { level: 1 });
  await writeFile(join(work.workFolder, file), packed, { flag: 'wx', mode: 0o600 });
  return { file };
}

async function analyse(app: App, work: Work, type: AnalysisType, subject: Subject): Promise<Outcome> {
  const { hashed, threads, signal: ended } = subject;
  const seconds = subject.seconds[type];
  const time = AbortSignal.timeout(seconds * 1000);
  const signal = AbortSignal.any([ended, time]);
  try {
    const { root, tree, hashes } = hashed;
    const { cache } = app;
    const input = { root, files: tree.files, hashes, threads, cache, signal };
    const found = await endedBySignal(analysers[type](input), signal);
    return { measured: true, findings: [...found.findings], engines: [...found.engines], gaps: [...found.gaps] };
  } catch (error) {
    ended.throwIfAborted();
    const reason = time.aborted ? `It was not done after ${seconds} s.` : reasonOf(error, app, work);
    return notMeasured(type, reason);
  }
}

function notMeasured(type: AnalysisType, reason: string): Outcome {
  return { measured: false, findings: [], engines: [], gaps: [{ file: null, engine: type.toLowerCase(), reason }] };
}

/** Why an analyser gave nothing. @throws the error when another try may help */
function reasonOf(error: unknown, app: App, work: Work): string {
  if (error instanceof ThreadDiedError) return 'It ran out of memory.';
  if (work.failures + 1 < analysisDefinition.tries) throw error;
  app.log.error({ err: error, jobId: work.jobId }, 'an analyser failed');
  return 'It failed unexpectedly.';
}

/** Does not wait for an analyser that ends its work more slowly than the signal asks. */
function endedBySignal<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([result, aborted.promise]).finally(() => signal.removeEventListener('abort', onAbort));
}
