import { isMarkedGenerated } from './generated-marks.ts';
import type { Declaration } from './git-attributes.ts';

/** Folders that installers, caches and builds fill, wherever they are. */
const INSTALLED: ReadonlySet<string> = new Set(
  (
    'node_modules bower_components site-packages .venv venv .tox .nox .eggs __pycache__ ' +
    '.mypy_cache .pytest_cache .ruff_cache .next .nuxt .svelte-kit .turbo .parcel-cache .yarn .gradle .git .hg .svn ' +
    '.terraform jspm_packages'
  ).split(' '),
);

/** Folders that hold other people's code by their name, wherever they are. */
const FOREIGN: ReadonlySet<string> = new Set('vendor third_party thirdparty'.split(' '));

/** Folders that hold a tool's output when they stand where tools put it: in the root or beside a manifest. */
const OUTPUT_BESIDE_MANIFEST: ReadonlySet<string> = new Set('dist build target out coverage htmlcov env'.split(' '));

const MANIFEST_NAMES: ReadonlySet<string> = new Set(
  'package.json pyproject.toml setup.py setup.cfg Cargo.toml pom.xml build.gradle build.gradle.kts go.mod'.split(' '),
);

const LOCK_FILES: ReadonlySet<string> = new Set(
  (
    'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock poetry.lock ' +
    'pipfile.lock uv.lock pdm.lock cargo.lock composer.lock gemfile.lock go.sum mix.lock flake.lock'
  ).split(' '),
);

const PROTOCOL_BUFFERS =
  /_pb2(?:_grpc)?\.pyi?$|\.pb\.(?:js|ts|go|cc|h)$|_pb\.(?:js|ts|d\.ts|rb)$|\.pb\.gw\.go$|_grpc\.pb\.go$/;

/** Names that only generators give: those of C#, Go, Java, GraphQL and OpenAPI tools, and of bundlers. */
const TOOL_OUTPUT =
  /\.(?:g|gen|designer|generated)\.(?:cs|ts|tsx|js|py|go|dart)$|\.(?:bundle|nocache|devmode)\.js$|_bg\.wasm\.d\.ts$|^zz_generated\..*\.go$/;

