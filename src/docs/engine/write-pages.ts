import { compareBytes } from '../../code/source-tree.ts';
import { writeApiPages } from './page-api.ts';
import { writeArchitecturePage } from './page-architecture.ts';
import { writeContributingPage } from './page-contributing.ts';
import type { PagePaths } from './page-paths.ts';
import { writeReadme } from './page-readme.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

/** All pages of a project in path order. Pure: the same model and paths give the same bytes. */
export function writePages(model: ProjectModel, paths: PagePaths): Page[] {
  const pages = [
    writeReadme(model, paths),
    ...writeApiPages(model, paths),
    writeArchitecturePage(model, paths),
    writeContributingPage(model, paths),
  ];
  // A lone surrogate or a NUL in somebody's comment must not make a page that no tool can read.
  return pages
    .map((one) => ({ path: one.path, content: cleaned(one.content) }))
    .sort((a, b) => compareBytes(a.path, b.path));
}

function cleaned(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .toWellFormed();
}
