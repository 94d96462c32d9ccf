import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { countLines } from '../../code/lines.ts';
import type { ThreadTask } from '../../platform/thread-pool.ts';
import { type NamedPlaces, namesIn, type TreePaths } from './agent-places.ts';
import { applyEdits, type TextEdit } from './text-edits.ts';
import { textAt } from './tree-texts.ts';

/** What a model wrote, and the files it may have written of. */
export interface WrittenAnswer {
  readonly text: string;
  /** Folders with files by these names: the checkout, and the copy with the edits. */
  readonly roots: readonly string[];
  readonly paths: readonly string[];
  /** Address of the repository: links below it stay. */
  readonly url: string | null;
}

/** The same as it may be shown. */
export interface CheckedAnswer extends NamedPlaces {
  readonly text: string;
}

/** Some texts take a parser hours or all of a stack: whoever runs it sets a limit of time. */
export const CHECK_ANSWER: ThreadTask<WrittenAnswer, CheckedAnswer> = { module: new URL(import.meta.url) };

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root['children'][number];

const ROUNDS = 8;

/**
 * Thread entry: looks up every path that an answer names, marks those that are not there, and disarms what could
 * call somebody when the answer is shown: HTML becomes its own text, images and links that lead elsewhere their words.
 */
export default function checkAnswer({ text, roots, paths, url }: WrittenAnswer): CheckedAnswer {
  const clean = harmless(
    text
      .replaceAll('\r\n', '\n')
      .replace(/[^\P{Cc}\t\n]/gu, '')
      .toWellFormed(),
    url,
  );
  const tree = treeOf(roots, paths);
  const found: { places: CheckedAnswer['places'][number][]; unknown: string[] } = { places: [], unknown: [] };
  const edits: TextEdit[] = [];
  const look = (node: Node, isLinked: boolean): void => {
    const [start, end] = placeOf(node);
    if (node.type === 'text' || node.type === 'inlineCode') {
      for (const { end: at, complaint } of namesIn(clean.slice(start, end), node.type === 'inlineCode', tree, found)) {
        // Inside of a code span or the words of a link nothing can be added.
        if (!isLinked)
          edits.push({
            start: node.type === 'text' ? start + at : end,
            end: node.type === 'text' ? start + at : end,
            text: ` (${complaint})`,
          });
      }
    }
    if ('children' in node) for (const child of node.children) look(child, isLinked || node.type === 'link');
  };
  look(readMarkdown(clean), false);
  return { text: applyEdits(clean, distinct(edits)), ...found };
}

/** Two names in one code span may be complained of at one place. */
function distinct(edits: readonly TextEdit[]): TextEdit[] {
  return [...new Map(edits.map((edit) => [edit.start, edit])).values()];
}

/** Repeats until nothing changes: what is left after a removal may read as markup again. */
function harmless(answer: string, url: string | null): string {
  let text = answer;
  for (let round = 0; round < ROUNDS; round += 1) {
    const edits: TextEdit[] = [];
    const visit = (node: Node): void => {
      const [start, end] = placeOf(node);
      const put = harmlessForm(node, text, url);
      if (put !== null) edits.push({ start, end, text: put });
      else if ('children' in node) for (const child of node.children) visit(child);
    };
    visit(readMarkdown(text));
    if (edits.length === 0) return text;
    text = applyEdits(text, edits);
  }
  const ticks = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${ticks}text\n${text}\n${ticks}`;
}

/** What stands in the place of a node; null where it may stay. */
function harmlessForm(node: Node, source: string, url: string | null): string | null {
  switch (node.type) {
    case 'html':
      return source.slice(...placeOf(node)).replaceAll('<', '&lt;');
    case 'text': {
      // Readers of Markdown do not agree on what is a tag: what is none to this one may be one to another.
      const words = source.slice(...placeOf(node));
      const put = words.replace(/(\\*)<(?=[a-z/!?])/gi, (all, { length }) =>
        length % 2 === 1 ? all : `${all.slice(0, -1)}&lt;`,
      );
      return put === words ? null : put;
    }
    case 'definition':
    case 'footnoteDefinition':
      return '';
    case 'image':
    case 'imageReference':
      return (node.alt ?? '').replace(/[[\]!<>()\\]/g, '');
    case 'link': {
      if (!/^[a-z][a-z\d+.-]*:|^\/\//i.test(node.url) || isBelow(node.url, url)) return null;
      const [first, last] = [node.children[0], node.children.at(-1)];
      const words = first === undefined || last === undefined ? '' : source.slice(placeOf(first)[0], placeOf(last)[1]);
      // One that is its own text would be a link again.
      return /^(?:[a-z][a-z\d+.-]*:|www\.)|@/i.test(words.trim()) ? `\`${words.replace(/[`\s]/g, '')}\`` : words;
    }
    default:
      return null;
  }
}

function isBelow(link: string, url: string | null): boolean {
  if (url === null || !URL.canParse(link) || !URL.canParse(url)) return false;
  const [there, base] = [new URL(link), new URL(url)];
  const folder = base.pathname.replace(/(?:\.git)?\/?$/, '');
  return there.origin === base.origin && there.username === '' && `${there.pathname}/`.startsWith(`${folder}/`);
}

function treeOf(roots: readonly string[], paths: readonly string[]): TreePaths {
  const files = new Set(paths);
  const folders = new Set<string>();
  const names = new Map<string, string[]>();
  for (const path of files) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) folders.add(parts.slice(0, depth).join('/'));
    const name = parts.at(-1) ?? '';
    names.set(name, [...(names.get(name) ?? []), path]);
  }
  const counts = new Map<string, number>();
  return {
    files,
    folders,
    names,
    linesOf: (path) => {
      const known = counts.get(path);
      if (known !== undefined) return known;
      const count = Math.max(0, ...roots.map((root) => countLines(textAt(root, path)?.text ?? '')));
      counts.set(path, count);
      return count;
    },
  };
}

function readMarkdown(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

function placeOf({ position }: Pick<Node, 'position'>): [start: number, end: number] {
  return [position?.start.offset ?? 0, position?.end.offset ?? 0];
}
