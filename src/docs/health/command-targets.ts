import { posix } from 'node:path';
import { type CommandFault, type CommandPlace, foldersAround, foldersFor } from './command-place.ts';
import { didYouMean, editDistance, nearest } from './nearest.ts';
import type { ShellCommand } from './shell-commands.ts';

/** What a command prints, not what is run. */
const DATA = /\.(?:jsonc?|ya?ml|toml|lock|txt|md|csv|tsv|log|html?|css|png|jpe?g|svg|gif|pdf|zip|gz|bin|safetensors)$/i;

/** Folders that a build makes, in this project or in one of the reader's. */
const BUILT = /^\.?(?:output|dist|build|out|target|_build)\//;

/** What the reader puts something else for. */
const PLACEHOLDER = /(?:^|\/)(?:(?:my|your|some)[\w-]*|path|to|foo|bar|example)(?:\.\w+)?(?:\/|$)/i;

/** A file that is run: only one in a folder of the repository is the repository's. */
export function scriptFile(
  words: readonly string[],
  { folder }: ShellCommand,
  { subject, document }: CommandPlace,
): CommandFault | null {
  const file = words.slice(1).find((word) => !word.startsWith('-')) ?? '';
  const clean = file.replace(/^\.\//, '');
  if (!/^[\w@.-]+(?:\/[\w@.-]+)+$/.test(clean) || folder === null || PLACEHOLDER.test(clean) || DATA.test(clean))
    return null;
  if (BUILT.test(clean)) return null;
  const { paths } = subject;
  const bases = [...new Set([folder, ...foldersAround(document.path)])].map((base) => (base === '.' ? '' : base));
  const found = bases.map((base) => posix.normalize(posix.join(base, clean)));
  const isThere = (path: string): boolean =>
    ['', '.js', '.mjs', '.cjs', '.ts', '/index.js', '/index.ts'].some((end) => paths.has(`${path}${end}`));
  if (found.some((path) => isThere(path) || path.startsWith('..'))) return null;
  if (
    !found.some(
      (path) => paths.isFolder(path.split('/').slice(0, -1).join('/')) || paths.isFolder(path.split('/')[0] ?? ''),
    )
  )
    return null;
  const near = paths.near(clean);
  // One that was never here is the reader's; one that was moved or is misspelled is near.
  if (near === null || !isNearPath(clean, near)) return null;
  return {
    message: `\`${words.join(' ').trim()}\` runs \`${clean}\`, which is not there.`,
    suggestion: didYouMean(near),
  };
}

/** The same name elsewhere, or a name a slip away in the same folder. */
function isNearPath(path: string, near: string): boolean {
  const [one, other] = [posix.basename(path), posix.basename(near)];
  return (
    one === other || (editDistance(one, other) <= 2 && `/${posix.dirname(near)}`.endsWith(`/${posix.dirname(path)}`))
  );
}

/** A binary that `cargo run --bin` names. */
export function cargoTarget(words: readonly string[], command: ShellCommand, place: CommandPlace): CommandFault | null {
  const at = words.indexOf('--bin');
  const name = words[at + 1] ?? '';
  const folders = foldersFor(command);
  if (at < 0 || folders === null || !/^[\w-]+$/.test(name)) return null;
  const manifests = place.subject.manifests.filter((one) => one.kind === 'Cargo.toml');
  const bins = manifests.flatMap(({ entryPoints }) =>
    entryPoints.filter(({ kind }) => kind === 'command').map((one) => one.name),
  );
  const isThere =
    bins.includes(name) ||
    manifests.some((one) => one.name === name) ||
    place.subject.paths.endingWith(`bin/${name}.rs`).length > 0;
  if (manifests.length === 0 || isThere) return null;
  return {
    message: `\`cargo ${words[1] ?? ''} --bin ${name}\`: no manifest has a binary \`${name}\`.`,
    suggestion: didYouMean(nearest(name, bins)),
  };
}

/** A folder that `go run ./x` and the like name. */
export function goPackage(
  words: readonly string[],
  { folder }: ShellCommand,
  { subject, document }: CommandPlace,
): CommandFault | null {
  // A tutorial makes a project of its reader's.
  if (/tutorial/i.test(document.path) || document.text.includes('go mod init')) return null;
  const [, verb = '', ...rest] = words;
  if (!['run', 'build', 'test', 'install', 'vet', 'generate'].includes(verb) || folder === null) return null;
  const target = rest.find(
    (word, at) =>
      /^\.\/[\w./-]+$/.test(word) && !word.includes('...') && !/^-(?:exec|o|C|modfile|pgo)$/.test(rest[at - 1] ?? ''),
  );
  if (target === undefined) return null;
  const path = posix.normalize(posix.join(folder, target)).replace(/\/$/, '');
  // One of the reader's own.
  const parent = posix.dirname(posix.normalize(target));
  if (PLACEHOLDER.test(target) || parent === '.') return null;
  if (![folder, ''].some((base) => subject.paths.isFolder(posix.join(base, parent)))) return null;
  if (subject.paths.has(path) || subject.paths.has(posix.normalize(target).replace(/\/$/, ''))) return null;
  return {
    message: `\`go ${verb} ${target}\`: there is no \`${path}\`.`,
    suggestion: didYouMean(subject.paths.near(path)),
  };
}
