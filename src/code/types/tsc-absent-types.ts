import { posix } from 'node:path';
import { z } from 'zod';
import { type ConfigTexts, configMatcher, readConfig } from './tsc-config.ts';

/** Packages of types that declare no name for all files, or that are given to every program. */
const NAMELESS = /^(?:node|vite\/client|vite-plugin-[\w-]+\/.+)$/;
/** Declarations, or what lies where tools put what they make. */
const GENERATED = /\.d\.[cm]?ts$|(?:^|\/)\.[\w-]+\/|(?:^|[/._-])(?:generated|codegen|gen)(?=[/._-]|$)/i;

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
