import { posix } from 'node:path';
import type { MarkdownDocument } from './markdown-document.ts';
import type { PathIndex } from './path-index.ts';

/** Whether a document is a page of a site generator, whose addresses need not be those of files. */
export interface SiteFacts {
  readonly isSite: boolean;
  /** Folders that addresses from the root may begin in. */
  readonly roots: readonly string[];
  /** Folders that every link of a page is followed from, whatever folder the page is in. */
  readonly bases: readonly string[];
}

/** The settings of a generator, by the end of their path, and the folders of pages beside them; `''` is all of it. */
const GENERATORS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/(?:^|\/)(?:mkdocs\.ya?ml|zensical\.toml|properdocs\.ya?ml)$/, ['docs']],
  [/(?:^|\/)docusaurus\.config\.\w+$/, ['', '../docs']],
  [/(?:^|\/)astro\.config\.\w+$/, ['src']],
  [/(?:^|\/)book\.toml$/, ['src']],
  [/(?:^|\/)(?:_config\.ya?ml|hugo\.(?:toml|ya?ml|json)|gatsby-config\.\w+|docfx\.json|antora\.yml)$/, ['']],
  [/(?:^|\/)config\/_default\/[\w.-]+$/, ['../../content']],
  [/(?:^|\/)(?:_index\.md|_toctree\.ya?ml|_sidebar\.md|SUMMARY\.md|sidebars?\.\w+|mint\.json|docs\.json)$/, ['']],
  [/(?:^|\/)_meta\.(?:[jt]sx?|json)$/, ['']],
  [/(?:^|\/)source\.config\.ts$/, ['content', 'docs']],
  [/(?:^|\/)rspress\.config\.\w+$/, ['docs', 'document']],
  [/(?:^|\/)\.(?:vitepress|vuepress)\/config\b[\w./-]*$/, ['..']],
  [/(?:^|\/)(?:docs?|documentation)\/(?:source\/)?conf\.py$/, ['']],
  [/(?:^|\/)(?:docs?|documentation|website|site|www)\/(?:next|nuxt|svelte|vite|eleventy)\.config\.\w+$/, ['']],
  [/(?:^|\/)(?:docs?|documentation|website|site|www)\/\.eleventy\.\w+$/, ['']],
];

/** Folders of pages at the top of a repository that is a site as a whole. */
const PAGE_FOLDERS =
  /^(?:docs?|documentation|guides?|website|site|www|content|pages|source|i18n|versioned_docs|blog|_\w+)\//;
/** Folders that hold the pages of a site, whatever makes it: by their name, or named as an address is. */
const SITE_FOLDER =
  /(?:^|\/)(?:website|websites|www|gh-pages|content|src\/pages|[\w-]+(?:\.github\.io|\.dev|\.org|\.io|\.com))\//;
const ROOT = /^(?:.*\/)?(?:docs?|website|public|static|content|pages|src\/content\/docs|site)(?=\/)/;
const MOST_ROOTS = 50;

/** Tells which documents are pages of a site, by the settings of its generator anywhere above them. */
export class Sites {
  readonly #folders = new Set<string>();
  readonly #bases: readonly string[];
  readonly #roots: readonly string[];
  #whole = false;

  constructor(
    documents: ReadonlyMap<string, MarkdownDocument>,
    paths: PathIndex,
    read: (path: string) => string | null,
  ) {
    const roots = new Set<string>();
    const bases: string[] = [];
    for (const path of paths.files()) {
      for (const folder of pageFolders(path, read)) this.#add(folder);
      // Docsify follows links from its page, unless it is told otherwise.
      if (/^(?:docs?|website|site)\/index\.html$/.test(path) && /docsify/.test(read(path) ?? ''))
        bases.push(posix.dirname(path));
      const root = ROOT.exec(path)?.[0];
      if (root !== undefined) roots.add(root);
    }
    for (const folder of [...bases, ...foldersWithoutEndings(documents, paths)]) this.#add(folder);
    this.#roots = [...roots].sort().slice(0, MOST_ROOTS);
    this.#bases = bases.sort();
  }

  #add(folder: string): void {
    if (folder === '') this.#whole = true;
    else this.#folders.add(folder);
  }

  /** What is known of the site of a document. */
  of(document: MarkdownDocument): SiteFacts {
    return { isSite: this.#isPage(document), roots: this.#roots, bases: this.#bases };
  }

  #isPage({ path, text }: MarkdownDocument): boolean {
    if (SITE_FOLDER.test(path) || (this.#whole && PAGE_FOLDERS.test(path))) return true;
    // A head of settings is read by what makes the page; a host shows it as a table.
    if (text.startsWith('\n\n')) return true;
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder))
      if (this.#folders.has(folder)) return true;
    return false;
  }
}

function pageFolders(path: string, read: (path: string) => string | null): string[] {
  const home = posix.dirname(path).replace(/^\.$/, '');
  return GENERATORS.flatMap(([pattern, folders]) => {
    if (!pattern.test(path)) return [];
    const named = /^(?:docs_dir\s*[:=]|src\s*=|root\s*[:=])\s*["']?([\w./-]+)/m;
    const written = /(?:mkdocs\.ya?ml|zensical\.toml|book\.toml)$/.test(path)
      ? named.exec(read(path) ?? '')?.[1]
      : undefined;
    return (written === undefined ? folders : [written]).map((folder) =>
      posix.normalize(posix.join(home, folder)).replace(/^\.$|^\.\.(?:\/.*)?$|\/$/g, ''),
    );
  });
}

const FEW_LINKS = 3;

/** Folders whose documents link to each other without endings, as a rule, are those of a site whatever makes it. */
function foldersWithoutEndings(documents: ReadonlyMap<string, MarkdownDocument>, paths: PathIndex): string[] {
  const found = new Map<string, number>();
  for (const { path, links } of documents.values())
    for (const { target } of links) {
      if (!/^(?:\.{0,2}\/)?[\w-]+(?:\/[\w-]+)*\/?(?:#[^#]*)?$/.test(target)) continue;
      const full = posix.normalize(posix.join(posix.dirname(path), target.replace(/#.*$/, '')));
      // Whether a page is there or not, no such link is meant for a file.
      if (full.startsWith('..') || paths.has(full)) continue;
      const top = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
      found.set(top, (found.get(top) ?? 0) + 1);
    }
  return [...found].filter(([, count]) => count > FEW_LINKS).map(([folder]) => folder);
}
