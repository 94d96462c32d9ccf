import { posix } from 'node:path';
import { checkAnchor, decoded, lettersOf, sphinxFolder, TEMPLATE } from './anchors.ts';
import { foldersAround } from './command-place.ts';
import type { DocumentLink, MarkdownDocument } from './markdown-document.ts';
import { didYouMean } from './nearest.ts';
import type { Fault } from './rules.ts';
import type { SiteFacts } from './sites.ts';
import type { HealthSubject } from './subject.ts';

/** Pages of a repository at its host, which relative links reach by climbing out of the tree. */
const HOST_PAGES =
  /^(?:\.\.\/)+(?:-\/|[\w.-]+\/)*(?:issues|pulls?|releases|wiki|blob|tree|raw|discussions|actions|compare|commits?|security|labels|milestones|projects|graphs|stargazers|network|merge_requests|tags|branches)\b/;
/** Texts that pages take in, are begun from or are made of: their links lead on from there. */
const PARTS =
  /(?:^|\/)_?(?:snippets?|partials?|includes?|fragments?)\/|(?:^|\/)(?:[\w-]+[-_])?template\.mdx?$|(?:^|\/)\.[\w-]+\.mdx?$/i;

/** Relative links, images and anchors of a document that lead nowhere. */
export function checkLinks(document: MarkdownDocument, subject: HealthSubject): Fault[] {
  if (PARTS.test(document.path) || isFrame(document.path, subject.paths)) return [];
  return [
    ...document.links.flatMap((link) => checkLink(document, link, subject)),
    ...undefinedReferences(document, subject),
  ];
}

/** `_sidebar.md` where no page is: the site puts it beside pages that stand elsewhere. */
function isFrame(path: string, paths: HealthSubject['paths']): boolean {
  const isPart = (one: string): boolean => posix.basename(one).startsWith('_');
  return isPart(path) && paths.pagesIn(posix.dirname(path).replace(/^\.$/, '')).every(isPart);
}

function checkLink(document: MarkdownDocument, link: DocumentLink, subject: HealthSubject): Fault[] {
  const { target } = link;
  if (target.trim() === '' || /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(target) || TEMPLATE.test(target)) return [];
  // A generator's own way to name its pages.
  if (/^[@~:^]/.test(target)) return [];
  const hash = target.indexOf('#');
  const fragment = hash < 0 ? '' : target.slice(hash + 1);
  const path = decoded((hash < 0 ? target : target.slice(0, hash)).replace(/\?.*$/, ''));
  if (path === '') return fragment === '' ? [] : checkAnchor(document, link, document, fragment, subject);
  const site = subject.sites.of(document);
  const found = resolveLink(document.path, path, site, subject);
  if (found === 'elsewhere') return [];
  // MyST links to a label by its name alone.
  if (
    found === null &&
    (isLabel(target, subject) || isRustItem(target, subject) || isObject(document.path, target, subject))
  )
    return [];
  // A browser follows what is written in HTML from the address of the page, not from its file.
  if (found === null && isHtml(document, link) && (site.isSite || !/\.\w+$/.test(path))) return [];
  if (found === null) return [brokenLink(document, link, path, subject)];
  const reached = fragment === '' ? undefined : subject.documents.get(found);
  return reached === undefined ? [] : checkAnchor(document, link, reached, fragment, subject);
}

function isHtml({ text }: MarkdownDocument, { line, column }: DocumentLink): boolean {
  return text.split('\n')[line - 1]?.charAt(column - 1) === '<';
}

function isLabel(target: string, { documents }: HealthSubject): boolean {
  return [...documents.values()].some(({ text }) => text.includes(`(${target})=`));
}

/** In documents of Sphinx, MyST links to what is documented by its full name: `package.module.Class`. */
function isObject(from: string, target: string, { paths, names }: HealthSubject): boolean {
  if (!/^~?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(target) || paths.hasPageLike(target, from)) return false;
  const isSphinx = sphinxFolder(from, paths) !== null;
  const parts = target.split('.');
  return (
    isSphinx &&
    (parts.length > 1
      ? !/^(?:mdx?|rst|html?|ipynb|txt|py|png|jpe?g|svg|gif|pdf|json|ya?ml|toml)$/.test(parts.at(-1) ?? '')
      : names.isDeclared(target))
  );
}

