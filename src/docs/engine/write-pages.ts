import { type SourceLinks, sourceLinks } from '../../code/markdown/source-links.ts';
import { compareBytes } from '../../code/source-tree.ts';
import { type Examples, NO_EXAMPLES } from './examples.ts';
import { writeApiPages } from './page-api.ts';
import { writeArchitecturePage } from './page-architecture.ts';
import type { Book } from './page-book.ts';
import { writeCommandLinePage } from './page-command-line.ts';
import { writeConfigurationPage } from './page-configuration.ts';
import { writeContributingPage } from './page-contributing.ts';
import { chapterPaths, writeChapter } from './page-packages.ts';
import type { PagePaths } from './page-paths.ts';
import { writeReadme } from './page-readme.ts';
import { planReference } from './page-reference.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

/** Who wrote a page: the engine's name as people read it. */
export const LOCAL_ENGINE = 'local';

/** All pages of a project in path order. Pure: the same model, paths and examples give the same bytes. */
export function writePages(model: ProjectModel, paths: PagePaths, examples: Examples = NO_EXAMPLES): Page[] {
  const book: Book = {
    model,
    paths,
    examples,
    modules: new Map(model.modules.map((module) => [module.path, module])),
    links: sourceLinks(model.repository),
    chapterPaths: chapterPaths(model.chapters, paths.packages),
    places: new Map(),
  };
  const inChapters = new Set(model.chapters.flatMap((chapter) => chapter.modules));
  const own = model.modules.filter((module) => !inChapters.has(module.path));
  // Every place is known before the first page is written: pages link to each other.
  const reference = planReference(book, { path: paths.api, folder: paths.apiParts, modules: own });
  const chapters = model.chapters.map((chapter) => {
    const path = book.chapterPaths.get(chapter.path) ?? `${paths.packages}/package.md`;
    const modules = chapter.modules.flatMap((module) => book.modules.get(module) ?? []);
    return { chapter, plan: planReference(book, { path, folder: path.replace(/\.md$/, ''), modules }) };
  });
  const pages = [
    writeReadme(book),
    ...writeApiPages(book, reference),
    ...chapters.flatMap(({ chapter, plan }) => writeChapter(book, chapter, plan)),
    writeArchitecturePage(book),
    ...writeCommandLinePage(book),
    ...writeConfigurationPage(book),
    writeContributingPage(book),
  ];
  // A lone surrogate or a NUL in somebody's comment must not make a page that no tool can read.
  return pages
    .map((one) => ({ path: one.path, content: cleaned(`${one.content}\n${footer(LOCAL_ENGINE, book.links)}\n`) }))
    .sort((a, b) => compareBytes(a.path, b.path));
}

/** The line under a page that says which engine wrote it, and from what. `engine` is `local` or a model's name. */
export function footer(engine: string, links: SourceLinks): string {
  const from = links.commit === null ? '' : ` from commit ${links.commit}`;
  return `---\n\n<sub>Written by Millwright's ${engine} engine${from}.</sub>`;
}

function cleaned(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .toWellFormed();
}
