import { posix } from 'node:path';

/** One line of a `.gitignore`, for the paths below its folder. */
export interface IgnoreRule {
  readonly folder: string;
  readonly pattern: RegExp;
  readonly negated: boolean;
}

/** What tools make in every project, whether or not git is told of it. */
const MADE =
  /(?:^|\/)(?:node_modules|dist|build|out|target|coverage|htmlcov|\.venv|venv|tmp|temp|logs?|__pycache__|\.cache|_build|site-packages)(?:\/|$)/;

/** Rules of one `.gitignore` (gitignore(5)); `folder` is where it stands. */
export function ignoreRules(folder: string, text: string): IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const written = line.replace(/(?<!\\)\s+$/, '');
    if (written === '' || written.startsWith('#') || written.length > 200) return [];
    const negated = written.startsWith('!');
    const body = negated ? written.slice(1) : written;
    const anchored = /\/(?!$)/.test(body);
    const pattern = globSource(body.replace(/^\//, '').replace(/\/$/, ''));
    return [{ folder, pattern: new RegExp(`^${anchored ? '' : '(?:.*/)?'}${pattern}(?:/|$)`), negated }];
  });
}

function globSource(glob: string): string {
  return glob.replace(/\*\*\/|\/\*\*$|\*+|\?|\[[^\]/]*\]|[.+^${}()|[\]\\/]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '/**') return '/.*';
    if (part.startsWith('*')) return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part === '/' ? '/' : `\\${part}`;
  });
}

/** Whether git is told not to keep a path, or it is where tools put what they make. The last rule that fits decides. */
export function isIgnored(path: string, rules: readonly IgnoreRule[]): boolean {
  if (MADE.test(path)) return true;
  let ignored = false;
  for (const { folder, pattern, negated } of rules) {
    const below = folder === '' ? path : path.startsWith(`${folder}/`) ? posix.relative(folder, path) : null;
    if (below !== null && pattern.test(below)) ignored = !negated;
  }
  return ignored;
}
