import { createHash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { unfit } from '../platform/errors.ts';

/** A file that comes with a request. */
export interface InlineFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: string;
}

/** What may come with a request; larger trees belong into a repository. */
export const inlineLimits = { files: 500, bytes: 1_000_000, pathBytes: 400, nameBytes: 200 } as const;

const stored = z.array(z.object({ path: z.string(), content: z.string() }));

/** Refuses files that are too many, too large, or whose paths could lead anywhere but into a folder of their own. */
export function checkInlineFiles(files: readonly InlineFile[]): void {
  const refuse = (path: string, message: string): never => {
    throw unfit(path, message);
  };
  if (files.length === 0) refuse('files', 'must hold at least one file');
  if (files.length > inlineLimits.files) refuse('files', `must hold at most ${inlineLimits.files} files`);
  const bytes = files.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (bytes > inlineLimits.bytes) refuse('files', `must hold at most ${inlineLimits.bytes} bytes together`);
  const seen = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of files) {
    const fault = faultOfPath(path);
    if (fault !== null) refuse('files', `the path ${JSON.stringify(path.slice(0, 80))} ${fault}`);
    if (seen.has(path)) refuse('files', `the path ${path} is there twice`);
    seen.add(path);
    const segments = path.split('/');
    for (let length = 1; length < segments.length; length += 1) folders.add(segments.slice(0, length).join('/'));
  }
  for (const path of seen) if (folders.has(path)) refuse('files', `${path} is a file and a folder`);
}

function faultOfPath(path: string): string | null {
  if (path === '' || Buffer.byteLength(path) > inlineLimits.pathBytes) {
    return `must have 1 to ${inlineLimits.pathBytes} bytes`;
  }
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'must be relative';
  if (path.includes('\\')) return 'must use forward slashes';
  if (/\p{Cc}/u.test(path)) return 'must not hold control characters';
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'must not hold empty segments, . or ..';
  }
  // The folder is asked of git when it has one.
  if (segments.some((segment) => segment.toLowerCase() === '.git')) return 'must not lead into a .git folder';
  if (segments.some((segment) => Buffer.byteLength(segment) > inlineLimits.nameBytes)) return 'has a name too long';
  return null;
}

/** Files as they are kept with their analysis: in path order, so that the same files are the same bytes. */
export function packInlineFiles(files: readonly InlineFile[]): Promise<Uint8Array<ArrayBuffer>> {
  return promisify(gzip)(JSON.stringify(inOrder(files)), { level: 6 }).then((packed) => new Uint8Array(packed));
}

/** What an idempotency key remembers of files. */
export function hashOfInlineFiles(files: readonly InlineFile[]): string {
  return createHash('sha256')
    .update(JSON.stringify(inOrder(files)))
    .digest('hex');
}

function inOrder(files: readonly InlineFile[]): InlineFile[] {
  return files
    .map(({ path, content }) => ({ path, content }))
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}

/** Writes kept files into a new folder below `parent` and gives its path. Their paths are checked once more. */
export async function unpackInlineFiles(packed: Uint8Array, parent: string): Promise<string> {
  const limits = { maxOutputLength: inlineLimits.bytes * 8 };
  const files = stored.parse(JSON.parse((await promisify(gunzip)(packed, limits)).toString('utf8')));
  checkInlineFiles(files);
  const folder = join(parent, `files-${randomUUID()}`);
  for (const { path, content } of files) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await writeFile(place, content, { flag: 'wx', mode: 0o600 });
  }
  return folder;
}
