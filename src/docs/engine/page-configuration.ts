import { code, counted, filledTable, page, plain } from '../../code/markdown/markdown.ts';
import { compareBytes } from '../../code/source-tree.ts';
import type { SettingUse } from '../../code/symbols.ts';
import type { Book } from './page-book.ts';
import type { Page } from './patch.ts';

/** One environment variable with every place that reads it. */
export interface Setting {
  readonly name: string;
  /** Different defaults in the order in which they are found. */
  readonly defaults: readonly string[];
  readonly required: boolean;
  /** What the code says about it; null where it says nothing. */
  readonly description: string | null;
  readonly reads: readonly { readonly path: string; readonly line: number }[];
}

/** Environment variables that the modules read, by name. */
export function settingsOf({ model }: Book, isWanted: (path: string) => boolean = () => true): Setting[] {
  const found = new Map<string, { uses: SettingUse[]; reads: { path: string; line: number }[] }>();
  for (const module of model.modules) {
    if (!isWanted(module.path)) continue;
    for (const use of module.settings) {
      const one = found.get(use.name) ?? { uses: [], reads: [] };
      one.uses.push(use);
      one.reads.push({ path: module.path, line: use.line });
      found.set(use.name, one);
    }
  }
  return [...found]
    .map(([name, { uses, reads }]) => ({
      name,
      defaults: [...new Set(uses.flatMap((use) => (use.default === null ? [] : [use.default])))],
      required: uses.some((use) => use.required),
      description: uses.find((use) => use.description !== null)?.description ?? null,
      reads,
    }))
    .sort((a, b) => compareBytes(a.name, b.name));
}

const MOST_READS = 3;

/** Settings as a table: name, default, whether the code fails without it, where it is read. */
export function settingsTable({ links }: Book, settings: readonly Setting[], from: string): string {
  const rows = settings.map((one) => {
    const reads = one.reads.slice(0, MOST_READS).map(({ path, line }) => links.lines(from, path, line, line, path));
    const more = one.reads.length - reads.length;
    return [
      code(one.name),
      one.defaults.map(code).join(' or '),
      one.required ? 'yes' : '',
      plain(one.description ?? ''),
      `${reads.join(', ')}${more > 0 ? ` and ${counted(more, 'other place')}` : ''}`,
    ];
  });
  return filledTable(['Variable', 'Default', 'Required', 'About', 'Read in'], rows);
}

/** The page of everything that can be set from outside; none where the code reads nothing. */
export function writeConfigurationPage(book: Book): Page[] {
  const path = book.paths.configuration;
  const settings = settingsOf(book);
  if (settings.length === 0) return [];
  const content = page([
    `# Configuration of ${plain(book.model.name)}`,
    `${counted(settings.length, 'environment variable is', 'environment variables are')} read by the code.${settings.some((one) => one.defaults.length > 0) ? ' A default is shown as the source writes it.' : ''}`,
    settingsTable(book, settings, path),
  ]);
  return [{ path, content }];
}
