/** How many times its limit a reading may last when the processors are busy elsewhere. */
const LONGEST = 4;

/** What has passed since a reading began, in milliseconds but for the last. */
export interface TimeSpent {
  readonly elapsed: number;
  /** Processor time of the whole process. */
  readonly processor: number;
  /** Readings at work in the process: they share that time. */
  readonly readings: number;
}

/**
 * Milliseconds a reading may still take; 0 when its time is over. A limit by the clock alone would refuse sound files
 * on a busy machine, so the time counts in which this process was given a processor. That of one thread cannot be asked
 * from outside while it is busy; its share of the process is at most what is counted here, so that it never gets less.
 */
export function timeLeft(limit: number, { elapsed, processor, readings }: TimeSpent): number {
  const used = Math.min(elapsed, processor / Math.max(1, readings));
  const left = Math.min(limit - used, limit * LONGEST - elapsed);
  return left <= 0 ? 0 : Math.max(1, left);
}

/** Calls back once when a reading that begins now has used up its time. Gives the function that stops the clock. */
export function startClock(limit: number, readings: () => number, isOver: () => void): () => void {
  const from = performance.now();
  const used = process.cpuUsage();
  const look = () => {
    const { user, system } = process.cpuUsage(used);
    const spent = { elapsed: performance.now() - from, processor: (user + system) / 1000, readings: readings() };
    const left = timeLeft(limit, spent);
    if (left === 0) isOver();
    else timer = setTimeout(look, left);
  };
  let timer = setTimeout(look, limit);
  return () => clearTimeout(timer);
}
