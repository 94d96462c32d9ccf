import type { Command } from 'commander';
import type { Output } from './output.ts';

/** What `docs run` was told. */
export interface DocsOptions {
  readonly ref?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly pullRequest?: boolean;
}

const runExamples = `
Examples:
  $ millwright docs run .                            the folder you are in, as it stands
  $ millwright docs run ../site --out docs-preview   keep the pages and the patch in a folder
  $ millwright docs run vercel/ms --ref main         owner/name means GitHub
  $ millwright docs run https://gitlab.com/a/b.git   any repository that git reads over https

Nothing is written into the repository, unless --pull-request asks for it at GitHub. Without --out the pages are put into the data folder, and their place is
printed. To take them over: git apply documentation.patch.
Ctrl-C cancels the job.`;

/** Adds `docs run`. */
export function registerDocsCommands(program: Command, output: Output): void {
  const docs = program.command('docs').description('Document repositories.');
  docs
    .command('run')
    .description('Document a repository: pages, coverage of its public code, and a patch that adds the pages.')
    .argument('<path or URL>', 'a folder, owner/name on GitHub, or an https URL')
    .option('--ref <ref>', 'branch, tag or commit; else the default branch, or a folder as it stands')
    .option('-o, --out <folder>', 'write the pages and the patch there')
    .option('--pull-request', 'at GitHub, also push a branch and open a pull request, with GITHUB_ACCESS_TOKEN')
    .option('-f, --force', 'let --out replace files that are there already')
    .addHelpText('after', runExamples)
    .action(async (address: string, options: DocsOptions) => {
      const { runDocs } = await import('./docs-run.ts');
      await runDocs(address, options, output);
    });
}
