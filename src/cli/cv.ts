import type { Command } from 'commander';
import type { Output } from './output.ts';

/** What `cv` was told. */
export interface CvOptions {
  readonly job: string;
}

const examples = `
Examples:
  $ millwright cv resume.pdf --job job.txt         how the CV fits, what is missing, what to learn
  $ pbpaste | millwright cv resume.docx --job -    the job description from standard input
  $ millwright cv resume.pdf --job job.txt --json  everything, with the words each finding rests on

The CV is a PDF, DOCX or text file. It is not kept; the result is, until its job is removed.`;

/** Adds `cv`. */
export function registerCvCommand(program: Command, output: Output): void {
  program
    .command('cv')
    .description('Compare a CV with a job description: what fits, what is missing, how to close the gaps.')
    .argument('<file>', 'the CV: PDF, DOCX or text')
    .requiredOption('--job <file>', 'the job description as a text file; - reads standard input')
    .addHelpText('after', examples)
    .action(async (file: string, options: CvOptions) => {
      const { runCv } = await import('./cv-run.ts');
      await runCv(file, options, output);
    });
}
