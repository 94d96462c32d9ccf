import { posix } from 'node:path';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';

/** A configuration of a bundler, and what of it imports names that no file imports. */
const BUNDLER = /(?:^|\/)(?:vite|vitest|webpack|rollup|rspack|rsbuild|farm|vue|quasar|astro)\.config\.[cm]?[jt]s$/;
const IMPORTING =
  /\bunplugin-(?:auto-import|icons|vue-components)\b|\b(?:lucideIcons|autoImports?)\s*:\s*(?:true|\{|\[)|\bAutoImport\s*\(/;
const NUXT = /(?:^|\/)nuxt\.config\.[cm]?[jt]s$/;
/** Names of the collections that such plugins know by a package's name, by what names them in the configuration. */
const PRESETS: readonly (readonly [named: RegExp, name: RegExp])[] = [
  [
    /['"]vue['"]|\bnuxt\b/,
    /^(?:computed|customRef|define(?:Async)?Component|effectScope|getCurrent(?:Instance|Scope)|h|inject|is(?:Proxy|Reactive|Readonly|Ref)|markRaw|nextTick|on(?:Activated|Deactivated|ErrorCaptured|(?:Before)?(?:Mount|Unmount|Update)(?:e?d)?|RenderTracked|RenderTriggered|ScopeDispose|ServerPrefetch|WatcherCleanup)|provide|reactive|readonly|ref|resolveComponent|shallow(?:Reactive|Readonly|Ref)|to(?:Raw|Refs?|Value)|triggerRef|unref|use(?:Attrs|CssModule|CssVars|Id|Model|Slots|TemplateRef)|watch(?:Effect|PostEffect|SyncEffect)?)$/,
  ],
  [/['"]vue-router['"]|\bnuxt\b/, /^(?:use(?:Link|Route|Router)|onBeforeRoute(?:Leave|Update))$/],
  [
    /['"]@vueuse\/core['"]/,
    /^(?:use[A-Z]\w*|create(?:EventHook|Fetch|GlobalState|InjectionState|ReusableTemplate|SharedComposable|TemplatePromise|UnrefFn)|on(?:ClickOutside|ElementRemoval|KeyStroke|LongPress|StartTyping)|tryOn\w+|until|watch(?:Array|AtMost|Debounced|Deep|Ignorable|Immediate|Once|Pausable|Throttled|Triggerable|WithFilter)|whenever)$/,
  ],
  [/['"]pinia['"]/, /^(?:acceptHMRUpdate|createPinia|defineStore|storeToRefs|(?:get|set)ActivePinia)$/],
  [/['"]react['"]/, /^(?:use(?:[A-Z]\w*)|createContext|createRef|forwardRef|lazy|memo|startTransition)$/],
];
/** The first word of a name of several: `Lucide` of `LucideGlobe`. */
const FAMILY = /^([A-Z][a-z]+)[A-Z]/;
/** Names of one family from which on they come from one collection, and not from somebody's mistakes. */
const LEAST_OF_FAMILY = 3;

/**
 * Parts of a tree whose bundler imports names by itself: which ones, its plugins decide, and they write it down in
 * files that are seldom kept.
 */
export class AutoImports {
  /** Folders with such a bundler, and the names that it is known to import. */
  readonly #folders: readonly { readonly folder: string; readonly names: readonly RegExp[] }[];

  constructor(files: readonly MirroredFile[]) {
    this.#folders = files.flatMap(({ path, text }) => {
      const isNuxt = NUXT.test(path);
      if (!isNuxt && !(BUNDLER.test(path) && IMPORTING.test(text))) return [];
      const presets = PRESETS.filter(([named]) => named.test(isNuxt ? `nuxt ${text}` : text));
      return { folder: posix.dirname(path), names: presets.map(([, name]) => name) };
    });
  }

  /** Whether a file is one that names may be imported into. */
  reach(file: string): boolean {
    return this.#around(file).length > 0;
  }

  #around(file: string) {
    return this.#folders.filter(({ folder }) => folder === '.' || file.startsWith(`${folder}/`));
  }

  /**
   * Names in messages of a program that belong to a collection: one that is known, or one of which several names begin
   * with the same word, as those of icons do.
   */
  collected(diagnostics: readonly Diagnostic[]): Set<string> {
    const found = new Set<string>();
    const families = new Map<string, Set<string>>();
    for (const { file, message } of this.#folders.length === 0 ? [] : diagnostics) {
      const name = /^Cannot find name '([A-Za-z_$][\w$]*)'/.exec(message)?.[1];
      if (name === undefined || !this.reach(file)) continue;
      if (this.#around(file).some(({ names }) => names.some((one) => one.test(name)))) found.add(name);
      const family = FAMILY.exec(name)?.[1];
      if (family !== undefined) families.set(family, (families.get(family) ?? new Set()).add(name));
    }
    for (const names of families.values()) if (names.size >= LEAST_OF_FAMILY) for (const one of names) found.add(one);
    return found;
  }
}
