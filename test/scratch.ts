import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A new folder of that name in the scratch space of the whole run, which is removed at its end. */
export function makeScratch(name: string): Promise<string> {
  return mkdtemp(join(inject('scratch'), `${name}-`));
}
