import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { CommandLine } from './command-line.ts';
import { sarifLog } from './sarif-log.ts';

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

const bare = Array.from({ length: 60 }, (_, n) => `export const name${n} = ${n};\n`).join('');
/** 45 functions whose comments leave a parameter out, among many that tell of all. */
const untold = Array.from(
  { length: 300 },
  (_, n) =>
    `/**\n * Does it.\n * @param one - One.\n${n < 45 ? '' : ' * @param two - Two.\n'} */\nexport function told${n}(one, two) { use(one, two); }\n`,
).join('');

async function project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(cli.folder, name);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  spawnSync('git', ['init', '--quiet'], { cwd: folder });
  return folder;
}

describe('docs run in CI', () => {
  it('ends with 1 and one sentence when a finding is as severe as may not be, else with 0', async () => {
    const folder = await project('severe', {
      'a.ts': '/** One. */\nexport const a = 1;\n',
      'README.md': '[b](#none)\n',
    });
    expect(await cli.run(['docs', 'run', folder, '--fail-on', 'high'])).toMatchObject({ code: 0, stderr: '' });
    expect(await cli.run(['docs', 'run', folder, '--fail-on', 'medium'])).toMatchObject({
      code: 1,
      stderr: '1 finding is medium or worse, which --fail-on medium does not let pass.\n',
    });
    const refused = await cli.run(['docs', 'run', folder, '--fail-on', 'severe']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('high, medium, low');
  });

  it('ends with 1 when less is documented than --min-coverage asks for, and not when it is just as much', async () => {
    const folder = await project('half', { 'a.ts': '/** One. */\nexport const a = 1;\nexport const b = 2;\n' });
    expect(await cli.run(['docs', 'run', folder, '--min-coverage', '50'])).toMatchObject({ code: 0, stderr: '' });
    const refused = await cli.run(['docs', 'run', folder, '--min-coverage', '50.1', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toEqual({
      error: { code: 'COVERAGE_TOO_LOW', message: 'Coverage is 50 %, less than the 50.1 % of --min-coverage.' },
    });
    // The result is there all the same: who asks for JSON wants to know what was found.
    expect(JSON.parse(refused.stdout)).toMatchObject({ health: { counts: { high: 0 } } });
    expect((await cli.run(['docs', 'run', folder, '--min-coverage', '101'])).stderr).toContain('from 0 to 100');
  });

  it('writes SARIF where it is told to, also when a threshold is passed', async () => {
    const folder = await project('sarif', { 'a.ts': 'export const a = 1;\n', 'README.md': '[b](none.md)\n' });
    const ended = await cli.run(['docs', 'run', folder, '--sarif', 'docs.sarif', '--fail-on', 'low']);
    expect(ended.code).toBe(1);
    const [run] = sarifLog.parse(JSON.parse(readFileSync(join(cli.folder, 'docs.sarif'), 'utf8'))).runs;
    expect(run?.results.map(({ ruleId }) => ruleId)).toEqual([
      'millwright/docs/broken-link',
      'millwright/docs/undocumented-symbol',
    ]);
    expect(existsSync(join(folder, 'docs.sarif'))).toBe(false);
  });

  it('shows the forty worst findings by file within 80 columns, and all of them with --all', async () => {
    const folder = await project('many', { 'src/bare.ts': bare, 'src/told.js': untold });
    const short = await cli.run(['docs', 'run', folder]);
    const shown = short.stdout.split('\n').filter((line) => /^ +\d+ {2}(?:high|medium|low) /.test(line));
    expect(shown).toHaveLength(40);
    expect(short.stdout).toContain('Not shown: 5 more and 60 undocumented symbols; --all shows every one.');
    const findings = short.stdout.slice(short.stdout.indexOf('Findings'), short.stdout.indexOf('Not shown'));
    expect(findings.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(findings.match(/^src\/told\.js$/gm)).toHaveLength(1);
    expect(short.stdout).not.toContain('\u001B');
    expect(short.stdout.trimEnd().split('\n').at(-1)).toBe('Health: 105 findings (0 high, 0 medium, 105 low).');
    const all = await cli.run(['docs', 'run', folder, '--all']);
    expect(all.stdout.match(/^ +\d+ {2}(?:high|low) /gm)).toHaveLength(105);
  });

  it('tells at its end what is new, fixed and unchanged since the last run, and marks what is new', async () => {
    const folder = await project('again', { 'README.md': '[b](none.md)\n\n[c](gone.md)\n' });
    await cli.run(['docs', 'run', folder]);
    await writeFile(join(folder, 'README.md'), 'Words.\n\n[c](gone.md)\n\n[d](other.md)\n');
    const { stdout } = await cli.run(['docs', 'run', folder]);
    expect(stdout).toContain(
      '\nHealth: 2 findings (2 high, 0 medium, 0 low).\nSince the last run: 1 new, 1 fixed, 1 unchanged.\n',
    );
    expect(stdout).toMatch(/^ +5 {2}high {4}New: The link to `other\.md`/m);
    expect(stdout).toMatch(/^ +3 {2}high {4}The link to `gone\.md`/m);
  });
});
