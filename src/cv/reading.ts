import { createThreadPool, ThreadDiedError, type ThreadPool, type ThreadTask } from '../platform/thread-pool.ts';
import type { CvAnalysisMade, CvAnalysisTask } from './engine/analysis-thread.ts';
import { createPhaseWord, followPhases, type Phase } from './engine/phases.ts';
import type { CvReading } from './engine/reading/blocks.ts';
import { type CvLimits, DEFAULT_CV_LIMITS } from './engine/reading/limits.ts';
import { CvFileError } from './engine/reading/refusal.ts';
import type { CvReadingTask, CvThreadAnswer } from './engine/reading/thread.ts';
import { startClock } from './reading-time.ts';

type CvThreadTask<Task, Made> = ThreadTask<Task, CvThreadAnswer<Made>>;

const READ_CV: CvThreadTask<CvReadingTask, CvReading> = {
  module: new URL('./engine/reading/thread.ts', import.meta.url),
};
const ANALYSE_CV: CvThreadTask<CvAnalysisTask, CvAnalysisMade> = {
  module: new URL('./engine/analysis-thread.ts', import.meta.url),
};

export interface CvReadingOptions {
  /** Threads made by `createCvThreads`. */
  readonly threads: ThreadPool;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<CvLimits>;
  /** Called when the thread begins with a phase. What it throws is thrown when the thread is done. */
  readonly onPhase?: (phase: Phase) => void;
}

/**
 * Threads for reading CVs and for nothing else: their heap is small, as the files are a stranger's, and the reader
 * changes the globals of its thread. They are kept for a minute, as starting one takes longer than reading a CV.
 */
export function createCvThreads(threads: number): ThreadPool {
  return createThreadPool({
    threads,
    heapMegabytes: 160,
    youngMegabytes: 48,
    stackMegabytes: 32,
    idleMilliseconds: 60_000,
  });
}

/**
 * Reads a CV in a thread with limits on memory and time: PDF, DOCX or plain text, told by its content. Gives the text
 * in reading order with its blocks. Throws CvFileError for a file that cannot be read, the signal's reason when it is
 * aborted; both end the thread's work at once. The time limit runs from when a thread takes the file up, while this
 * process has a processor.
 */
export function readCvFile(bytes: Uint8Array, options: CvReadingOptions): Promise<CvReading> {
  return inThread(READ_CV, { bytes }, options);
}

/** The same, and goes on to understand and compare it: one hand-over for all. The time limit is the reading's alone. */
export function analyseCvFile(
  asked: Omit<CvAnalysisTask, keyof CvReadingTask>,
  bytes: Uint8Array,
  options: CvReadingOptions,
): Promise<CvAnalysisMade> {
  return inThread(ANALYSE_CV, { ...asked, bytes }, options);
}

async function inThread<Asked extends { readonly bytes: Uint8Array }, Made>(
  task: CvThreadTask<Asked & Pick<CvReadingTask, 'limits' | 'phase'>, Made>,
  asked: Asked,
  options: CvReadingOptions,
): Promise<Made> {
  const limits = { ...DEFAULT_CV_LIMITS, ...options.limits };
  options.signal?.throwIfAborted();
  if (asked.bytes.byteLength > limits.fileBytes) throw tooLarge(limits.fileBytes);
  const deadline = new AbortController();
  const signal = options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal]);
  const phase = createPhaseWord();
  const readings = () => Math.min(options.threads.busy, options.threads.threads);
  let stopClock = () => {};
  const stopFollowing = followPhases(phase, (name) => {
    stopClock();
    if (name === 'reading') {
      stopClock = startClock(limits.milliseconds, readings, () => deadline.abort(timedOut()));
    }
    options.onPhase?.(name);
  });
  try {
    const answer = await options.threads.run(task, { ...asked, limits, phase }, { signal });
    await stopFollowing();
    if ('made' in answer) return answer.made;
    throw new CvFileError(answer.refusal.reason, answer.refusal.message);
  } catch (error) {
    throw error instanceof ThreadDiedError ? outOfMemory() : error;
  } finally {
    await stopFollowing().catch(() => {});
    stopClock();
  }
}

function tooLarge(bytes: number): CvFileError {
  return new CvFileError(
    'too-large',
    `The file is larger than ${Math.floor(bytes / 1024 / 1024)} MB, the limit for a CV`,
  );
}

function timedOut(): CvFileError {
  return new CvFileError('timed-out', 'Reading the file takes too long: export it again, or upload the CV as text');
}

function outOfMemory(): CvFileError {
  return new CvFileError('out-of-memory', 'Reading the file takes too much memory: upload a simpler file, or the text');
}
