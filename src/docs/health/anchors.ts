import { posix } from 'node:path';
import { foldersAround } from './command-place.ts';
import { type DocumentLink, isChangeList, type MarkdownDocument } from './markdown-document.ts';
import { didYouMean, nearest } from './nearest.ts';
import type { Fault } from './rules.ts';
import type { SiteFacts } from './sites.ts';
import type { HealthSubject } from './subject.ts';

const INCLUDES =
  /^\s*(?:(?:- )?\[\[autodoc\]\]|!{2,}include\(|-{2,}8<-{2,}|\{[!*].*[!*]\}|\{%-? *include|\{\{ *#?include|::: (?!(?:tip|note|warning|danger|info|details|caution|important|raw|v-pre|code-group)\b)[A-Za-z][\w.]*\s*$|:::\s*(?:\{include\}|[\w-]+[.:]|mkdocs-)|```+\{(?:include|eval-rst)\}|<!-- *@?include)/m;
/** What is put in when the page is made. */
export const TEMPLATE = /^\$[A-Z_]+|\{\{|\{%|<%|\$\{|%7B|\{[A-Za-z_]+\}/i;

/**
 * The fragment of a link that names no heading and no anchor of the document it reaches; nothing where nobody can tell.
 */
export function checkAnchor(
  document: MarkdownDocument,
  link: DocumentLink,
  reached: MarkdownDocument,
  fragment: string,
  subject: HealthSubject,
): Fault[] {
  const { sites, names } = subject;
  const wanted = decoded(fragment);
  if (reached === document && isAroundImage(document, link)) return [];
  if (reached === document && isPartOfReference(document.path, wanted, names)) return [];
  if (isUnjudged(document, reached, wanted) || isHeading(document, reached, wanted, sites.of(reached))) return [];
  if (reached === document && isLabelElsewhere(document.path, wanted, subject)) return [];
  const where = reached === document ? 'this document' : `\`${reached.path}\``;
  const near = nearest(wanted.toLowerCase(), reached.anchors);
  return [
    {
      rule: 'docs/broken-anchor',
      file: document.path,
      line: link.line,
      column: link.column,
      message: `The link to \`${link.target}\` names no heading or anchor of ${where}.`,
      suggestion: didYouMean(near === null ? null : `#${near}`),
      subject: link.target,
      // The same heading by other rules: whoever writes several such fragments follows those.
      shapes: [...reached.anchors].some((one) => isSameHeading(one, wanted)) ? ['fragments by other rules'] : [],
    },
  ];
}

/**
 * In documents of Sphinx `#name` leads to a label of that name in any of them; those of reStructuredText are not read,
 * so where there is any nobody can tell.
 */
function isLabelElsewhere(from: string, wanted: string, { documents, paths }: HealthSubject): boolean {
  const folder = sphinxFolder(from, paths);
  if (folder === null) return false;
  const around = folder === '' ? '' : `${folder}/`;
  return (
    [...documents.values()].some(({ path, text }) => path.startsWith(around) && text.includes(`(${wanted})=`)) ||
    [...paths.files()].some((path) => path.endsWith('.rst') && path.startsWith(around))
  );
}

/** The folder around a file that holds the settings of Sphinx, itself or in `source`; null for none. */
export function sphinxFolder(from: string, paths: HealthSubject['paths']): string | null {
  return (
    foldersAround(from).find((folder) =>
      ['', 'source'].some((one) => paths.isFile(posix.join(folder, one, 'conf.py'))),
    ) ?? null
  );
}

/** A text that is no README and links to names of the code, `#lightUp`, stands above a reference made of the code. */
function isPartOfReference(path: string, wanted: string, names: HealthSubject['names']): boolean {
  return /[a-z][A-Z]/.test(wanted) && !/^readme\b/i.test(posix.basename(path)) && names.isDeclared(wanted);
}

/** An image that leads to a fragment of its own page: a badge that needs some address, and leads nowhere on purpose. */
function isAroundImage({ text }: MarkdownDocument, { line, column }: DocumentLink): boolean {
  const [first = '', ...next] = text.split('\n').slice(line - 1, line + 2);
  return /^(?:\[!\[|<a\b[^>]*>\s*<img\b)/i.test([first.slice(column - 1), ...next].join('\n'));
}

/** What the bot of all-contributors writes leads nowhere on purpose, and hosts have fragments of their own. */
const NO_HEADING =
  /^(?:L\d+|:~:text=|_?top$|readme(?:-ov-file)?$|(?:a11y|audio|blog|business|content|data|design|eventOrganizing|example|financial|fundingFinding|ideas|infra|maintenance|mentoring|platform|plugin|projectManagement|promotion|question|research|review|security|talk|tool|translation|tutorial|userTesting|video)-\w|\/|!)/i;

/** Whether nobody can tell which headings there will be, or there need not be one. */
function isUnjudged(document: MarkdownDocument, reached: MarkdownDocument, wanted: string): boolean {
  // What changed once led to what was there then; what has no heading of its own is put together with others.
  if (isChangeList(document.path) || (reached === document && isPart(document))) return true;
  // What a generator puts in, as any component of MDX may, has headings that nobody sees here.
  if (INCLUDES.test(reached.text) || reached.path.endsWith('.mdx')) return true;
  // Headings of a list of changes come and go with each release.
  return isChangeList(reached.path) || NO_HEADING.test(wanted) || TEMPLATE.test(wanted);
}

function isHeading(
  document: MarkdownDocument,
  reached: MarkdownDocument,
  wanted: string,
  { isSite }: SiteFacts,
): boolean {
  const anchors = [...reached.anchors];
  const lower = wanted.replace(/^user-content-/, '').toLowerCase();
  if (anchors.some((one) => one.toLowerCase() === lower)) return true;
  // Every generator has its own way to make a fragment of a heading; a mark that one host leaves out was kept by
  // what shows the documents elsewhere.
  const isLoose = isSite || (document.path.includes('/') && /[^\p{L}\p{M}\p{N}\p{Emoji}_\s-]/u.test(wanted));
  if (isLoose && anchors.some((one) => isSameHeading(one, wanted))) return true;
  if (!isSite) return false;
  const first = wanted.replace(/[-_]\d+$/, '');
  return anchors.some((one) => isSameHeading(one, first)) || isChapterAndHeading(wanted, reached.anchors);
}

/** Some put the heading above before a heading. */
function isChapterAndHeading(wanted: string, anchors: ReadonlySet<string>): boolean {
  const whole = lettersOf(wanted);
  const names = [...anchors].map(lettersOf).filter((one) => one !== '');
  return names.some((one) => whole.startsWith(one) && names.includes(whole.slice(one.length)));
}

/** A text with a head of settings and without any heading: something puts it together with others. */
function isPart({ anchors, text }: MarkdownDocument): boolean {
  return anchors.size === 0 && text.startsWith('\n');
}

/** Some leave marks out, some every letter that is not of ASCII. */
function isSameHeading(anchor: string, wanted: string): boolean {
  const [one, other] = [anchor.toLowerCase(), wanted.toLowerCase()];
  if (one.replace(/[^\p{L}\p{N}]/gu, '') === other.replace(/[^\p{L}\p{N}]/gu, '')) return true;
  const plain = other.replace(/[^a-z\d]/g, '');
  return plain.length > 2 && one.replace(/[^a-z\d]/g, '') === plain;
}

/** An address without its escapes; as it stands where these are none. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The letters and digits of a name, which every generator keeps. */
export function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
