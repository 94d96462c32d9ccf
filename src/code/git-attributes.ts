import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askGuarded } from './guarded-git.ts';
import { parsedLanguageOf } from './languages.ts';
import { readSourceBytes } from './source-text.ts';

/**
 * What a repository itself says of a file, by the attributes that GitHub reads too: `linguist-generated` and
 * `linguist-vendored` in `.gitattributes`. Null where it says nothing.
 */
export interface Declaration {
  readonly generated: boolean | null;
  readonly vendored: boolean | null;
}

const ATTRIBUTES = { generated: 'linguist-generated', vendored: 'linguist-vendored' } as const;
const NAME = '.gitattributes';
/** Long before the time is over, files that people write are answered: patterns without end are not waited for. */
const ASKED_MILLISECONDS = 10_000;
/** How much of a file, and of how many, is searched for the attributes before git is asked in any case. */
const SEARCHED = { bytes: 64 * 1024, files: 1_000 } as const;

const NOTHING = new Uint8Array();

/**
 * Asks git once what the `.gitattributes` files among `paths` declare of the source files among them. Where none of
 * them names the attributes, nothing is started and the answer is empty. What is no source (manifests, lock files,
 * settings, pages) is not asked for: it says what the project is, whoever wrote it. Null when git could not tell;
 * rejects with the signal's reason. The patterns, the macros and the order of the files are git's to understand.
 */
export async function askAttributes(
  root: string,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  if (!(await mayDeclare(root, paths, signal))) return NOTHING;
  const sources = paths.filter((path) => parsedLanguageOf(path) !== null);
  if (sources.length === 0) return NOTHING;
  const gitDir = await emptyRepository().catch(() => null);
  if (gitDir === null) return null;
  try {
    return await askGuarded(['check-attr', '-z', '--stdin', ATTRIBUTES.generated, ATTRIBUTES.vendored], {
      root,
      gitDir,
      input: `${sources.join('\0')}\0`,
      milliseconds: ASKED_MILLISECONDS,
      signal,
    });
  } finally {
    await rm(gitDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Whether one of the `.gitattributes` files names the attributes, or is too much to be searched for them. */
async function mayDeclare(root: string, paths: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
  const files = paths.filter((path) => path === NAME || path.endsWith(`/${NAME}`));
  if (files.length > SEARCHED.files) return true;
  for (const path of files) {
    signal?.throwIfAborted();
    const read = await readSourceBytes(root, path, SEARCHED.bytes, { headOnly: true });
    if ('bytes' in read && (read.size > SEARCHED.bytes || read.bytes.includes('linguist-'))) return true;
  }
  return false;
}

/**
 * The least that git takes for a repository. Asked with the one of the folder, git would heed its settings and
 * `info/attributes`, and read files from its index that the folder lacks.
 */
async function emptyRepository(): Promise<string> {
  const gitDir = await mkdtemp(join(tmpdir(), 'millwright-attributes-'));
  await Promise.all([mkdir(join(gitDir, 'objects')), mkdir(join(gitDir, 'refs'))]);
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
  return gitDir;
}

/** Takes git's answer apart: a path, an attribute and what it is, over and over. */
export function readAttributes(answer: Uint8Array): Map<string, Declaration> {
  const declared = new Map<string, Declaration>();
  const parts = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString('utf8').split('\0');
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [path = '', attribute, state] = [parts[at], parts[at + 1], parts[at + 2]];
    if (state === 'unspecified') continue;
    const before = declared.get(path) ?? { generated: null, vendored: null };
    // GitHub takes any value but this one for a yes.
    const said = state !== 'unset' && state !== 'false';
    declared.set(
      path,
      attribute === ATTRIBUTES.generated ? { ...before, generated: said } : { ...before, vendored: said },
    );
  }
  return declared;
}
