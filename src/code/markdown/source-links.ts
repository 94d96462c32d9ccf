import { posix } from 'node:path';
import { code, linkTarget } from './markdown.ts';

/** Where code is from, for links into it. */
interface LinkedRepository {
  /** Its web address; null for a local folder. */
  readonly url: string | null;
  /** Full hash; null for a folder without git. */
  readonly commit: string | null;
}

/** How a host writes the address of a file's lines at a commit. */
interface Host {
  readonly blob: (repository: string, commit: string, path: string) => string;
  readonly lines: (line: number, endLine: number) => string;
  readonly commit: (repository: string, commit: string) => string;
}

const GITHUB: Host = {
  blob: (repository, commit, path) => `${repository}/blob/${commit}/${path}`,
  lines: (line, endLine) => (endLine > line ? `#L${line}-L${endLine}` : `#L${line}`),
  commit: (repository, commit) => `${repository}/commit/${commit}`,
};
const GITLAB: Host = {
  blob: (repository, commit, path) => `${repository}/-/blob/${commit}/${path}`,
  lines: (line, endLine) => (endLine > line ? `#L${line}-${endLine}` : `#L${line}`),
  commit: (repository, commit) => `${repository}/-/commit/${commit}`,
};
const BITBUCKET: Host = {
  blob: (repository, commit, path) => `${repository}/src/${commit}/${path}`,
  lines: (line, endLine) => (endLine > line ? `#lines-${line}:${endLine}` : `#lines-${line}`),
  commit: (repository, commit) => `${repository}/commits/${commit}`,
};

/** Links from Markdown to what the repository holds. */
export interface SourceLinks {
  /** A link to lines of a file, with the place as its text: `circle.ts:3-9`. `label` replaces the file's name. */
  lines(from: string, path: string, line: number, endLine?: number, label?: string): string;
  /** A link to a file or folder that is there, with its path as the text. */
  file(from: string, path: string): string;
  /** The commit, shortened and linked; null for a folder without git. */
  readonly commit: string | null;
}

/**
 * Links into the code at the commit where the host is known and the address public; else relative ones, whose text
 * tells the line.
 */
export function sourceLinks({ url, commit }: LinkedRepository): SourceLinks {
  const found = url === null || commit === null ? null : hostOf(url);
  return {
    lines(from, path, line, endLine = line, label = posix.basename(path)) {
      const place = code(`${label}:${endLine > line ? `${line}-${endLine}` : line}`);
      if (found === null || commit === null) return `[${place}](${relativeLink(from, path)})`;
      return `[${place}](${found.host.blob(found.repository, commit, linkTarget(path))}${found.host.lines(line, endLine)})`;
    },
    file: (from, path) => `[${code(path)}](${relativeLink(from, path)})`,
    commit: commit === null ? null : commitText(commit, found),
  };
}

function commitText(commit: string, found: { host: Host; repository: string } | null): string {
  const short = commit.slice(0, 7);
  return found === null ? short : `[${short}](${found.host.commit(found.repository, commit)})`;
}

/** A relative link from one page to another file of the repository. */
export function relativeLink(from: string, to: string): string {
  return linkTarget(posix.relative(posix.dirname(from), to) || '.');
}

function hostOf(url: string): { host: Host; repository: string } | null {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return null;
  const path = parsed.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  const repository = `${parsed.protocol}//${parsed.host}${path}`;
  const name = parsed.hostname.toLowerCase();
  if (/(?:^|\.)github\./.test(name)) return { host: GITHUB, repository };
  if (/(?:^|\.)gitlab\./.test(name)) return { host: GITLAB, repository };
  return name === 'bitbucket.org' ? { host: BITBUCKET, repository } : null;
}
