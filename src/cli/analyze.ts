import { type Command, Option } from 'commander';
import { severities } from '../code/findings.ts';
import type { Output } from './output.ts';

/** What `analyze` was told. */
export interface AnalyzeOptions {
  readonly types: string;
  readonly sarif?: string;
  readonly failOn?: (typeof severities)[number];
  readonly ref?: string;
  readonly project?: string;
}

const everything = 'quality,security,types';

const examples = `
Examples:
  $ millwright analyze .                                 the folder you are in, as it stands
  $ millwright analyze . --types security --fail-on high exit with 1 when something is dangerous
  $ millwright analyze vercel/ms --sarif ms.sarif        owner/name means GitHub; keep the report

Nothing of the project is run, and nothing is written into it. Ctrl-C cancels the analysis.`;

/** Adds `analyze`. */
export function registerAnalyzeCommand(program: Command, output: Output): void {
  program
    .command('analyze')
    .description('Analyse code: quality, security, types; what is new and what is fixed since the last time.')
    .argument('<path or URL>', 'a folder, owner/name on GitHub, or an https URL')
    .addOption(
      new Option('--types [list]', 'what to look for, separated by commas; everything without a list')
        .default(everything)
        .preset(everything),
    )
    .option('--sarif <file>', 'write the report there, in SARIF 2.1.0')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 when a finding is as bad as that').choices([...severities]),
    )
    .option('--ref <ref>', 'branch, tag or commit; else the default branch, or a folder as it stands')
    .option('--project <name>', 'the name by which analyses are compared; else that of the folder or repository')
    .addHelpText('after', examples)
    .action(async (address: string, options: AnalyzeOptions) => {
      const { runAnalyze } = await import('./analyze-run.ts');
      await runAnalyze(address, options, output);
    });
}
