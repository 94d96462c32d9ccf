import { posix } from 'node:path';
import type { InlineCode, MarkdownDocument } from './markdown-document.ts';
import { didYouMean, nearest } from './nearest.ts';
import type { Fault } from './rules.ts';
import { shellCommands } from './shell-commands.ts';
import type { HealthSubject } from './subject.ts';

/** What is set by somebody else, is to be renamed, or is an argument in a line of usage. */
const NO_SETTING =
  /\bautomatically (?:set|available|provided|injected|populated|defined)\b|\b(?:set|provided|injected|populated|defined) automatically\b|\bbuilt-?in\b|\b(?:renam|replac|deprecat|remov|no longer|former|legacy|previous|obsolete|migrat)\w*|\bchange\b.{0,60}\bto\b|\[(?:required|optional)\]/i;
const NAME = /^\$?\{?([A-Z][A-Z\d]*(?:_[A-Z\d]+)*)\}?(?:=.*)?$/;
const ABOUT_SETTINGS = /\b(?:env(?:ironment)?|variables?|settings?|config\w*|\.env|export(?:ed|s)?|secrets?)\b/i;
/** Settings of other programs, which a project need not read itself. */
const FOREIGN =
  /^(?:NODE_\w+|NPM_\w+|YARN_\w+|PNPM_\w+|CI|CI_\w+|GITHUB_\w+|GITLAB_\w+|ACTIONS_\w+|RUNNER_\w+|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|PATH|HOME|USER|SHELL|TERM|LANG|LC_\w+|TZ|PWD|EDITOR|PAGER|TMPDIR|TEMP|DISPLAY|PYTHON\w*|PIP_\w+|UV_\w+|POETRY_\w+|VIRTUAL_ENV|CONDA_\w+|TOX_\w+|PYTEST_\w+|DJANGO_SETTINGS_MODULE|FLASK_\w+|GO(?:PATH|ROOT|OS|ARCH|FLAGS|PROXY|BIN|MAXPROCS|GC|MEMLIMIT)|CGO_\w+|CARGO_\w+|RUST_\w+|RUSTFLAGS|RUSTUP_\w+|JAVA_\w+|MAVEN_\w+|GRADLE_\w+|DOCKER_\w+|COMPOSE_\w+|BUILDKIT_\w+|KUBE\w*|AWS_\w+|AZURE_\w+|GOOGLE_\w+|GCP_\w+|SSL_CERT_\w+|SSH_\w+|XDG_\w+|LD_\w+|DYLD_\w+|CFLAGS|CXXFLAGS|LDFLAGS|CC|CXX|MAKEFLAGS|PKG_CONFIG_\w+|DEBUG|NO_COLOR|FORCE_COLOR|COLORTERM|CLICOLOR\w*|BROWSER|POSTGRES_\w+|PG\w+|MYSQL_\w+|REDIS_\w+|MONGO_\w+|GIT_\w+|BASH\w*|ZSH\w*|PS1|FISH_\w+|OPENSSL_\w+|COLUMNS|LINES|LESS\w*|VITE|SENTRY_DSN|RAILS_\w+|BUNDLE_\w+|GEM_\w+|PORT)$/;

interface Mention {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** It can be nothing but a setting. */
  readonly certain: boolean;
}

/** Settings that documents and `.env` examples name and that nothing reads. */
export function settingChecker(subject: HealthSubject): (document: MarkdownDocument) => Fault[] {
  const read = readNames(subject);
  const prefixes = ownPrefixes(read, subject);
  const foreign = [...new Set(foreignPrefixes(subject))];
  return (document) => {
    if (document.isHistory) return [];
    const mentions = mentionsIn(document, subject);
    if (!listsSettings(mentions, prefixes, read, subject)) return [];
    const hasSibling = mentions.some(({ name }) => read.has(name));
    return mentions
      .filter(({ name }) => !isKnown(name, read, subject) && !isShellVariable(name, document))
      .filter(({ name }) => !foreign.some((prefix) => name.startsWith(prefix)) && !isReaders(name, document))
      .filter(
        ({ name, certain }) =>
          prefixes.has(prefixOf(name)) ||
          (certain && hasSibling && nearest(name, read) !== null && !isGiven(name, document)),
      )
      .map((mention) => faultAt(document.path, mention, read));
  };
}

