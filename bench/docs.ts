import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { MODULE_CACHE } from '../src/platform/compilation.ts';
import { describeMachine, median } from './machine.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const project = fileURLToPath(new URL('..', import.meta.url));

/** What one run took. */
const taken = z.object({
  seconds: z.number(),
  processor: z.number(),
  megabytes: z.number(),
  files: z.int(),
  parsed: z.int(),
});
type Taken = z.infer<typeof taken>;

const ways = { loop: 'parsing only', cold: 'documentation, first run', again: 'documentation, second run' } as const;
type Way = keyof typeof ways;

/**
 * Seconds and peak memory of documenting a tree, for the first and the second time, against a plain loop that reads and
 * parses the same files with the same parsers, one after the other in one process, and keeps nothing. Each run is a
 * process of its own; the rounds are interleaved. Trees: this project and those given by path.
 */
export async function benchDocs(): Promise<void> {
  const trees = [project, ...process.argv.slice(3)];
  console.log(`${describeMachine()}; ${rounds} rounds, median\n`);
  console.log(
    '| tree | files | way | seconds | over the loop | CPU s | peak MB | parsed |\n|---|---|---|---|---|---|---|---|',
  );
  for (const tree of trees) {
    const all: Record<Way, Taken[]> = { loop: [], cold: [], again: [] };
    for (let round = 0; round < rounds; round += 1) {
      const folder = await mkdtemp(join(tmpdir(), 'bench-'));
      for (const way of ['loop', 'cold', 'again'] as const) all[way].push(await measured(way, tree, folder));
      await rm(folder, { recursive: true });
    }
    const base = median(all.loop.map(({ seconds }) => seconds));
    for (const way of ['loop', 'cold', 'again'] as const) {
      const seconds = median(all[way].map((one) => one.seconds));
      const megabytes = median(all[way].map((one) => one.megabytes));
      const [{ files, parsed }] = [all[way][0] ?? { files: 0, parsed: 0 }];
      const processor = median(all[way].map((one) => one.processor)).toFixed(2);
      const figures = `${seconds.toFixed(2)} | ${(seconds / base).toFixed(2)}× | ${processor} | ${megabytes.toFixed(0)} | ${parsed}`;
      console.log(`| ${nameOf(tree)} | ${files} | ${ways[way]} | ${figures} |`);
    }
  }
}

function nameOf(tree: string): string {
  return tree === project ? 'this project' : (tree.split('/').findLast((part) => part !== '') ?? tree);
}

async function measured(way: Way, tree: string, folder: string): Promise<Taken> {
  const child = fork(fileURLToPath(new URL('./docs-run.ts', import.meta.url)), [way, tree, folder], {
    // Compiled modules are kept for all ways, as the server's threads keep them.
    env: { ...process.env, NODE_COMPILE_CACHE: MODULE_CACHE },
  });
  const [message] = await once(child, 'message');
  await once(child, 'exit');
  return taken.parse(message);
}
