import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('../src/cli/prepare.js', import.meta.url));
const installing = 'Installing the packages of package-lock.json (npm ci) …\n';
const generating = 'Generating the database client (prisma generate) …\n';
const names = ['node', 'prisma', '@prisma/client', '@pothos/plugin-prisma'];
/** Stands for Prisma: what it "generates" is the schema it was given, under the Node it ran on. */
const generator = `
const { readFileSync, writeFileSync } = require('node:fs');
const schema = readFileSync('prisma/schema/base.prisma', 'utf8');
if (schema.includes('broken')) { console.error('Error validating model'); process.exit(1); }
writeFileSync('src/generated/client', schema + process.execPath + process.env.PRISMA_SCHEMA_ENGINE_BINARY);
`;

let template: string;
let project: string;

/** A project with the packages that preparation cares for, as folders, so that the real npm needs no network. */
beforeAll(() => {
  template = realpathSync(mkdtempSync(join(tmpdir(), 'millwright-prepare-')));
  const put = (path: string, text: string) => {
    mkdirSync(join(template, path, '..'), { recursive: true });
    writeFileSync(join(template, path), text);
  };
  for (const name of names) put(`packages/${name}/package.json`, JSON.stringify({ name, version: '1.0.0' }));
  mkdirSync(join(template, 'packages/node/bin'));
  symlinkSync(process.execPath, join(template, 'packages/node/bin/node'));
  put('packages/prisma/build/index.js', generator);
  put('prisma/schema/base.prisma', 'model A {}\n');
  const dependencies = Object.fromEntries(names.map((name) => [name, `file:packages/${name}`]));
  put('package.json', JSON.stringify({ name: 'project', type: 'module', private: true, dependencies }));
  mkdirSync(join(template, 'src/cli'), { recursive: true });
  cpSync(script, join(template, 'src/cli/prepare.js'));
  execFileSync('npm', ['install', '--package-lock-only', '--offline', '--no-audit'], {
    cwd: template,
    stdio: 'ignore',
  });
});

afterAll(() => rmSync(template, { recursive: true, force: true }));

beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'millwright-project-')));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  cpSync(template, project, { recursive: true, verbatimSymlinks: true });
});

function prepare(environment: NodeJS.ProcessEnv = {}): { said: string; code: number | null } {
  const command = [join(project, 'src/cli/prepare.js')];
  const env = { ...process.env, ...environment };
  const { stderr, status } = spawnSync(process.execPath, command, { cwd: tmpdir(), env, encoding: 'utf8' });
  return { said: stderr, code: status };
}

const generated = () => readFileSync(join(project, 'src/generated/client'), 'utf8');

describe('preparing', () => {
  test('a fresh clone is installed and generated, on the pinned Node; then nothing is done and nothing said', () => {
    expect(prepare()).toEqual({ said: installing + generating, code: 0 });
    expect(generated()).toContain('model A {}');
    expect(generated()).toMatch(/\/bin\/true$/);
    expect(prepare()).toEqual({ said: '', code: 0 });
  });

  test('a changed schema is generated, and nothing else', () => {
    prepare();
    writeFileSync(join(project, 'prisma/schema/base.prisma'), 'model B {}\n');
    expect(prepare()).toEqual({ said: generating, code: 0 });
    expect(generated()).toContain('model B {}');
  });

  test('a changed lockfile is installed', () => {
    prepare();
    for (const file of ['.', ...names.map((name) => `packages/${name}`)]) {
      const path = join(project, file, file === '.' ? 'package-lock.json' : 'package.json');
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('1.0.0', '1.0.1'));
    }
    expect(prepare()).toEqual({ said: installing + generating, code: 0 });
    expect(prepare()).toEqual({ said: '', code: 0 });
  });

  test('an installation that was interrupted is made again', () => {
    execFileSync('npm', ['ci', '--offline'], { cwd: project, stdio: 'ignore' });
    rmSync(join(project, 'node_modules/.package-lock.json'));
    expect(prepare().said).toBe(installing + generating);
  });

  test('packages that somebody installed by hand are left alone', () => {
    execFileSync('npm', ['ci', '--offline'], { cwd: project, stdio: 'ignore' });
    expect(prepare().said).toBe(generating);
  });

  test('a schema that does not generate is reported, ends with code 1, and is tried again', () => {
    writeFileSync(join(project, 'prisma/schema/base.prisma'), 'broken');
    expect(prepare()).toEqual({
      said: `${installing}${generating}prisma generate failed: Error validating model\n`,
      code: 1,
    });
    expect(prepare().said).toContain('Error validating model');
  });

  test('a missing lockfile is one sentence', () => {
    rmSync(join(project, 'package-lock.json'));
    expect(prepare()).toEqual({ said: `${join(project, 'package-lock.json')} is missing.\n`, code: 1 });
  });
});

describe('two at once', () => {
  test('one does the work, the other waits for it', async () => {
    const run = () => promisify(execFile)(process.execPath, [join(project, 'src/cli/prepare.js')]);
    const said = (await Promise.all([run(), run(), run()])).map(({ stderr }) => stderr).join('');
    expect(said.split(installing)).toHaveLength(2);
    expect(said.split(generating)).toHaveLength(2);
    expect(existsSync(join(project, 'src/generated/.preparing'))).toBe(false);
  });

  test('the lock of a killed process is broken', () => {
    const { pid } = spawnSync('true');
    mkdirSync(join(project, 'src/generated/.preparing'), { recursive: true });
    writeFileSync(join(project, 'src/generated/.preparing/pid'), String(pid));
    expect(prepare()).toEqual({ said: installing + generating, code: 0 });
  });
});
