import { join } from 'node:path';
import { z } from 'zod';

/** Options that change what the compiler says and nothing else: the others write, run or lead somewhere. */
const KEPT = new Set(
  (
    'target lib jsx jsxFactory jsxFragmentFactory experimentalDecorators useDefineForClassFields moduleDetection module ' +
    'moduleResolution resolveJsonModule allowJs checkJs allowImportingTsExtensions rewriteRelativeImportExtensions ' +
    'customConditions resolvePackageJsonExports resolvePackageJsonImports allowArbitraryExtensions moduleSuffixes ' +
    'allowUmdGlobalAccess verbatimModuleSyntax erasableSyntaxOnly strict noImplicitAny strictNullChecks noImplicitThis ' +
    'strictFunctionTypes strictBindCallApply strictPropertyInitialization strictBuiltinIteratorReturn ' +
    'useUnknownInCatchVariables exactOptionalPropertyTypes noUncheckedIndexedAccess noFallthroughCasesInSwitch ' +
    'noPropertyAccessFromIndexSignature noImplicitReturns noImplicitOverride skipLibCheck'
  ).split(' '),
);

/** What a tree without a configuration is checked with. */
export const DEFAULT_OPTIONS: Readonly<Record<string, unknown>> = {
  strict: true,
  target: 'esnext',
  module: 'esnext',
  moduleResolution: 'bundler',
  allowImportingTsExtensions: true,
  jsx: 'preserve',
  // Files that nothing ties together must not see each other's names.
  moduleDetection: 'force',
};

/** JavaScript that is typed in comments only: what nobody checked until now is read with goodwill. */
export const JSDOC_OPTIONS: Readonly<Record<string, unknown>> = {
  ...DEFAULT_OPTIONS,
  strict: false,
  allowJs: true,
  checkJs: true,
};

export interface OptionPlaces {
  /** Root of the copy. */
  readonly root: string;
  /** Names that `lib` may have in this compiler. */
  readonly libraries: ReadonlySet<string>;
  /** Folder with the type packages that are given to every project. */
  readonly typeRoot: string;
  /** Names in it that this project gets. */
  readonly types: readonly string[];
  /** Whether the project stands on settings that are not there. */
  readonly unsettled: boolean;
  /** Major version of TypeScript that the project asks for; null when it does not say. */
  readonly major: number | null;
}

const names = z.array(z.string());
const pathMap = z.record(z.string(), names);

/**
 * Options for this compiler out of a project's own: kept where they are safe, translated where version 7 has removed
 * them (the outdated module kinds, `node10`, `es5`), dropped where they write, run or lead out of the tree.
 */
export function safeOptions(own: Readonly<Record<string, unknown>>, places: OptionPlaces): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries(own).filter(([name, value]) => KEPT.has(name) && value !== null));
  // Strictness was off unless asked for before version 6; settings that are shared turn it on.
  if (kept.strict === undefined && !places.unsettled && places.major !== null && places.major < 6) kept.strict = false;
  if (!/^es(?:6|20\d\d|next)$/i.test(String(kept.target))) delete kept.target;
  const lib = names.safeParse(kept.lib).data?.filter((name) => places.libraries.has(name.toLowerCase()));
  if (lib === undefined) delete kept.lib;
  else kept.lib = lib;
  if (kept.lib === undefined && kept.target !== undefined) kept.lib = ['esnext', 'dom', 'dom.iterable'];
  const inside = (path: string) => !path.startsWith('..') && !path.startsWith('/');
  const absolute = (list: readonly string[]) => list.filter(inside).map((path) => join(places.root, path));
  const paths = Object.entries(pathMap.safeParse(own.paths).data ?? {}).map(([name, list]) => [name, absolute(list)]);
  const rootDirs = absolute(names.safeParse(own.rootDirs).data ?? []);
  return {
    ...kept,
    ...moduleOptions(kept),
    ...(paths.length === 0 ? {} : { paths: Object.fromEntries(paths) }),
    ...(rootDirs.length === 0 ? {} : { rootDirs }),
    jsx: jsxOption(kept.jsx),
    typeRoots: [...absolute(names.safeParse(own.typeRoots).data ?? []), places.typeRoot],
    types: places.types,
    noEmit: true,
    incremental: false,
    composite: false,
    declaration: false,
    skipLibCheck: kept.skipLibCheck ?? true,
    noUncheckedSideEffectImports: false,
    // A matter of tidiness that the linters report.
    noUnusedLocals: false,
    noUnusedParameters: false,
    maxNodeModuleJsDepth: 0,
  };
}

/** How JSX is written out does not matter here, and the other ways need a package that is not installed. */
function jsxOption(written: unknown): string {
  return written === 'react' ? 'react' : 'preserve';
}

function moduleOptions(kept: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const lower = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : undefined);
  const module = lower(kept.module);
  const resolution = lower(kept.moduleResolution);
  if (module !== undefined && /^node(?:16|18|20|next)$/.test(module)) return { module, moduleResolution: undefined };
  if (resolution === 'node16' || resolution === 'nodenext') return { module: resolution, moduleResolution: undefined };
  const known = module !== undefined && /^(?:commonjs|es6|es20\d\d|esnext|preserve)$/.test(module);
  const chosen = known ? module : module === undefined ? 'esnext' : 'commonjs';
  return { module: chosen, moduleResolution: 'bundler' };
}
