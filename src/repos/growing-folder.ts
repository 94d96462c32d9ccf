import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const intervalMs = 200;

/**
 * Watches a folder that a process fills. The signal aborts when `signal` does, or with `tooLarge()` once the folder
 * holds more than `bytes`. Call `stop` at the end; it looks a last time and throws the same error.
 */
export function watchSize(
  folder: string,
  bytes: number,
  tooLarge: () => Error,
  signal?: AbortSignal,
): { readonly signal: AbortSignal; stop(): Promise<void> } {
  const growth = new AbortController();
  let looking: Promise<void> | undefined;
  const look = async () => {
    if ((await folderSize(folder)) > bytes) {
      growth.abort(tooLarge());
    }
    looking = undefined;
  };
  const timer = setInterval(() => {
    // One look at a time, however slow the disk is.
    looking ??= look();
  }, intervalMs);
  return {
    signal: signal === undefined ? growth.signal : AbortSignal.any([signal, growth.signal]),
    async stop() {
      clearInterval(timer);
      await looking;
      await look();
      growth.signal.throwIfAborted();
    },
  };
}

/** Bytes of all files in a folder, without following links. What vanishes meanwhile counts nothing. */
async function folderSize(folder: string): Promise<number> {
  let bytes = 0;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory()
      ? await folderSize(path)
      : await lstat(path).then(
          ({ size }) => size,
          () => 0,
        );
  }
  return bytes;
}