/** A hash of the content in a script's name: bundlers put it there so that browsers may keep the file for ever. */
const HASHED_NAME = /(?:^|[.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}(?:\.(?:chunk|cache))?\.(?:[cm]?js|css)$/;

/** How a bundler's chunk begins. */
const CHUNK =
  /^\s*(?:"use strict";\s*)?(?:export const __webpack_|[(!]*(?:self|window|globalThis|this)(?:\.|\[['"])webpack(?:Jsonp|Chunk))/;

/** How a library begins that a bundler put together for every loader: people do not call them `t` and `e`. */
const BUNDLED_LIBRARY =
  /^\s*(?:\/\*[\s\S]{0,2000}?\*\/\s*)?[!(]*function\s*(?:webpackUniversalModuleDefinition\b|\(\w,\s*\w\)\s*\{[^{}]{0,200}\btypeof exports\b)/;

const LONGEST_WRITTEN_LINE = 20_000;
/**
 * Characters that are looked at, the least of them, average line, and share of marks: only a minifier's output has all
 * of them at once.
 */
const MINIFIED = { characters: 20_000, least: 2_000, perLine: 400, marks: 0.04 } as const;

/**
 * Whether a file's name makes its folder a tool's output: Django's list of what it collected there from the packages
 * of a project, each file as a copy or two.
 */
export function isOutputListName(name: string): boolean {
  return name === 'staticfiles.json';
}

/** Whether a file's name makes its folder one where tools put their output beside. */
export function isManifestName(name: string): boolean {
  return MANIFEST_NAMES.has(name);
}

/**
 * What a repository denies of a file: that somebody else wrote it, or at least that a tool did; null for neither. A
 * denial wins over what is guessed from names. It does not win over limits, over what a file says of itself (some deny
 * it only to see their generated files in diffs), nor over folders that installers fill: patterns for all files of a
 * language are not about those.
 */
export type Denial = 'vendored' | 'generated' | null;

/** See `Denial`. */
export function denialOf(declared: Declaration | undefined): Denial {
  if (declared?.vendored === false) return 'vendored';
  return declared?.generated === false ? 'generated' : null;
}

/**
 * Whether a folder holds other people's code or a tool's output, judged by its name and what stands beside it, as far
 * as that is not denied.
 */
export function isVendoredFolder(
  name: string,
  stands: { inRoot: boolean; besideManifest: boolean },
  denied: Denial = null,
): boolean {
  if (INSTALLED.has(name)) return true;
  if (FOREIGN.has(name)) return denied !== 'vendored';
  return OUTPUT_BESIDE_MANIFEST.has(name) && (stands.inRoot || stands.besideManifest) && denied === null;
}

/** Where pages take scripts from, and below it a folder for those of others; a project's own `src/libs` is neither. */
const PUBLISHED_LIBRARY =
  /(?:^|\/)(?:static|_static|public|assets|wwwroot|webroot|htdocs)\/(?:[^/]+\/)*(?:libs?|vendors?|third[-_]?party|3rd[-_]?party|external)\/(?:[^/]+\/)*[^/]+\.[cm]?[jt]s$/i;

/** The best known of those libraries, which also stand beside a project's own scripts. */
const KNOWN_LIBRARY =
  /(?:^|\/)(?:static|_static|public|assets|wwwroot|webroot|htdocs)\/(?:[^/]+\/)*(?:jquery|backbone|underscore|lodash|bootstrap|d3|moment|handlebars|mustache|knockout|angular|ember|popper|select2)(?:[.-][\w.-]+)?\.js$/i;

/** A release in the name of a file or of its folder: `jquery-3.7.1.js`, `uri/1.18.2/uri.js`. */
const RELEASE_IN_PATH = /(?:[-_.]v?|\/v?)\d+\.\d+(?:\.\d+)*(?:[-_.][\w.-]*)?(?:\.js|\/[^/]+\.js)$/i;

/** The comments that a text begins with, before or behind the head of a function around all of it. */
const FIRST_COMMENTS =
  /^(?:\s*(?:\/\*[\s\S]*?\*\/|\/\/[^\n]*|["']use strict["'];?|[;!]?\(?function\s*\([\w$, ]*\)\s*\{))+/;

/** What whoever publishes a library writes on top: who holds the rights, or its release beside its home. */
const BANNER =
  /\bcopyright\b|\(c\)\s*(?:19|20)\d\d|@licen[cs]e\b|\blicen[cs]ed (?:under|as)\b|\breleased under\b|\b(?:MIT|BSD|Apache|MPL|GPL)\b[^\n]{0,20}\blicen[cs]e|^\s*\/\*!/i;
const RELEASE_AND_HOME = /(?=[\s\S]*\b(?:v\d+\.|version:?\s*\d+))(?=[\s\S]*https?:\/\/)/i;

/** How a library begins that is to work with every loader there is. */
const UNIVERSAL_MODULE = /\btypeof define\s*===?\s*['"]function['"]\s*&&\s*define\.amd\b/;

/**
 * A script of somebody else among the files that pages load, told by where it stands and by what it says of itself;
 * null for any other. The place alone says nothing: projects keep scripts of their own in such folders too.
 */
export function foreignScript(
  path: string,
  text: string,
): { readonly reason: 'vendored'; readonly detail: string } | null {
  if (!PUBLISHED_LIBRARY.test(path) && !KNOWN_LIBRARY.test(path)) return null;
  const head = text.slice(0, 2_000);
  const comments = FIRST_COMMENTS.exec(head)?.[0] ?? '';
  const says = RELEASE_IN_PATH.test(path)
    ? 'a release in its name'
    : BANNER.test(comments) || RELEASE_AND_HOME.test(comments)
      ? 'the banner of what is published'
      : UNIVERSAL_MODULE.test(head)
        ? 'a form for every loader'
        : null;
  return says === null ? null : { reason: 'vendored', detail: `a script among published libraries, with ${says}` };
}

/** A file that a tool wrote, and how that is told. */
export interface Generated {
  readonly reason: 'generated' | 'minified';
  readonly detail: string;
}

/** What a repository declares of a file as the reason to leave it out, or null. */
export function leftOutAsDeclared(
  declared: Declaration | undefined,
): { readonly reason: 'generated' | 'vendored'; readonly detail: string } | null {
  if (declared?.generated === true) return { reason: 'generated', detail: 'declared so in .gitattributes' };
  return declared?.vendored === true ? { reason: 'vendored', detail: 'declared so in .gitattributes' } : null;
}

/** Why the name of a file says that a tool wrote it, or null. What is no more than a guess gives way to a denial. */
export function generatedByName(name: string, { isDenied = false } = {}): Generated | null {
  const lower = name.toLowerCase();
  if (LOCK_FILES.has(lower)) return { reason: 'generated', detail: 'a lock file' };
  if (/[.-]min\.(?:js|mjs|cjs|css)$/.test(lower)) return { reason: 'minified', detail: 'by its name' };
  if (lower.endsWith('.map')) return { reason: 'generated', detail: 'a source map' };
  if (isDenied) return null;
  if (PROTOCOL_BUFFERS.test(lower)) return { reason: 'generated', detail: 'protocol buffer output' };
  if (HASHED_NAME.test(lower)) return { reason: 'generated', detail: "named as a bundler's output" };
  if (TOOL_OUTPUT.test(lower)) return { reason: 'generated', detail: "named as a generator's output" };
  return null;
}

/** Why the text of a source file says that a tool wrote it, or null. Only comments near the top are believed. */
export function generatedByText(text: string): Generated | null {
  if (isMarkedGenerated(text)) return { reason: 'generated', detail: 'it says that it is generated' };
  if (CHUNK.test(text) || BUNDLED_LIBRARY.test(text)) {
    return { reason: 'generated', detail: "it begins as a bundler's output" };
  }
  let lines = 1;
  for (let start = 0; start < text.length; lines += 1) {
    const end = text.indexOf('\n', start);
    if ((end < 0 ? text.length : end) - start > LONGEST_WRITTEN_LINE) {
      return { reason: 'minified', detail: `a line longer than ${LONGEST_WRITTEN_LINE} characters` };
    }
    if (end < 0) break;
    start = end + 1;
  }
  return isDense(text, lines) ? { reason: 'minified', detail: 'code set in long lines without space' } : null;
}

/** Whether a text is long lines of little but code: long strings and tables have far fewer marks between. */
function isDense(text: string, lines: number): boolean {
  if (text.length <= MINIFIED.least || text.length / lines <= MINIFIED.perLine) return false;
  const head = text.slice(0, MINIFIED.characters);
  return (head.match(/[;,{}]/g)?.length ?? 0) > head.length * MINIFIED.marks;
}