/** The same of the files that show a reader what to set. */
export function checkSettingExamples(subject: HealthSubject): Fault[] {
  const read = readNames(subject);
  if (read.size === 0) return [];
  const examples = [...subject.paths.files()].filter((path) =>
    /^\.env\.(?:example|sample|template|dist)$|^(?:example|sample|template)\.env$|^env\.example$/.test(
      posix.basename(path),
    ),
  );
  return examples.sort().flatMap((path) =>
    (subject.read(path) ?? '').split('\n').flatMap((text, index) => {
      const name = /^\s*(?:#\s*)?(?:export\s+)?([A-Z][A-Z\d_]*)=/.exec(text)?.[1];
      if (name === undefined || isKnown(name, read, subject)) return [];
      return [faultAt(path, { name, line: index + 1, column: text.indexOf(name) + 1, certain: true }, read)];
    }),
  );
}

function readNames({ files }: HealthSubject): Set<string> {
  return new Set(files.flatMap(({ settings }) => settings.map(({ name }) => name)));
}

/** What the settings of a project begin with; two of them make it a rule, or one long word. */
function prefixesOf(names: ReadonlySet<string>): Set<string> {
  return new Set(
    [...names]
      .filter((name) => name.includes('_') && !FOREIGN.test(name))
      .map(prefixOf)
      .filter((prefix) => prefix.length > 2),
  );
}

/** Those of them that are the repository's own: by its name, that of a package, or that of a program. */
function ownPrefixes(read: ReadonlySet<string>, { repository, manifests }: HealthSubject): Set<string> {
  const names = [
    repository.name,
    ...manifests.flatMap(({ name, entryPoints }) => [
      ...(name === null ? [] : name.split('/')),
      ...entryPoints.map((one) => one.name),
    ]),
  ].map((name) => envName(name).replaceAll('_', ''));
  return new Set([...prefixesOf(read)].filter((prefix) => names.some((name) => name.includes(prefix))));
}

/** For one setting that is not read so many have to be. */
const KNOWN_TO_UNKNOWN = 1;

/**
 * Whether most settings that a document names are read here: others tell of plugins, of other programs, of other times.
 */
function listsSettings(
  mentions: readonly Mention[],
  prefixes: ReadonlySet<string>,
  read: ReadonlySet<string>,
  subject: HealthSubject,
): boolean {
  const own = new Set(
    mentions.map(({ name }) => name).filter((name) => prefixes.has(prefixOf(name)) || read.has(name)),
  );
  const unknown = [...own].filter((name) => !isKnown(name, read, subject)).length;
  return own.size - unknown >= unknown * KNOWN_TO_UNKNOWN;
}

/** Code of the document reads it: it is a setting of the reader's own project. */
function isReaders(name: string, { blocks }: MarkdownDocument): boolean {
  return blocks.some(
    ({ language, text }) =>
      /^(?:py|python|js|ts|jsx|tsx|javascript|typescript|go|rust|ruby|java)/.test(language) && text.includes(name),
  );
}

function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('_')));
}

function isKnown(name: string, read: ReadonlySet<string>, { names }: HealthSubject): boolean {
  return (
    read.has(name) ||
    FOREIGN.test(name) ||
    names.isWritten(name) ||
    names.isComposed(name) ||
    names.isWritten('auto_envvar_prefix')
  );
}