/** A README that is a crate's documentation too links to items by their path. */
function isRustItem(target: string, { names, files }: HealthSubject): boolean {
  const item = /^(?:\w+@)?(?:\w+::)*([A-Za-z_]\w*)(?:!|\(\))?$/.exec(target)?.[1];
  return item !== undefined && names.isDeclared(item) && files.some(({ path }) => path.endsWith('.rs'));
}

/** Endings that files of repositories have: what stands behind another dot may be a part of a name. */
const FILE =
  /\.(?:mdx?|rst|txt|adoc|html?|pdf|png|jpe?g|gif|svg|webp|ico|json|ya?ml|toml|ini|cfg|xml|csv|sh|[cm]?[jt]sx?|py|ipynb|rb|go|rs|java|kt|cs|php|c|h|cc|cpp|hpp|swift|css|scss)$/i;

/** The path a link reaches; `elsewhere` where that cannot be judged; null when nothing is there. */
function resolveLink(from: string, path: string, site: SiteFacts, subject: HealthSubject): string | 'elsewhere' | null {
  const { paths } = subject;
  const isRooted = path.startsWith('/');
  if (HOST_PAGES.test(isRooted ? path.slice(1) : path)) return 'elsewhere';
  const folder = posix.dirname(from);
  const bases = isRooted
    ? site.isSite
      ? [...site.roots, '']
      : // What was taken over from another repository has its root where it stands.
        [...foldersAround(from).toReversed(), ...site.roots]
    : [folder, ...site.bases, ...(site.isSite ? [posix.join(folder, posix.parse(from).name)] : [])];
  for (const base of bases) {
    const target = posix.normalize(posix.join(base, isRooted ? path.slice(1) : path)).replace(/\/$/, '');
    if (target === '.' || target === '') return readmeIn('', paths);
    if (target.startsWith('..')) return site.isSite || isAboveBranch(target) ? 'elsewhere' : null;
    if (paths.isFolder(target)) return readmeIn(target, paths);
    if (paths.has(target)) return target;
    const page =
      pageCandidates(target, site.isSite).find((one) => paths.isFile(one)) ?? pageByName(target, site.isSite, paths);
    if (page !== undefined) return page;
  }
  // A page that is made of a text is not there before.
  if (/\.html?$/.test(path)) return 'elsewhere';
  // An address from the root is one of a site, whoever makes it; a page of it may stand anywhere.
  if (isRooted) return site.isSite || !FILE.test(path) ? 'elsewhere' : null;
  return site.isSite && !isFileOfSite(from, path, bases, paths) ? 'elsewhere' : null;
}

/**
 * Whether a path from the root leads to a page of the host, or to another repository: a host shows `blob/<branch>/`
 * before each file, so two steps up from the root are its own address, and what stands there is nobody's file.
 */
function isAboveBranch(target: string): boolean {
  return /^(?:\.\.\/)+$/.test(`${target}/`) || (target.startsWith('../../') && !FILE.test(target));
}

/**
 * Whether a link of a page is one that generators follow from file to file, as hosts do: to a text or an image of a
 * folder that is there. Other addresses are given by the heads of pages, by settings, or by what makes pages of code.
 */
function isFileOfSite(from: string, path: string, bases: readonly string[], paths: HealthSubject['paths']): boolean {
  // A page of that name elsewhere in the site is the one that is meant.
  const { name, ext } = posix.parse(path);
  if (/^\.mdx?$/i.test(ext) && !/^(?:index|readme|_index)$/i.test(name) && paths.hasPage(name, from)) return true;
  // A site may take an image from the same page in another language.
  if (!/^\.mdx?$/i.test(ext) && paths.endingWith(posix.basename(path)).length > 0) return false;
  // A page that is alone in its folder is put among others somewhere else.
  if (/^\.mdx?$/i.test(ext) && !bases.some((base) => hasOthers(from, folderOf(base, path), paths))) return false;
  return /\.(?:mdx?|png|jpe?g|gif|svg|webp)$/i.test(path) && bases.some((base) => paths.isFolder(folderOf(base, path)));
}

