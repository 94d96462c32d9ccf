import { text } from 'node:stream/consumers';
import parseFiles, { type ParseBatch } from './parse-files.ts';

/**
 * Process entry: takes a batch with one large file as JSON and prints its part of a pack. A process of its own, because
 * the JavaScript parser is native code that overflows its stack on hostile nesting, and that takes down the whole
 * process.
 */
async function main(): Promise<void> {
  const batch: ParseBatch = JSON.parse(await text(process.stdin));
  const { part } = await parseFiles(batch);
  if (part !== null) process.stdout.write(part);
}

await main();
