import { posix } from 'node:path';
import { compareBytes } from '../../code/source-tree.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import { descriptionOf, summaryLine } from './author-text.ts';
import { COVERAGE_RULE } from './coverage.ts';
import { Anchors, code, counted, grouped, linkTarget, page, plain, table } from './markdown.ts';
import { otherFilesText } from './page-parts.ts';
import type { PagePaths } from './page-paths.ts';
import { describeSymbol } from './page-symbol.ts';
import type { ParsedFile } from './parse-file.ts';
import type { Page } from './patch.ts';
import type { ProjectModel } from './project-model.ts';

/** A page longer than this is no longer shown by the usual viewers. */
const LONGEST_PAGE = 400_000;

interface ModuleText {
  readonly module: ParsedFile;
  readonly anchor: string;
  readonly text: string;
  /** Page it stands on. */
  path: string;
}

/** The API page: contents, every module with its public symbols, coverage. A long one goes on in parts beside it. */
export function writeApiPages(model: ProjectModel, paths: PagePaths): Page[] {
  const anchors = new Anchors();
  for (const fixed of ['contents', 'coverage', 'undocumented']) anchors.make(fixed);
  const texts: ModuleText[] = model.modules
    .filter((module) => module.symbols.length > 0 || module.reexports.length > 0)
    .map((module) => {
      const anchor = anchors.make(module.path);
      return { module, anchor, path: paths.api, text: '' };
    })
    .map((one) => ({ ...one, text: moduleText(one.module, one.anchor, anchors) }));
  const total = texts.reduce((sum, one) => sum + one.text.length, 0);
  const parts = total <= LONGEST_PAGE ? [] : splitParts(texts, paths);
  const missingPath = `${paths.apiParts}/undocumented.md`;
  const index = page([
    `# API of ${plain(model.name)}`,
    introduction(model, texts.length),
    '## Contents',
    contents(texts, paths.api),
    ...coverageSection(
      model,
      parts.length === 0 ? null : linkTarget(posix.relative(posix.dirname(paths.api), missingPath)),
    ),
    ...(parts.length === 0 && texts.length > 0 ? ['## Modules', ...texts.map((one) => one.text)] : []),
  ]);
  if (parts.length > 0 && model.coverage.publicSymbols > model.coverage.documentedSymbols) {
    parts.push({ path: missingPath, content: page(['# Undocumented symbols', missingList(model)]) });
  }
  return [{ path: paths.api, content: index }, ...parts];
}

function introduction(model: ProjectModel, modules: number): string {
  if (modules === 0)
    return 'No public symbols were found in the languages that are read (TypeScript, JavaScript and Python).';
  const others = otherFilesText(model);
  const told = `Every public symbol of ${counted(modules, 'module')}, with its signature and what its author wrote about it.`;
  return others === '' ? told : `${told} Not part of it: ${others}.`;
}

function splitParts(texts: ModuleText[], paths: PagePaths): Page[] {
  const parts: { path: string; texts: ModuleText[]; length: number }[] = [];
  for (const one of texts) {
    const last = parts.at(-1);
    if (last === undefined || last.length + one.text.length > LONGEST_PAGE) {
      parts.push({
        path: `${paths.apiParts}/part-${String(parts.length + 1).padStart(3, '0')}.md`,
        texts: [one],
        length: one.text.length,
      });
    } else {
      last.texts.push(one);
      last.length += one.text.length;
    }
    one.path = parts.at(-1)?.path ?? paths.api;
  }
  return parts.map((part) => {
    const first = part.texts[0]?.module.path ?? '';
    const last = part.texts.at(-1)?.module.path ?? '';
    const up = linkTarget(posix.relative(posix.dirname(part.path), paths.api));
    const title = `# API: ${code(first)}${first === last ? '' : ` to ${code(last)}`}`;
    return { path: part.path, content: page([title, `[All modules](${up})`, ...part.texts.map((one) => one.text)]) };
  });
}

function contents(texts: readonly ModuleText[], from: string): string {
  const rows = texts.map((one) => {
    const file = one.path === from ? '' : linkTarget(posix.relative(posix.dirname(from), one.path));
    return [
      `[${code(one.module.path)}](${file}#${one.anchor})`,
      grouped(one.module.symbols.length),
      summaryLine(one.module.doc),
    ];
  });
  return table(['Module', 'Symbols', 'About'], rows);
}

function moduleText(module: ParsedFile, anchor: string, anchors: Anchors): string {
  const blocks = [`<a id="${anchor}"></a>`, `### ${code(module.path)}`];
  if (module.doc !== null) blocks.push(descriptionOf(module.doc));
  const named = module.symbols.map((symbol) => ({ symbol, anchor: anchors.make(`${module.path} ${symbol.name}`) }));
  if (named.length > 1) {
    blocks.push(named.map(({ symbol, anchor: id }) => `[${code(symbol.name)}](#${id})`).join(' · '));
  }
  const passedOn = reexportList(module);
  if (passedOn !== '') blocks.push(`Passes on from other modules: ${passedOn}.`);
  for (const { symbol, anchor: id } of named) blocks.push(...describeSymbol(symbol, module.path, id));
  return blocks.filter((block) => block !== '').join('\n\n');
}

function reexportList(module: ParsedFile): string {
  const bySource = new Map<string, string[]>();
  for (const one of module.reexports) {
    const name =
      one.exported === '*'
        ? 'everything'
        : code(
            one.imported === one.exported || one.imported === '*' ? one.exported : `${one.imported} as ${one.exported}`,
          );
    bySource.set(one.specifier, [...(bySource.get(one.specifier) ?? []), name]);
  }
  return [...bySource].map(([specifier, names]) => `${names.join(', ')} from ${code(specifier)}`).join('; ');
}

function missingList(model: ProjectModel): string {
  return model.coverage.modules
    .flatMap((module) => module.undocumented)
    .map((one) => `- ${code(one.name)} (${one.kind}), ${code(`${one.path}:${one.line}`)}`)
    .join('\n');
}

/** Figures of the coverage; `missingPage` is where the undocumented symbols are named when not here. */
function coverageSection(model: ProjectModel, missingPage: string | null): string[] {
  const { coverage } = model;
  if (coverage.percentage === null) return [];
  const rows = [...coverage.modules]
    .sort((a, b) => b.undocumented.length - a.undocumented.length || compareBytes(a.path, b.path))
    .map((one) => [
      code(one.path),
      grouped(one.publicSymbols),
      grouped(one.documentedSymbols),
      grouped(one.undocumented.length),
    ]);
  const missing = coverage.publicSymbols - coverage.documentedSymbols;
  const title = counted(missing, 'undocumented symbol');
  return [
    '## Coverage',
    `${grouped(coverage.documentedSymbols)} of ${counted(coverage.publicSymbols, 'public symbol')} are documented (${coverage.percentage} %). ${COVERAGE_RULE}`,
    folded('By module', table(['Module', 'Public', 'Documented', 'Missing'], rows)),
    missing === 0 ? '' : missingPage === null ? folded(title, missingList(model)) : `[${title}](${missingPage})`,
  ];
}

/** Long lists are there for those who look for them. */
function folded(title: string, content: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${content}\n\n</details>`;
}

/** Names of the public symbols of a module for a one-line overview. */
export function namesOf(symbols: readonly SourceSymbol[], most: number): string {
  const names = symbols
    .slice(0, most)
    .map((symbol) => code(symbol.name))
    .join(', ');
  return symbols.length > most ? `${names} and ${symbols.length - most} more` : names;
}
