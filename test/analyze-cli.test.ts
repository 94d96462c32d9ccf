import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { CommandLine } from './command-line.ts';

let cli: CommandLine;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  cli = await CommandLine.create();
  postgres = await startEmbeddedPostgres({ dataDir: cli.dataDir, durable: false });
});
afterAll(async () => {
  await postgres.leave();
  await cli.remove();
});

async function project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(cli.folder, name);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  spawnSync('git', ['init', '--quiet'], { cwd: folder });
  return folder;
}

const unmeasured = 'types could not be measured, so nothing is passed: There is nothing that it can be told of.';
const unsafe =
  "import { exec } from 'node:child_process';\nexport const run = (req) => exec('ls ' + req.query.path);\n";

// Each run starts a server and an analysis of its own.
describe('analyze in CI', { timeout: 120_000 }, () => {
  it('does not pass what it could not look at: it ends with 1 and says so in one sentence', async () => {
    const folder = await project('prose', { 'README.md': '# Prose\n\nNothing to check the types of.\n' });
    const asked = ['analyze', folder, '--types', 'types'];
    expect(await cli.run(asked)).toMatchObject({ code: 0, stderr: '' });
    expect(await cli.run([...asked, '--fail-on', 'high'])).toMatchObject({ code: 1, stderr: `${unmeasured}\n` });
  });

  it('does not pass what it could not look at beside what it could, and tells what it found', async () => {
    const folder = await project('one-file', { 'README.md': '# Prose\n', 'a.js': 'export const a = 1;\n' });
    const told = await cli.run(['analyze', folder, '--types', 'security,types', '--fail-on', 'high', '--json']);
    expect(told.code).toBe(1);
    expect(JSON.parse(told.stderr)).toEqual({ error: { code: 'NOT_MEASURED', message: unmeasured } });
    // The result is there all the same: who asks for JSON wants to know what was found.
    expect(JSON.parse(told.stdout)).toMatchObject({ counts: [{ type: 'SECURITY', high: 0 }], leftOut: [] });
  });

  it('ends with 1 when a finding is as severe as may not be, else with 0', async () => {
    const safe = await project('safe', { 'a.js': 'export const a = 1;\n' });
    expect(await cli.run(['analyze', safe, '--types', 'security', '--fail-on', 'low'])).toMatchObject({ code: 0 });
    const folder = await project('unsafe', { 'a.js': unsafe, 'node_modules/x/a.js': unsafe });
    const refused = await cli.run(['analyze', folder, '--types', 'security', '--fail-on', 'high', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toEqual({ error: { code: 'FINDINGS', message: '1 finding is high.' } });
    expect(JSON.parse(refused.stdout)).toMatchObject({ leftOut: [{ reason: 'vendored', files: 1, folders: 0 }] });
  });

  it('looks for everything where no types are listed, and does not take what follows for one', async () => {
    const folder = await project('all', { 'a.ts': 'export const a: number = "one";\n' });
    const report = join(cli.folder, 'all.sarif');
    const told = await cli.run(['analyze', folder, '--types', '--sarif', report, '--json']);
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(told.stdout).counts.map(({ type }: { type: string }) => type)).toEqual([
      'QUALITY',
      'SECURITY',
      'TYPES',
    ]);
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({ version: '2.1.0' });
    const wrong = await cli.run(['analyze', folder, '--types', 'speed']);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toContain('speed');
  });

  it('says that a report cannot be written before it does the work', async () => {
    const folder = await project('kept', { 'a.js': 'export const a = 1;\n' });
    const nowhere = join(cli.folder, 'nowhere');
    expect(await cli.run(['analyze', folder, '--sarif', join(nowhere, 'x.sarif')])).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no folder ${nowhere}.\n`,
    });
    expect(await cli.run(['analyze', folder, '--sarif', folder])).toMatchObject({ stderr: `${folder} is a folder.\n` });
  });

  it('prints a table whose lines stay lines, whatever the files are called', async () => {
    const wrong = 'export const count: number = "one";\n';
    const folder = await project('names', {
      'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true } }),
      'lib.rb': 'puts 1\n',
      'node_modules/x/a.js': wrong,
      'red\u001b[31m.ts': wrong,
      [`${'deep/'.repeat(12)}place.ts`]: wrong,
    });
    const { stdout } = await cli.run(['analyze', folder, '--types', 'types']);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^medium +red\u241b\[31m\.ts:1 +TS2322 +Type 'string'/m);
    expect(stdout).toContain('  - Ruby: 1 file, a language that is not analysed\n  - vendored: 1 file\n');
    expect(stdout).toMatch(/^medium +…[\w/]+place\.ts:1 +TS2322/m);
  });
});
