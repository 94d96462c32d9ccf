import { posix } from 'node:path';
import type { Manifest } from '../../code/manifests.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import type { ProjectModel, RepositoryFacts } from '../engine/project-model.ts';
import type { KnownNames } from './known-names.ts';
import type { MarkdownDocument } from './markdown-document.ts';
import type { PathIndex } from './path-index.ts';

/** Whether the documents are pages of a site generator, whose addresses are not those of files. */
export interface SiteFacts {
  readonly isSite: boolean;
  /** Folders that addresses from the root may begin in. */
  readonly roots: readonly string[];
  /** Folders that every link of a page is followed from, whatever folder the page is in. */
  readonly bases: readonly string[];
}

/** Everything that documents are held against. */
export interface HealthSubject {
  readonly root: string;
  readonly repository: RepositoryFacts;
  readonly model: ProjectModel;
  readonly manifests: readonly Manifest[];
  /** Every parsed file, tests and tools too. */
  readonly files: readonly ParsedFile[];
  readonly paths: PathIndex;
  readonly documents: ReadonlyMap<string, MarkdownDocument>;
  readonly site: SiteFacts;
  readonly names: KnownNames;
  /** Text of a file of the checkout; null when it cannot be read. */
  readonly read: (path: string) => string | null;
}

const SITE_FILES =
  /(?:^|\/)(?:mkdocs\.ya?ml|docusaurus\.config\.\w+|astro\.config\.\w+|book\.toml|_config\.yml|antora\.yml|gatsby-config\.\w+|hugo\.(?:toml|ya?ml|json)|config\/_default\/[\w./-]+|_index\.md|mint\.json|docs\.json|source\.config\.ts|_toctree\.ya?ml|_sidebar\.md|(?:docs|src)\/SUMMARY\.md|docfx\.json|rspress\.config\.\w+|zensical\.toml|\.vitepress\/[\w./-]+|\.vuepress\/[\w./-]+|(?:docs|doc)\/(?:source\/)?conf\.py|(?:docs|website)\/next\.config\.\w+|sidebars\.\w+)$/;

/** Tells from the files whether the documents are pages of a site. */
export function siteFacts(
  files: Iterable<string>,
  documents: ReadonlyMap<string, MarkdownDocument>,
  paths: PathIndex,
  read: (path: string) => string | null,
): SiteFacts {
  const roots = new Set<string>();
  const bases: string[] = [];
  let isSite = false;
  for (const path of files) {
    if (SITE_FILES.test(path)) isSite = true;
    // Docsify follows links from its page, unless it is told otherwise.
    if (/^(?:docs?|website|site)\/index\.html$/.test(path) && /docsify/.test(read(path) ?? ''))
      bases.push(posix.dirname(path));
    const folder = /^(?:.*\/)?(?:docs?|website|public|static|content|pages|src\/content\/docs|site)(?=\/)/.exec(
      path,
    )?.[0];
    if (folder !== undefined) roots.add(folder);
  }
  return {
    isSite: isSite || bases.length > 0 || linksWithoutEndings(documents, paths),
    roots: [...roots].sort().slice(0, 50),
    bases: bases.sort(),
  };
}

const FEW_LINKS = 3;

/** Documents that link to each other without endings, as a rule, are pages of a site whatever makes it. */
function linksWithoutEndings(documents: ReadonlyMap<string, MarkdownDocument>, paths: PathIndex): boolean {
  let found = 0;
  for (const { path, links } of documents.values())
    for (const { target } of links) {
      if (!/^(?:\.{0,2}\/)?[\w-]+(?:\/[\w-]+)*(?:#[^#]*)?$/.test(target)) continue;
      const full = posix.normalize(posix.join(posix.dirname(path), target.replace(/#.*$/, '')));
      // Whether a page is there or not, no such link is meant for a file.
      if (!full.startsWith('..') && !target.startsWith('#') && !paths.has(full)) found += 1;
      if (found > FEW_LINKS) return true;
    }
  return false;
}
