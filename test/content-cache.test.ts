import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { type ContentCache, openContentCache } from '../src/platform/content-cache.ts';
import { sourceVersion } from '../src/platform/source-version.ts';
import { makeScratch } from './scratch.ts';

const opened: ContentCache[] = [];
afterEach(() => {
  for (const cache of opened.splice(0)) cache.close();
});

async function newFolder(): Promise<string> {
  return join(await makeScratch('cache'), 'cache');
}

/** A cache of a folder and what it logs. */
function open(folder: string, maxBytes = 50_000_000): ContentCache & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const cache = openContentCache({
    folder,
    maxBytes,
    log: { warn: (_what: object, text: string) => warnings.push(text) },
  });
  opened.push(cache);
  return Object.assign(cache, { warnings });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (known: Map<string, Uint8Array>) =>
  Object.fromEntries([...known].map(([key, value]) => [key, new TextDecoder().decode(value)]));

/** Bytes in all files of a folder. */
async function sizeOf(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe('a cache by content', () => {
  it('gives back what was kept, by maker and key, also to the next process', async () => {
    const folder = await newFolder();
    const cache = open(folder);
    expect(cache.read('a@1', ['x'])).toEqual(new Map());
    cache.write('a@1', [
      ['x', bytes('one')],
      ['y', bytes('long '.repeat(1000))],
      ['', bytes('')],
    ]);
    cache.write('a@2', [['x', bytes('other')]]);
    cache.write('a@1', [['x', bytes('newer')]]);
    cache.close();
    const next = open(folder);
    expect(texts(next.read('a@1', ['x', 'y', 'z', '']))).toEqual({ x: 'newer', y: 'long '.repeat(1000), '': '' });
    expect(texts(next.read('a@2', ['x', 'y']))).toEqual({ x: 'other' });
    expect(next.read('a@3', ['x']).size).toBe(0);
    expect(next.warnings).toEqual([]);
  });

  it('keeps text compressed and noise as it is', async () => {
    const folder = await newFolder();
    const cache = open(folder);
    const noise = randomBytes(100_000);
    cache.write('k', [
      ['text', bytes('{"name":"value"}'.repeat(100_000))],
      ['noise', noise],
    ]);
    expect(cache.read('k', ['noise']).get('noise')).toEqual(new Uint8Array(noise));
    expect(cache.read('k', ['text']).get('text')).toHaveLength(1_600_000);
    cache.close();
    expect(await sizeOf(folder)).toBeLessThan(200_000);
  });

  it('stays within its bytes, and what was used least recently goes first', async () => {
    const folder = await newFolder();
    const limit = 2_000_000;
    const cache = open(folder, limit);
    const value = () => randomBytes(50_000);
    cache.write('k', [['kept', value()]]);
    for (let n = 0; n < 200; n += 1) {
      cache.write('k', [[`n${n}`, value()]]);
      expect(cache.read('k', ['kept']).size).toBe(1);
    }
    const known = cache.read('k', ['kept', ...Array.from({ length: 200 }, (_, n) => `n${n}`)]);
    const numbers = [...known.keys()].filter((key) => key !== 'kept').map((key) => Number(key.slice(1)));
    expect(numbers.length).toBeGreaterThan(25);
    // Of those nobody read since, exactly the newest are there.
    expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, index) => 200 - numbers.length + index));
    cache.write('k', [['giant', randomBytes(limit)]]);
    expect(cache.read('k', ['giant', 'kept']).size).toBe(1);
    cache.close();
    expect((await stat(join(folder, 'content.sqlite'))).size).toBeLessThanOrEqual(limit + 100_000);
    expect(cache.warnings).toEqual([]);
  });

  it('is shared by processes and threads that write at the same time', async () => {
    const folder = await newFolder();
    const module = new URL('../src/platform/content-cache.ts', import.meta.url).href;
    const script = (who: string) => `
      const { openContentCache } = await import(${JSON.stringify(module)});
      const cache = openContentCache({ folder: ${JSON.stringify(folder)}, maxBytes: 5e7, log: { warn: (w, t) => { throw new Error(t, { cause: w.err }); } } });
      for (let n = 0; n < 100; n += 1) cache.write('k', [['${who}' + n, new Uint8Array(5000).fill(n)]]);
      cache.close();`;
    const run = promisify(execFile);
    const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script('t'))}`));
    await Promise.all([
      ...['p', 'q'].map((who) => run(process.execPath, ['--input-type=module', '-e', script(who)])),
      once(thread, 'exit').then(([code]) => expect(code).toBe(0)),
    ]);
    const keys = ['p', 'q', 't'].flatMap((who) => Array.from({ length: 100 }, (_, n) => `${who}${n}`));
    const known = open(folder).read('k', keys);
    expect(known.size).toBe(300);
    expect([...(known.get('q42') ?? [])]).toEqual(Array(5000).fill(42));
  });

  it('can be written after a thread was ended in the middle of writing', async () => {
    const folder = await newFolder();
    const module = new URL('../src/platform/content-cache.ts', import.meta.url).href;
    const script = `
      const { parentPort } = await import('node:worker_threads');
      const { openContentCache } = await import(${JSON.stringify(module)});
      const cache = openContentCache({ folder: ${JSON.stringify(folder)}, maxBytes: 5e7, log: { warn() {} } });
      cache.write('k', [['before', new Uint8Array(3)]]);
      parentPort.postMessage('writing');
      for (;;) cache.write('k', [...Array(50).keys()].map((n) => ['e' + n, new Uint8Array(50000)]));`;
    for (let round = 0; round < 5; round += 1) {
      const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
      await once(thread, 'message');
      await thread.terminate();
      const cache = open(folder);
      cache.write('k', [[`after${round}`, bytes('fine')]]);
      expect(texts(cache.read('k', [`after${round}`]))).toEqual({ [`after${round}`]: 'fine' });
      expect(cache.warnings).toEqual([]);
    }
  });
});

describe('a cache whose file', () => {
  const whole = async (folder: string) => {
    const cache = open(folder);
    cache.write('k', [
      ['x', bytes('text '.repeat(20_000))],
      ['y', randomBytes(60_000)],
    ]);
    cache.close();
    return join(folder, 'content.sqlite');
  };

  it.each([
    ['is no database', async (file: string) => writeFile(file, 'not a database at all, and long enough '.repeat(100))],
    [
      'is of another form',
      async (file: string) => {
        const database = new DatabaseSync(file);
        database.exec('DROP TABLE value; CREATE TABLE value (something TEXT); INSERT INTO value VALUES (1)');
        database.close();
      },
    ],
    [
      'holds a broken value',
      async (file: string) => {
        const database = new DatabaseSync(file);
        database.exec(`UPDATE value SET bytes = x'28b52ffd00' WHERE compressed = 1`);
        database.close();
      },
    ],
    [
      'is torn',
      async (file: string) => {
        const { size } = await stat(file);
        await writeFile(file, randomBytes(size - 8192), { flag: 'r+' }).catch(() => undefined);
      },
    ],
  ])('%s is begun anew, which is logged', async (_what, breakIt) => {
    const folder = await newFolder();
    await breakIt(await whole(folder));
    const cache = open(folder);
    expect(cache.read('k', ['x']).size).toBe(0);
    expect(cache.warnings).toEqual(['the cache of results was broken and is begun anew']);
    cache.write('k', [['x', bytes('again')]]);
    expect(texts(cache.read('k', ['x']))).toEqual({ x: 'again' });
    expect(cache.warnings).toHaveLength(1);
    expect(await readdir(join(folder, '..'))).toEqual(['cache']);
  });

  it('is locked knows nothing, says so once, and leaves the file alone', async () => {
    const folder = await newFolder();
    const file = await whole(folder);
    const holder = new DatabaseSync(file);
    holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM entry; ROLLBACK; BEGIN EXCLUSIVE');
    const cache = open(folder);
    cache.write('k', [['z', bytes('lost')]]);
    expect(cache.read('k', ['x']).size).toBe(0);
    expect(cache.warnings).toEqual(['the cache of results cannot be used for now']);
    holder.close();
    expect(open(folder).read('k', ['x', 'y', 'z']).size).toBe(2);
  });

  it('cannot be made knows nothing and says so once', async () => {
    const folder = await newFolder();
    await writeFile(folder, 'a file where the folder should be');
    const cache = open(folder);
    cache.write('k', [['x', bytes('lost')]]);
    expect(cache.read('k', ['x']).size).toBe(0);
    expect(cache.warnings).toEqual(['the cache of results cannot be used for now']);
  });

  it('is written to by somebody for long still gives what it holds', async () => {
    const folder = await newFolder();
    const holder = new DatabaseSync(await whole(folder));
    holder.exec('BEGIN IMMEDIATE');
    const cache = open(folder);
    expect(cache.read('k', ['x', 'y']).size).toBe(2);
    expect(cache.warnings).toEqual([]);
    holder.close();
  });
});

it('answers nothing once it is closed, and does not open again', async () => {
  const folder = await newFolder();
  await mkdir(folder);
  await chmod(folder, 0o700);
  const cache = open(folder);
  cache.close();
  cache.write('k', [['x', bytes('late')]]);
  expect(cache.read('k', ['x']).size).toBe(0);
  expect(await readdir(folder)).toEqual([]);
});

describe('the version of a module', () => {
  async function versionWith(files: Record<string, string>): Promise<string> {
    const folder = await makeScratch('version');
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return sourceVersion(pathToFileURL(join(folder, 'main.ts')));
  }
  const files = {
    'main.ts': "import { a } from './a.ts';\nimport type { T } from './types.ts';\nawait import('./late.ts');\n",
    'a.ts': "export { b as a } from './b.ts';\n",
    'b.ts': "import 'zod';\nexport const b = 1;\n",
    'late.ts': 'export {};\n',
    'types.ts': 'export type T = 1;\n',
    'other.ts': 'export {};\n',
  };

  it('is the same for the same sources, wherever they are, and whatever else stands there', async () => {
    const version = await versionWith(files);
    expect(await versionWith({ ...files, 'other.ts': 'export const x = 1;\n' })).toBe(version);
    expect(await versionWith({ ...files, 'types.ts': 'export type T = 2;\n' })).toBe(version);
  });

  it.each(['main.ts', 'a.ts', 'b.ts', 'late.ts'] as const)('changes with %s', async (name) => {
    const changed = await versionWith({ ...files, [name]: `${files[name]}// changed\n` });
    expect(changed).not.toBe(await versionWith(files));
  });

  it('changes with a package that is used', async () => {
    const without = { ...files, 'b.ts': files['b.ts'].replace('zod', 'no-such-package') };
    const renamed = { ...files, 'b.ts': files['b.ts'].replace('zod', 'pg') };
    expect(new Set([await versionWith(without), await versionWith(renamed), await versionWith(files)]).size).toBe(3);
  });
});
