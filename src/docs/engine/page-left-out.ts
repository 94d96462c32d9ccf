import { code, counted, plain } from '../../code/markdown/markdown.ts';
import type { SkipReason } from '../../code/source-text.ts';
import type { ProjectModel } from './project-model.ts';

const REASONS: Readonly<Record<SkipReason, string>> = {
  'symlink-outside': 'symbolic link that leads out of the repository',
  symlink: 'symbolic link',
  submodule: 'submodule or nested repository',
  binary: 'binary file',
  'too-large': 'file too large to read',
  encoding: 'file in an encoding that could not be read',
  vendored: 'folder of foreign or built code',
  excluded: 'folder of the program that made this page',
  generated: 'generated file',
  minified: 'minified file',
  unreadable: 'unreadable file or folder',
  'special-file': 'device, socket or FIFO',
  limit: 'path beyond the limits',
  'parser-failed': 'source file that the parser could not take',
};

/** Left out by rule, and no source that a reader would miss: the result of the job counts them. */
const BY_RULE: ReadonlySet<SkipReason> = new Set(['symlink', 'binary', 'vendored', 'excluded', 'generated']);

const MOST_NAMED = 10;
const MOST_BROKEN = 50;

/** Sources that were not read or did not parse, by reason with the first paths; empty when everything was read. */
export function leftOutSection(model: ProjectModel): string[] {
  const blocks: string[] = [];
  const lines: string[] = [];
  for (const reason of Object.keys(REASONS) as SkipReason[]) {
    if (BY_RULE.has(reason)) continue;
    const paths = model.skips.filter((skip) => skip.reason === reason).map((skip) => skip.path);
    if (paths.length > 0)
      lines.push(`- ${counted(paths.length, REASONS[reason], pluralOf(REASONS[reason]))}: ${firstOf(paths)}`);
  }
  if (model.latin1.length > 0)
    lines.push(`- ${counted(model.latin1.length, 'file')} read as Latin-1, being no UTF-8: ${firstOf(model.latin1)}`);
  for (const limit of model.limitsReached) lines.push(`- ${plain(limit)}`);
  if (lines.length > 0) blocks.push('The following was not read:', lines.join('\n'));
  const broken = model.manifests.filter((manifest) => manifest.problem !== null);
  if (broken.length > 0) {
    blocks.push(
      'Manifests that could not be read:',
      broken.map((one) => `- ${code(one.path)}: ${plain(one.problem ?? '')}`).join('\n'),
    );
  }
  const problems = problemsByFile(model);
  if (problems.length > 0) {
    const shown = problems.slice(0, MOST_BROKEN);
    const rest = problems.length - shown.length;
    blocks.push(
      'Source that did not parse; the symbols around it may be missing:',
      [...shown, ...(rest > 0 ? [`- and ${counted(rest, 'more file', 'more files')}`] : [])].join('\n'),
    );
  }
  return blocks;
}

/** Where the modules did not parse, a line for each file. Tests and examples give no symbols to miss. */
function problemsByFile(model: ProjectModel): string[] {
  const modules = new Set(model.modules.map((module) => module.path));
  const byFile = new Map<string, { readonly line: number; readonly message: string; count: number }>();
  for (const { path, line, message } of model.problems) {
    const known = byFile.get(path);
    if (known !== undefined) known.count += 1;
    else if (modules.has(path)) byFile.set(path, { line, message, count: 1 });
  }
  return [...byFile].map(([path, { line, message, count }]) => {
    const more = count > 1 ? `, and ${counted(count - 1, 'more place')}` : '';
    return `- ${code(`${path}:${line}`)}: ${plain(message)}${more}`;
  });
}

function pluralOf(phrase: string): string {
  return phrase
    .replace('repository', 'repositories')
    .replace(/^(symbolic link) that leads out of the repositories/, '$1s that lead out of the repository')
    .replace(/^(file|folder|path|source file|symbolic link|binary file|generated file|minified file)(?!s)/, '$1s')
    .replace(/^submodule or nested/, 'submodules or nested')
    .replace(/^unreadable file or folder$/, 'unreadable files or folders')
    .replace(/^device, socket or FIFO$/, 'devices, sockets or FIFOs');
}

function firstOf(paths: readonly string[]): string {
  const named = paths.slice(0, MOST_NAMED).map(code).join(', ');
  return paths.length > MOST_NAMED ? `${named} and ${paths.length - MOST_NAMED} more` : named;
}
