import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readSourceBytes } from '../source-text.ts';

/** A file that may be a coverage report. */
export interface ReportCandidate {
  readonly path: string;
  /** Milliseconds since 1970 of its last change. */
  readonly changed: number;
}

export type ReportFormat = 'lcov' | 'cobertura' | 'coverage.py' | 'istanbul' | 'istanbul-summary' | 'go';

const MAX_FOLDERS = 20_000;
const MAX_CANDIDATES = 200;
const HEAD_BYTES = 4_096;
const MAX_DEPTH = 12;
const NEVER = new Set(['node_modules', '.git', '.hg', '.svn', 'site-packages', '.venv', 'venv', '__pycache__', '.tox']);
const FOLDER = /^(?:\.?coverage|htmlcov|cov|lcov|reports?|test-results|\.nyc_output|target|build|out|artifacts)$/i;
const NAME =
  /cover|lcov|cobertura|\bcov\b|^c\.out$|\.(?:lcov|coverprofile|cov)$|^(?:clover|summary|report|results?|profile)\.(?:xml|json|info|txt|out)$/i;
const ENDING = /\.(?:info|lcov|xml|json|out|txt|cov|coverprofile)$/i;

/**
 * Files of a checkout that look like coverage reports by name or by the folder they stand in. The disk is searched, not
 * the list of source files: reports are usually ignored by git and stand in folders of built things.
 */
export async function findReports(
  root: string,
  signal?: AbortSignal,
): Promise<{ readonly candidates: readonly ReportCandidate[]; readonly limited: boolean }> {
  const waiting: { folder: string; depth: number; likely: boolean }[] = [{ folder: '', depth: 0, likely: false }];
  const candidates: ReportCandidate[] = [];
  let folders = 0;
  for (let at = 0; at < waiting.length; at += 1) {
    signal?.throwIfAborted();
    folders += 1;
    if (folders > MAX_FOLDERS || candidates.length >= MAX_CANDIDATES) return { candidates, limited: true };
    const next = waiting[at];
    if (next === undefined) break;
    const entries = await readdir(join(root, next.folder), { withFileTypes: true }).catch((): Dirent[] => []);
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = next.folder === '' ? entry.name : `${next.folder}/${entry.name}`;
      if (entry.isDirectory() && !NEVER.has(entry.name) && next.depth < MAX_DEPTH) {
        waiting.push({ folder: path, depth: next.depth + 1, likely: next.likely || FOLDER.test(entry.name) });
      } else if (entry.isFile() && ENDING.test(entry.name) && (next.likely || NAME.test(entry.name))) {
        const candidate = await lookAtHead(root, path);
        if (candidate !== null) candidates.push(candidate);
      }
    }
  }
  return { candidates, limited: false };
}

/** A file whose beginning is that of a report. */
async function lookAtHead(root: string, path: string): Promise<ReportCandidate | null> {
  const head = await readSourceBytes(root, path, HEAD_BYTES, { headOnly: true });
  if ('reason' in head || formatOf(head.bytes.toString('utf8')) === null) return null;
  const about = await stat(join(root, path)).catch(() => null);
  return about === null ? null : { path, changed: about.mtimeMs };
}

/** The format of a report, by its first characters; null when it is none. */
export function formatOf(text: string): ReportFormat | null {
  const head = text
    .slice(0, HEAD_BYTES)
    .replace(/^\uFEFF/, '')
    .trimStart()
    // lcov takes comments.
    .replace(/^(?:#.*\n\s*)+/, '');
  if (/^mode: (?:set|count|atomic)\b/.test(head)) return 'go';
  if (/^(?:TN:.*|SF:.+)(?:\r?\n|$)/.test(head) && /^SF:/m.test(head)) return 'lcov';
  if (/^<[?!c]/.test(head) && /<coverage\b[^>]*\bline-rate=/.test(head)) return 'cobertura';
  if (!head.startsWith('{')) return null;
  if (/^\{\s*"meta"\s*:\s*\{/.test(head) && /"files"|"branch_coverage"|"show_contexts"/.test(head))
    return 'coverage.py';
  if (/"statementMap"\s*:/.test(head)) return 'istanbul';
  return /^\{\s*"total"\s*:\s*\{\s*"lines"\s*:/.test(head) ? 'istanbul-summary' : null;
}
