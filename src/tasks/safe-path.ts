import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

/** What stands at a path of a checkout, or why nobody may write there. */
export type SafePath =
  | { readonly kind: 'file' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Longest path that every file system takes. */
const longest = 1000;

/**
 * Looks whether a path stays within a folder and out of git's own files, whatever file system it lands on: relative,
 * forward slashes, no way up, no link on the way, no name that some systems take for `.git`.
 */
export async function safePath(root: string, path: string): Promise<SafePath> {
  const complaint = complaintAbout(path);
  if (complaint !== null) return { kind: 'refused', reason: complaint };
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const found = await lstat(join(root, ...parts.slice(0, depth))).catch(absent);
    if (found === null) return { kind: 'nothing' };
    if (found.isSymbolicLink()) return { kind: 'refused', reason: 'leads over a link' };
    const isLast = depth === parts.length;
    if (isLast && found.isFile()) return { kind: 'file' };
    if (isLast || !found.isDirectory()) return { kind: 'refused', reason: 'is in the way of something else' };
  }
  return { kind: 'nothing' };
}

function complaintAbout(path: string): string | null {
  if (path === '' || path.length > longest || !path.isWellFormed()) return 'is no path';
  if (/[\p{Cc}\\]/u.test(path)) return 'has characters that a path must not have';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'is not relative to the repository';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'leads out of the repository';
  return parts.some(isGitName) ? "is among git's own files" : null;
}

/** Names that HFS+ (which ignores some characters) and NTFS (which has short ones and streams) take for `.git`. */
function isGitName(part: string): boolean {
  const plain = part
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC')
    .toLowerCase();
  return /^(?:\.git|git~\d+)[ .]*(?::.*)?$/.test(plain);
}

function absent(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
