/** What a thread is at with a CV, in this order. It may end at any of them. */
const phases = ['waiting', 'reading', 'understanding', 'comparing'] as const;
export type Phase = (typeof phases)[number];

/** A word that a thread tells its phase through while it is busy: at first, it waits. */
export function createPhaseWord(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** Says, in a thread, that a phase begins. */
export function enterPhase(buffer: SharedArrayBuffer, phase: Phase): void {
  const word = new Int32Array(buffer);
  Atomics.store(word, 0, phases.indexOf(phase));
  Atomics.notify(word, 0);
}

/**
 * Calls back with every phase after the first, in order, none left out: at once when it begins, or when the caller's
 * thread comes to it. Gives the function that ends this. It resolves when the last phase that was entered is told, and
 * rejects with what a call has thrown, after which nothing more is told.
 */
export function followPhases(buffer: SharedArrayBuffer, onPhase: (phase: Phase) => void): () => Promise<void> {
  const word = new Int32Array(buffer);
  let isOver = false;
  const follow = async (): Promise<void> => {
    let told = 0;
    for (;;) {
      const over = isOver;
      for (const phase of phases.slice(told + 1, Atomics.load(word, 0) + 1)) {
        told += 1;
        onPhase(phase);
      }
      if (over) return;
      const wait = Atomics.waitAsync(word, 0, told);
      if (wait.async) await wait.value;
    }
  };
  const following = follow();
  // Told to whoever ends it.
  following.catch(() => {});
  return () => {
    isOver = true;
    // A task that never began would leave its waiter behind.
    Atomics.notify(word, 0);
    return following;
  };
}