function mentionsIn(document: MarkdownDocument, { paths }: HealthSubject): Mention[] {
  const found: Mention[] = [];
  for (const code of document.codes) {
    const name = NAME.exec(code.text)?.[1];
    if (name !== undefined && name.length > 2 && !code.linkedOut && !isSpokenAway(code))
      found.push({ name, line: code.line, column: code.column, certain: speaksOfSettings(code) });
  }
  for (const { assigned, line, column } of shellCommands(document, (path) => paths.isFolder(path), new Set()))
    for (const name of assigned)
      if (name.includes('_') && name === name.toUpperCase()) found.push({ name, line, column, certain: true });
  for (const block of document.blocks) {
    if (!/^(?:dotenv|env|ini|properties)$/.test(block.language)) continue;
    for (const [index, text] of block.text.split('\n').entries()) {
      const name = /^\s*(?:export\s+)?([A-Z][A-Z\d_]*)=/.exec(text)?.[1];
      if (name !== undefined) found.push({ name, line: block.textLine + index, column: 1, certain: false });
    }
  }
  const seen = new Set<string>();
  return found.filter(({ name, line }) => !seen.has(`${name} ${line}`) && seen.add(`${name} ${line}`));
}

function isSpokenAway({ context, heading }: InlineCode): boolean {
  return NO_SETTING.test(context) || NO_SETTING.test(heading) || /^(?:positional )?arguments?:?$/i.test(heading.trim());
}

/** A package that is needed has settings of its own. */
function foreignPrefixes({ manifests, files }: HealthSubject): string[] {
  const own = new Set(manifests.flatMap(({ name }) => (name === null ? [] : [envName(name)])));
  const needed = manifests.flatMap(({ dependencies }) => dependencies.map(({ name }) => name));
  const imported = files.flatMap(({ imports }) =>
    imports.flatMap(({ specifier }) => /^[a-z][\w-]*(?=$|[./])/i.exec(specifier) ?? []),
  );
  // A module is named by its address, a package by the last part of it.
  const parts = [...needed, ...imported].flatMap((name) => [
    name,
    ...name.split('/').filter((part) => !/^v\d+$/.test(part) && !part.includes('.')),
  ]);
  return [...new Set(parts)]
    .map(envName)
    .filter((name) => name.length > 2 && ![...own].some((one) => one.startsWith(name)))
    .map((name) => `${name}_`);
}

function envName(name: string): string {
  return name
    .replace(/^@/, '')
    .replace(/[^A-Za-z\d]+/g, '_')
    .toUpperCase();
}

/** The commands of the document set it and take it up again themselves. */
function isShellVariable(name: string, { blocks }: MarkdownDocument): boolean {
  const use = new RegExp(`\\$\\{?${name}\\b`);
  const given = new RegExp(`^\\s*(?:[$] )?${name}=`, 'm');
  return blocks.some(({ text }) => use.test(text)) && blocks.some(({ text }) => given.test(text));
}

/** The document gives it a value itself, in an example of its reader's. */
function isGiven(name: string, { blocks }: MarkdownDocument): boolean {
  const given = new RegExp(`^\\s*(?:export\\s+)?${name}=`, 'm');
  return blocks.some(({ text }) => given.test(text));
}

function speaksOfSettings({ context, table, firstCell, heading, text }: InlineCode): boolean {
  if (table !== null) return firstCell && (ABOUT_SETTINGS.test(table) || ABOUT_SETTINGS.test(heading));
  return text.includes('=') || text.startsWith('$') || ABOUT_SETTINGS.test(context) || ABOUT_SETTINGS.test(heading);
}

function faultAt(file: string, { name, line, column }: Mention, read: ReadonlySet<string>): Fault {
  return {
    rule: 'docs/unknown-setting',
    file,
    line,
    column,
    message: `Nothing reads a setting \`${name}\`.`,
    suggestion: didYouMean(nearest(name, read)),
    subject: name,
    shapes: [`settings that begin with ${prefixOf(name)}`],
  };
}