function hasOthers(from: string, folder: string, paths: HealthSubject['paths']): boolean {
  return paths.pagesIn(folder).some((one) => one !== from);
}

function folderOf(base: string, path: string): string {
  return posix.dirname(posix.normalize(posix.join(base, path))).replace(/^\.$/, '');
}

function readmeIn(folder: string, paths: HealthSubject['paths']): string {
  const names = ['README.md', 'readme.md', 'Readme.md', 'index.md'].map((name) => posix.join(folder, name));
  return names.find((name) => paths.isFile(name)) ?? (folder === '' ? '.' : folder);
}

/** Files that a site generator makes an address of. */
function pageCandidates(target: string, isSite: boolean): string[] {
  if (!isSite) return [];
  const plain = target.replace(/(?:\/?\bindex)?\.html?$|\/?\bindex\.md$/, '');
  return ['.md', '.mdx', '.rst', '.ipynb', '/index.md', '/_index.md', '/index.mdx', '/index.rst', '/README.md'].map(
    (end) => `${plain}${end}`,
  );
}

/** Generators make addresses of names in their own way: `watch-plugins` of `WatchPlugins.md`. */
function pageByName(target: string, isSite: boolean, paths: HealthSubject['paths']): string | undefined {
  if (!isSite || /\.\w+$/.test(target)) return undefined;
  const wanted = lettersOf(posix.basename(target));
  return paths
    .pagesIn(posix.dirname(target).replace(/^\.$/, ''))
    .find((one) => lettersOf(posix.parse(one).name) === wanted);
}

function brokenLink(document: MarkdownDocument, link: DocumentLink, path: string, subject: HealthSubject): Fault {
  const base = path.startsWith('/') ? '' : posix.dirname(document.path);
  const wanted = posix.normalize(posix.join(base, path)).replace(/^\/+|\/$/g, '');
  const near = subject.paths.near(wanted);
  const shown = near === null ? null : posix.relative(posix.dirname(document.path), near);
  return {
    rule: 'docs/broken-link',
    file: document.path,
    line: link.line,
    column: link.column,
    message: `${link.isImage ? 'The image' : 'The link to'} \`${link.target}\` leads to nothing: there is no \`${wanted}\`.`,
    suggestion: didYouMean(shown),
    subject: link.target,
    shapes: [`links of ${document.path} into ${posix.dirname(wanted)}`],
  };
}

const REFERENCE = /(?:^|[\s(])\[([^\][]{2,80})\]\[([^\][]{0,80})\]/g;

/** `[text][name]` where no line defines the name: it is shown as it stands. */
function undefinedReferences(document: MarkdownDocument, { sites }: HealthSubject): Fault[] {
  // A text without any definition is a part of one that has them.
  if (sites.of(document).isSite || !/^ {0,3}\[[^\][\n]+\]:\s/m.test(document.text)) return [];
  return document.prose.flatMap(({ text, line, column }) =>
    [...text.matchAll(REFERENCE)]
      .filter((match) => /\p{L}{2}/u.test(match[1] ?? '') && (match[2] === '' || /\p{L}/u.test(match[2] ?? '')))
      // Rust links to items by their path.
      .filter((match) => !/::/.test(`${match[1]} ${match[2]}`))
      .filter((match) => match[1] !== match[2] && !document.text.includes(`[${match[2] || match[1]}]:`))
      .map((match) => ({
        rule: 'docs/broken-link' as const,
        file: document.path,
        line: line + text.slice(0, match.index).split('\n').length - 1,
        column,
        message: `The link \`${match[0].trim()}\` has no definition.`,
        subject: match[0].trim(),
      })),
  );
}
