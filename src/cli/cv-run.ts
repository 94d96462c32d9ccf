import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { createApp } from '../app.ts';
import { analyzeCv, type CvReport, readCvReport } from '../cv/service.ts';
import type { CvOptions } from './cv.ts';
import { CommandError } from './failure.ts';
import { followToEnd } from './job-following.ts';
import { operator } from './operator.ts';
import type { Output } from './output.ts';
import { hereFolder, readQuietSettings } from './settings.ts';
import { closeInTime } from './stopping.ts';

/** Compares a CV with a job description while showing how far it is, and prints what came of it. */
export async function runCv(file: string, { job }: CvOptions, output: Output): Promise<void> {
  const bytes = await readHere(file);
  const jobDescription = job === '-' ? await text(process.stdin) : (await readHere(job)).toString('utf8');
  const app = await createApp({ config: readQuietSettings(), working: true });
  try {
    const viewer = await operator(app);
    const cvFile = new File([new Uint8Array(bytes)], basename(file));
    const jobId = await analyzeCv(app, viewer, { jobDescription, cvFile });
    await followToEnd(app, viewer, jobId, output);
    const report = await readCvReport(app, viewer, jobId);
    printReport(report, output);
    output.result({ jobId, ...report });
  } finally {
    app.beginClosing();
    await closeInTime(() => app.close());
  }
}

async function readHere(named: string): Promise<Buffer> {
  const path = resolve(hereFolder(), named);
  try {
    return await readFile(path);
  } catch {
    throw new CommandError(`The file ${path} cannot be read.`, { code: 'VALIDATION_ERROR' });
  }
}

function printReport({ result, warnings }: CvReport, output: Output): void {
  const { skillMatchAnalysis: match, skillGapRecommendations: gaps } = result;
  output.print(result.overallAssessment);
  if (match.matchedSkills.length > 0) output.print(`Matched: ${match.matchedSkills.join(', ')}`);
  for (const { skillGap, recommendedProjects, learningPath } of gaps) {
    output.print(`\n${skillGap.skillName} (${skillGap.priority}): ${skillGap.impact}`);
    if (learningPath !== '') output.print(`  ${learningPath}`);
    for (const { title, difficulty, estimatedHours } of recommendedProjects) {
      output.print(`  Build: ${title} (${difficulty}, ${estimatedHours} h)`);
    }
  }
  output.print(`\nPreparation: ${result.estimatedPreparationTime}`);
  for (const warning of warnings) output.note(`Note: ${warning}`);
}
