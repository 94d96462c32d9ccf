import { fromMarkdown } from 'mdast-util-from-markdown';
import type { Example } from './examples.ts';

const LANGUAGES =
  /^(?:[cm]?[tj]sx?|typescript|javascript|py|python|pycon|go|rust|rs|java|ruby|rb|php|csharp|cs|c|cpp)$/i;
const MOST_LINES = 25;

/** The code samples of a README that are short enough to be shown, in their order. */
export function readmeSamples(path: string, text: string): Example[] {
  return fromMarkdown(text).children.flatMap((node): Example[] => {
    if (node.type !== 'code' || node.position === undefined || !LANGUAGES.test(node.lang ?? '')) return [];
    if (node.value.split('\n').length > MOST_LINES || node.value.trim() === '') return [];
    const { start, end } = node.position;
    return [{ path, line: start.line, endLine: end.line, language: node.lang ?? '', code: node.value, title: null }];
  });
}
