import { packPart } from './packed.ts';
import { parseFile } from './parse-file.ts';

/**
 * Process entry: parses one large file and prints the result as a part of a pack. Arguments: folder, path, largest size in bytes.
 * A process of its own, because the JavaScript parser is native code that overflows its stack on hostile nesting, and
 * that takes down the whole process.
 */
async function main(): Promise<void> {
  const [root = '', path = '', maxBytes = '0'] = process.argv.slice(2);
  const result = await parseFile(root, path, Number(maxBytes));
  process.stdout.write(packPart([result]));
}

await main();
