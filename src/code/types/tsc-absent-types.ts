import { posix } from 'node:path';
import { z } from 'zod';
import { readJsonc } from '../jsonc.ts';
import type { Diagnostic } from './messages.ts';
import { type ConfigTexts, configMatcher, readConfig } from './tsc-config.ts';
import { offsetOf } from './tsc-syntax.ts';

/** Packages of types that declare no name for all files, or that are given to every program. */
const NAMELESS = /^(?:node|vite\/client|vite-plugin-[\w-]+\/.+)$/;
/** Declarations, or what lies where tools put what they make. */
const GENERATED = /\.d\.[cm]?ts$|(?:^|\/)\.[\w-]+\/|(?:^|[/._-])(?:generated|codegen|gen)(?=[/._-]|$)/i;

/** Packages of types for all files, which are found by themselves where no setting names any. */
const GLOBAL_PACKAGES =
  /^(?:bun-types|@types\/(?:bun|deno|chrome|firefox-webext-browser|google[\w.-]*|gapi[\w.-]*|youtube|webxr|office-js|audioworklet|(?:wicg|w3c|dom|web)-[\w-]+))$/;
/** Those of another runtime than Node.js, which add to what browsers have. */
const RUNTIME = /^(?:bun-types|@types\/(?:bun|deno))$/;
/** The version from which on nothing is found by itself. */
const ASKED_FOR = 6;
const RUNTIME_NAMES = /^(?:Bun|Deno|Timer|HTMLRewriter|BuildMessage|ResolveMessage)$/;
const ranges = z.record(z.string(), z.unknown()).catch({});
const manifest = z.object({ dependencies: ranges, devDependencies: ranges });

const named = z.array(z.string()).catch([]);

/**
 * Whether a configuration asks for types for all files that are not there: generated declarations as those in
 * `.next/types`, a base in such a folder, or packages of types. They may declare any name. `paths` are those of the
 * tree's files, `missing` is what the configuration stands on and the tree does not hold.
 */
export function lacksGlobalTypes(
  texts: ConfigTexts,
  path: string,
  paths: readonly string[],
  missing: readonly string[],
): boolean {
  if (missing.some((one) => one.startsWith('.'))) return true;
  const config = readConfig(texts, path);
  if (config === null) return false;
  const types = named.parse(config.options.types ?? []);
  if (types.some((one) => !one.startsWith('.') && !NAMELESS.test(one) && !isOfTree(one, paths))) return true;
  const asked = [...(config.files ?? []), ...(config.include ?? [])].filter((one) => GENERATED.test(one));
  return asked.some((one) => {
    const matches = configMatcher({ ...config, files: [], include: [one], exclude: [] });
    return !paths.some(matches);
  });
}

/** Whether a package of types is a folder or a file of the tree. */
function isOfTree(name: string, paths: readonly string[]): boolean {
  return paths.some((path) => posix.dirname(path).endsWith(`/${name}`) || path.endsWith(`/${name}.d.ts`));
}

/**
 * Packages with types for all files that the manifests around a configuration name and that are not there, where the
 * compiler of a version (`major`) would find them by itself.
 */
export function globalPackages(texts: ConfigTexts, path: string, major: number | null): string[] {
  if (readConfig(texts, path)?.options.types !== undefined || (major !== null && major >= ASKED_FOR)) return [];
  const found: string[] = [];
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const { data } = manifest.safeParse(readJsonc(texts.get(posix.join(folder, 'package.json')) ?? '').value);
    const asked = { ...data?.dependencies, ...data?.devDependencies };
    found.push(...Object.keys(asked).filter((name) => GLOBAL_PACKAGES.test(name)));
    if (folder === '.' || folder === '/') return found;
  }
}

/**
 * Whether a message is about a name, or a member of something that browsers have, which the types of another runtime
 * add, or about what a stream of it takes. `packages` are those that are not there, `textOf` gives a file's text.
 */
export function isOfRuntime(
  { file, rule, line, column, message, details = '' }: Diagnostic,
  packages: readonly string[],
  isBrowserName: (name: string) => boolean,
  textOf: (file: string) => string,
): boolean {
  if (!packages.some((name) => RUNTIME.test(name))) return false;
  const name = /^Cannot find (?:name|namespace) '([^']+)'/.exec(message)?.[1];
  if (name !== undefined) return RUNTIME_NAMES.test(name);
  if (!/^TS(?:2339|2345|2353|2551|2769)$/.test(rule)) return false;
  const holder = /does not exist (?:on|in) type '([A-Z]\w*)(?:<[^\n]*>)?'/.exec(`${message}\n${details}`)?.[1];
  if (holder !== undefined) return isBrowserName(holder);
  if (rule !== 'TS2345' || !/parameter of type 'Uint8Array<ArrayBufferLike>'/.test(message)) return false;
  const text = textOf(file);
  return /\.enqueue\(\s*$/.test(text.slice(0, offsetOf(text, line, column)));
}
