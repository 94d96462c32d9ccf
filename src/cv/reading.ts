import { createThreadPool, ThreadDiedError, type ThreadPool, type ThreadTask } from '../platform/thread-pool.ts';
import type { CvReading } from './engine/reading/blocks.ts';
import { type CvLimits, DEFAULT_CV_LIMITS } from './engine/reading/limits.ts';
import { CvFileError } from './engine/reading/refusal.ts';
import type { CvReadingAnswer, CvReadingTask } from './engine/reading/thread.ts';

const READ_CV: ThreadTask<CvReadingTask, CvReadingAnswer> = {
  module: new URL('./engine/reading/thread.ts', import.meta.url),
};

export interface CvReadingOptions {
  /** Threads made by `createCvThreads`. */
  readonly threads: ThreadPool;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<CvLimits>;
}

/**
 * Threads for reading CVs and for nothing else: their heap is small, as the files are a stranger's, and the reader
 * changes the globals of its thread. They are kept for a minute, as starting one takes longer than reading a CV.
 */
export function createCvThreads(threads: number): ThreadPool {
  return createThreadPool({ threads, heapMegabytes: 160, stackMegabytes: 32, idleMilliseconds: 60_000 });
}

/**
 * Reads a CV in a thread with limits on memory and time: PDF, DOCX or plain text, told by its content. Gives the text in
 * reading order with its blocks. Throws CvFileError for a file that cannot be read, the signal's reason when it is
 * aborted; both end the thread's work at once. The time limit runs from when a thread takes the file up.
 */
export async function readCvFile(bytes: Uint8Array, options: CvReadingOptions): Promise<CvReading> {
  const limits = { ...DEFAULT_CV_LIMITS, ...options.limits };
  options.signal?.throwIfAborted();
  if (bytes.byteLength > limits.fileBytes) throw tooLarge(limits.fileBytes);
  const begun = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const deadline = new AbortController();
  const signal = options.signal === undefined ? deadline.signal : AbortSignal.any([options.signal, deadline.signal]);
  let timer: NodeJS.Timeout | undefined;
  let done = false;
  const word = new Int32Array(begun);
  const beginning = Atomics.waitAsync(word, 0, 0);
  if (beginning.async)
    void beginning.value.then(() => {
      if (!done) timer = setTimeout(() => deadline.abort(timedOut()), limits.milliseconds);
    });
  try {
    const answer = await options.threads.run(READ_CV, { bytes, limits, begun }, { signal });
    if ('reading' in answer) return answer.reading;
    throw new CvFileError(answer.refusal.reason, answer.refusal.message);
  } catch (error) {
    throw error instanceof ThreadDiedError ? outOfMemory() : error;
  } finally {
    done = true;
    clearTimeout(timer);
    // A task that never began would leave its waiter behind.
    Atomics.notify(word, 0);
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
