import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { CommandLine, projectRoot } from './command-line.ts';

const set = join(projectRoot, 'test/fixtures/cv-set');
const cv = join(set, 'cvs/01-backend-java.pdf');
const job = join(set, 'jobs/01-backend-bullets.txt');

let cli: CommandLine;
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  cli = await CommandLine.create({ CV_RESOURCES: 'off' });
  postgres = await startEmbeddedPostgres({ dataDir: cli.dataDir, durable: false });
});
afterAll(async () => {
  await postgres.leave();
  await cli.remove();
});

describe('millwright cv', () => {
  it('says how a CV fits a job, what is missing and how long it takes', async () => {
    const { code, stdout } = await cli.run(['cv', cv, '--job', job]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Matched: .*Java.*\n[\s\S]*Preparation: \S/)]);
  });

  it('reads the job description from standard input, and gives everything as JSON', async () => {
    const result = z
      .looseObject({
        jobId: z.uuid(),
        result: z.looseObject({ skillMatchAnalysis: z.looseObject({ matchedSkills: z.array(z.string()) }) }),
        skills: z.array(z.looseObject({ name: z.string() })),
      })
      .parse(await cli.result(['cv', cv, '--job', '-'], { input: readFileSync(job, 'utf8') }));
    expect(result.result.skillMatchAnalysis.matchedSkills).toContain('Java');
    expect(result.skills.map(({ name }) => name)).toContain('Kafka');
  });

  it.each([
    ['a file that is not there', ['cv', 'nothing.pdf', '--job', job], /nothing\.pdf cannot be read/],
    ['a job description that is too short', ['cv', cv, '--job', '-'], /50 to 10000/],
    ['no job description', ['cv', cv], /--job/],
  ])('refuses %s in one sentence', async (_what, words, said) => {
    const { code, stdout, stderr } = await cli.run(words, { input: 'Java' });
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(said);
  });
});
