import type { MirroredFile } from './mirror.ts';
import { AUGMENTATION, type ImportedModule, INTERFACE } from './tsc-shims.ts';

const DECLARED_MODULE = /^[ \t\uFEFF]*declare\s+module\s+['"]([^'"\n]+)['"]/gm;
/** What a module gives that is more than types. */
const VALUE =
  /\b(?:const|let|var|function|class|enum)\s+[A-Za-z_$[{]|\bexport\s*(?:default\b|=|\*|\{)|\bas\s+default\b/;

/**
 * Modules that the tree declares itself. One of which it declares no more than types, while its files take values from
 * it, is a package's: such a declaration adds to those of the package, which is not installed.
 */
export function declaredModules(
  files: readonly MirroredFile[],
  imported: ReadonlyMap<string, ImportedModule>,
): Set<string> {
  const found = new Set<string>();
  const added = new Map<string, string[]>();
  for (const { path, text } of files) {
    if (!/\.d\.[cm]?ts$/.test(path)) continue;
    const bodies = new Map([...text.matchAll(AUGMENTATION)].map(([, , name = '', body = '']) => [name, body]));
    for (const [, name = ''] of text.matchAll(DECLARED_MODULE)) {
      const body = bodies.get(name);
      if (body === undefined || VALUE.test(body)) found.add(name);
      else added.set(name, [...(added.get(name) ?? []), body]);
    }
  }
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  for (const [name, bodies] of added) {
    const module = imported.get(name);
    if (found.has(name) || module === undefined || !takesMore(name, module, bodies.join('\n'), texts)) found.add(name);
    else for (const body of bodies) augment(module, body);
  }
  return found;
}

/** Whether a file takes from a module what its declarations do not give: a default, or a name that is not in them. */
function takesMore(name: string, { files }: ImportedModule, body: string, texts: ReadonlyMap<string, string>): boolean {
  const own = name.replace(/[^\w/@-]/g, '\\$&');
  const taking = new RegExp(
    `\\bimport\\s+(?!type\\b)([A-Za-z_$][\\w$]*)?\\s*,?\\s*(?:\\{([^}]*)\\})?\\s*from\\s*['"]${own}['"]`,
    'g',
  );
  return [...files].some((file) =>
    [...(texts.get(file) ?? '').matchAll(taking)].some(([, standard, names = '']) => {
      const taken = names.split(',').flatMap((one) => /^\s*(?!type\s)([A-Za-z_$][\w$]*)/.exec(one)?.[1] ?? []);
      return (
        standard !== undefined || taken.some((one) => !new RegExp(`\\b${one.replaceAll('$', '\\$')}\\b`).test(body))
      );
    }),
  );
}

function augment(module: ImportedModule, body: string): void {
  for (const [, name = '', parameters = ''] of body.matchAll(INTERFACE)) module.augmented.set(name, parameters);
}
