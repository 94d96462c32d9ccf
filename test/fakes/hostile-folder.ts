import { execFileSync } from 'node:child_process';
import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

/** What no page and no answer may ever hold: it stands outside of every folder that is documented. */
export const secretWord = 'TOPSECRETOUTSIDE';

/** A hostile folder, and the server of the socket in it. */
export interface HostileFolder {
  close(): void;
}

/**
 * Fills a folder with everything that has been seen to hang, crash or mislead readers of source trees, and a folder
 * beside it that links lead to.
 */
export async function makeHostileFolder(root: string, outside: string): Promise<HostileFolder> {
  await writeFiles(outside, {
    'secret.ts': `/** ${secretWord} */\nexport const ${secretWord} = 1;\n`,
    'README.md': `# ${secretWord}\n`,
  });
  await writeFiles(root, ordinary);
  await writeFiles(root, oddContents());
  await writeFiles(root, oddNames);
  await writeFile(Buffer.concat([Buffer.from(`${root}/odd-`), Buffer.from([0xff, 0xfe]), Buffer.from('.ts')]), 'x');
  await makeLinks(root, outside);
  execFileSync('mkfifo', [join(root, 'pipe.ts'), join(outside, 'pipe')]);
  for (const name of ['sparse.ts', 'sparse.txt']) {
    await using file = await open(join(root, name), 'w');
    await file.truncate(2 * 1024 ** 3);
  }
  const socket = await listen(join(root, 'socket.ts'));
  return { close: () => void socket.close() };
}

async function makeLinks(root: string, outside: string): Promise<void> {
  const links = {
    'README.md': join(outside, 'README.md'),
    docs: outside,
    'link-file.ts': join(outside, 'secret.ts'),
    'link-folder': outside,
    'link-pipe.ts': join(outside, 'pipe'),
    'link-up.ts': `../${outside.split('/').at(-1)}/secret.ts`,
    'link-nothing.ts': 'nowhere',
    'link-loop.ts': 'link-loop.ts',
    'link-root': '/',
    'link-here.ts': 'fine.ts',
  };
  for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name));
}

async function writeFiles(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(path, () => resolve(server));
  });
}

const ordinary = {
  'fine.ts': '/** Adds. */\nexport function fine(a: number): number {\n  return a;\n}\n',
  'package.json': '{"name": "hostile", "version": 1e999, "scripts": {"a": ["b"], "__proto__": "x"}',
  'pyproject.toml': '[project\nname = "broken"',
  // What says it is a repository and is none, with settings that would run something.
  '.git/config': '[core]\n\tfsmonitor = touch RAN\n[include]\n\tpath = /dev/zero\n',
};

function oddContents(): Record<string, string | Uint8Array> {
  return {
    'invalid-utf8.py': Buffer.from([0x23, 0x20, 0x81, 0xfe, 0x8d, 0x0a]),
    'latin1.py': Buffer.from('def caf\xe9():\n    """Serves \xe9clairs."""\n', 'latin1'),
    'utf16.ts': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('export const wide = 1;\n', 'utf16le')]),
    'utf16-cut.ts': Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41]),
    'nul.ts': 'export const a = 1;\0\0\0',
    'program.exe': Buffer.from([0x4d, 0x5a, 0, 0]),
    'broken.ts': 'export function (((\n}}}}\nexport class {',
    'broken.py': 'def f(:\n  """never ends\nclass ]',
    'nul-name.ts': "export interface Odd { '\\0': string; '\\ud800': string }\n",
    'deep.js': `export const deep = ${'('.repeat(900_000)}1${')'.repeat(900_000)};`.replace(/(.{1000})/g, '$1\n'),
    'deep.py': `x = ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`,
    'line.js': `const line = "${'x'.repeat(10_000_000)}";`,
    'line-short.js': `const line = "${'x'.repeat(100_000)}";`,
    'empty.ts': '',
  };
}

const oddNames = Object.fromEntries(
  [
    'names/new\nline.ts',
    'names/quote".ts',
    "names/apostrophe'.ts",
    'names/back\\slash.ts',
    'names/back`tick.ts',
    'names/pipe|and<b>.ts',
    'names/🎉.ts',
    'names/..dots...ts',
    'names/-rf.ts',
    'names/tab\there.ts',
    'names/Case.ts',
    'names/case.ts',
    'names/[brackets](x).ts',
    'names/--> end.ts',
    `names/${'long'.repeat(60)}.ts`,
  ].map((path, index) => [path, `/** Number ${index}. */\nexport const named${index} = ${index};\n`]),
);
