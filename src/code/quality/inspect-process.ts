import { text } from 'node:stream/consumers';
import inspectFiles, { type InspectBatch } from './inspect-files.ts';

/**
 * Process entry: takes a batch with one large file as JSON and prints what was found. A process of its own, because the
 * JavaScript parser is native code that overflows its stack on hostile nesting, and takes down its process.
 */
async function main(): Promise<void> {
  const batch: InspectBatch = JSON.parse(await text(process.stdin));
  process.stdout.write(JSON.stringify(await inspectFiles(batch)));
}

await main();
