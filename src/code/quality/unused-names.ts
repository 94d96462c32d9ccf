import { z } from 'zod';
import type { AnalyserInput } from '../analyser.ts';
import { roleOf } from '../file-roles.ts';
import type { RawFinding } from '../findings.ts';
import { decodeSource, readSourceBytes } from '../source-text.ts';
import type { FileFacts, LoneName } from './file-facts.ts';

const LARGEST_MANIFEST = 1024 * 1024;

const manifest = z.object({
  private: z.boolean().catch(false).default(false),
  main: z.unknown().optional(),
  module: z.unknown().optional(),
  types: z.unknown().optional(),
  exports: z.unknown().optional(),
  browser: z.unknown().optional(),
});

/** Folders and names from which frameworks take what a module exports. */
const TAKEN_BY_NAME =
  /(?:^|\/)(?:pages|app|routes|api|functions|migrations|plugins|middleware|server|stories|components\/ui)\/|\.(?:config|stories|d)\.[cm]?[jt]sx?$|(?:^|\/)(?:index|main|server|app|middleware|instrumentation|preload)\.[cm]?[jt]sx?$/;
/** Languages that may import a module and whose text is not read here. */
const OTHER_IMPORTERS = /\.(?:vue|svelte|astro|html?|mdx|ejs|hbs|liquid)$/;

/**
 * Private names of Python that no file mentions but where they are declared, and exports of JavaScript and TypeScript
 * that no other file mentions, in packages that are applications: `private`, without an entry that others import. A
 * name that stands in a string or a comment anywhere counts as used, as does what a manifest or a framework may name.
 * Generated, vendored, too large and unread files are not among those that are asked, so no more is said than that.
 */
export async function findUnusedNames(
  input: AnalyserInput,
  facts: ReadonlyMap<string, FileFacts>,
): Promise<RawFinding[]> {
  const mentions = countMentions(facts);
  const isOnly = ({ name }: LoneName) => mentions.get(name) === 1;
  const findings: RawFinding[] = [];
  const applications = await applicationFolders(input);
  for (const { path } of input.files) {
    const { privates = [], exported = [], problem = null } = facts.get(path) ?? {};
    if (problem !== null || roleOf(path) !== 'source') continue;
    for (const one of privates.filter(isOnly)) findings.push(findingOf(path, 'unused-private', one));
    const folder = applications === null ? undefined : owningFolder(applications, path);
    if (folder?.text === undefined || TAKEN_BY_NAME.test(path) || folder.text.includes(stemOf(path))) continue;
    for (const one of exported.filter(isOnly)) {
      if (!folder.text.includes(one.name)) findings.push(findingOf(path, 'unused-export', one));
    }
  }
  return findings;
}

function countMentions(facts: ReadonlyMap<string, FileFacts>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { mentions } of facts.values()) {
    for (const word of mentions.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** A folder with a package.json; `text` is what it says where it is an application, undefined where it is none. */
interface PackageFolder {
  readonly folder: string;
  readonly text: string | undefined;
}

/** Null where files of other languages may import what is exported. */
async function applicationFolders({ root, files, signal }: AnalyserInput): Promise<PackageFolder[] | null> {
  if (files.some(({ path }) => OTHER_IMPORTERS.test(path) && roleOf(path) === 'source')) return null;
  const folders: PackageFolder[] = [];
  for (const { path } of files) {
    if (path !== 'package.json' && !path.endsWith('/package.json')) continue;
    signal.throwIfAborted();
    const read = await readSourceBytes(root, path, LARGEST_MANIFEST);
    const decoded = 'bytes' in read ? decodeSource(read.bytes) : read;
    const folder = path.slice(0, -'package.json'.length);
    folders.push({ folder, text: 'text' in decoded && isApplication(decoded.text) ? decoded.text : undefined });
  }
  // The innermost folder owns a file.
  return folders.sort((a, b) => b.folder.length - a.folder.length || (a.folder < b.folder ? -1 : 1));
}

function isApplication(text: string): boolean {
  try {
    const { private: isPrivate, main, module, types, exports, browser } = manifest.parse(JSON.parse(text));
    return isPrivate && [main, module, types, exports, browser].every((entry) => entry === undefined);
  } catch {
    return false;
  }
}

function owningFolder(folders: readonly PackageFolder[], path: string): PackageFolder | undefined {
  return folders.find(({ folder }) => path.startsWith(folder));
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[cm]?[jt]sx?$/, '.');
}

function findingOf(file: string, rule: 'unused-private' | 'unused-export', one: LoneName): RawFinding {
  const { name, kind, line, column } = one;
  const isPrivate = rule === 'unused-private';
  return {
    rule,
    engine: 'millwright',
    severity: 'low',
    file,
    line,
    column,
    endLine: line,
    message: isPrivate
      ? `No file that was analysed mentions the private ${kind} \`${name}\` again.`
      : `No other file that was analysed mentions the ${kind} \`${name}\`, and this one does not use it either.`,
    // What was left out, or is of another language, may still need it: nobody has looked there.
    suggestion: 'Remove it, unless a file that was left out or of another language needs it.',
    cwe: null,
    subject: name,
  };
}
