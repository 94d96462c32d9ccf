import { analyseTypes } from '../src/code/types/types.ts';
import { treeOf } from './analysed-tree.ts';

/** Texts of files, by path. */
type Files = Readonly<Record<string, string | readonly string[]>>;

/** What the analysis of types says of a tree: `severity file:line rule`, sorted. */
export async function typesOf(files: Files): Promise<string[]> {
  const { findings } = await analysisOf(files);
  return findings.map((one) => `${one.severity} ${one.file}:${one.line} ${one.rule}`).sort();
}

/** What the analysis of types could not look at in a tree, or had to assume: `file: reason`, sorted. */
export async function typeGapsOf(files: Files): Promise<string[]> {
  const { gaps } = await analysisOf(files);
  return gaps.map(({ file, reason }) => `${file ?? '*'}: ${reason}`).sort();
}

async function analysisOf(files: Files) {
  const texts = Object.entries(files).map(([path, text]) => [path, `${[text].flat().join('\n')}\n`] as const);
  return analyseTypes(await treeOf(Object.fromEntries(texts)));
}
