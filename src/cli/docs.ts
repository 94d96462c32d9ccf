import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Severity, severities } from '../code/findings.ts';
import type { Output } from './output.ts';

/** What `docs run` was told. */
export interface DocsOptions {
  readonly ref?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly pullRequest?: boolean;
  readonly sarif?: string;
  readonly minCoverage?: number;
  readonly failOn?: Severity;
  readonly all?: boolean;
}

const runExamples = `
Examples:
  $ millwright docs run .                            the folder you are in, as it stands
  $ millwright docs run ../site --out docs-preview   keep the pages and the patch in a folder
  $ millwright docs run . --fail-on high --sarif docs.sarif   in CI: exit code 1 for a broken link or command
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
    .description(
      'Document a repository: pages, coverage and health of its documentation, and a patch that adds the pages.',
    )
    .argument('<path or URL>', 'a folder, owner/name on GitHub, or an https URL')
    .option('--ref <ref>', 'branch, tag or commit; else the default branch, or a folder as it stands')
    .option('-o, --out <folder>', 'write the pages and the patch there')
    .option('--pull-request', 'at GitHub, also push a branch and open a pull request, with GITHUB_ACCESS_TOKEN')
    .option('-f, --force', 'let --out replace files that are there already')
    .option('--sarif <file>', 'also write the health report there, in SARIF 2.1.0')
    .option('--min-coverage <percent>', 'exit with 1 when less of the public code is documented', percent)
    .addOption(new Option('--fail-on <severity>', 'exit with 1 for findings so severe, or worse').choices(severities))
    .option('--all', 'show every finding, not only the worst')
    .addHelpText('after', runExamples)
    .action(async (address: string, options: DocsOptions) => {
      const { runDocs } = await import('./docs-run.ts');
      await runDocs(address, options, output);
    });
}

function percent(written: string): number {
  const value = Number(written);
  if (written.trim() !== '' && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError('It is a number from 0 to 100.');
}
