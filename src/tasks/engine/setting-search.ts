import { roleOf } from '../../code/file-roles.ts';
import type { CommandUse, SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { termsOf } from './search-words.ts';

/** A way to set something, and where the code reads it. */
export interface SettingPlace {
  readonly kind: 'environment variable' | 'command line option' | 'parameter' | 'attribute';
  readonly name: string;
  /** What it is set on: a command, a function, a class. */
  readonly of: string | null;
  /** Source text of the default; null for none that can be told. */
  readonly default: string | null;
  readonly description: string | null;
  readonly path: string;
  readonly line: number;
  /** The share of the terms asked for that its name and description hold; 1 for the very name. */
  readonly share: number;
}

const LEAST_SHARE = 0.6;

/** Settings that hold what is asked for: by their very names, or most of the terms. Best first. */
export function findSettings(
  files: readonly ParsedFile[],
  names: readonly string[],
  terms: readonly string[],
  most: number,
): SettingPlace[] {
  const wanted = new Set(names.map((name) => plain(name.split('.').at(-1) ?? name)));
  // With a name to go by, words around it say how it is asked.
  const about =
    names.length > 0
      ? []
      : terms.filter(
          (term) =>
            !/^(?:set|configur|config|default|option|env|environment|variabl|chang|valu|control|enabl|disabl|flag|parameter|command|lin|setting)$/.test(
              term,
            ),
        );
  const shareOf = (name: string, description: string | null): number => {
    if (wanted.has(plain(name))) return 1;
    if (about.length === 0) return 0;
    const inName = new Set(termsOf(name));
    const inText = new Set(termsOf(description ?? ''));
    const held = about.reduce((sum, term) => sum + (inName.has(term) ? 1 : inText.has(term) ? 0.6 : 0), 0);
    return inName.size > 0 && about.some((term) => inName.has(term)) ? Math.min(0.99, held / about.length) : 0;
  };
  const found = files
    .filter(({ path }) => roleOf(path) === 'source')
    .flatMap((file) => settingsOf(file).map((one) => ({ ...one, share: shareOf(one.name, one.description) })))
    .filter(({ share }) => share >= LEAST_SHARE);
  const rank = { 'environment variable': 0, 'command line option': 1, attribute: 2, parameter: 3 } as const;
  return found
    .sort(
      (a, b) =>
        b.share - a.share ||
        rank[a.kind] - rank[b.kind] ||
        (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line),
    )
    .slice(0, most);
}

type Found = Omit<SettingPlace, 'share'>;

function settingsOf(file: ParsedFile): Found[] {
  const { path } = file;
  return [
    ...file.settings.map(
      ({ name, default: value, description, line }): Found => ({
        kind: 'environment variable',
        name,
        of: null,
        default: value,
        description,
        path,
        line,
      }),
    ),
    ...file.commands.flatMap((command) => optionsOf(path, command)),
    ...file.symbols.flatMap((symbol) => parametersOf(path, symbol, [])),
  ];
}

function optionsOf(path: string, command: CommandUse): Found[] {
  const of = [command.program, command.name].filter((part) => part !== null).join(' ') || null;
  return command.options.flatMap((option): Found[] => {
    const name = option.flags.toSorted((a, b) => b.length - a.length)[0];
    if (name === undefined) return [];
    return [
      {
        kind: 'command line option',
        name,
        of,
        default: option.default,
        description: option.description,
        path,
        line: command.line,
      },
    ];
  });
}

/** Parameters with defaults, and attributes of classes and interfaces. */
function parametersOf(path: string, symbol: SourceSymbol, within: readonly string[]): Found[] {
  const place = [...within, symbol.name];
  const described = (name: string): string | null =>
    symbol.doc?.params.find((one) => one.name === name)?.text.replace(/\s+/g, ' ') ?? null;
  const parameters = symbol.parameters
    .filter((one) => one.default !== null || one.optional)
    .map(
      (one): Found => ({
        kind: 'parameter',
        name: one.name,
        of: place.join('.'),
        default: one.default,
        description: described(one.name),
        path,
        line: symbol.line,
      }),
    );
  const isAttribute = within.length > 0 && /^(?:property|accessor|constant|variable)$/.test(symbol.kind);
  const description = symbol.doc?.summary.replace(/\s+/g, ' ') ?? null;
  const own: Found[] = isAttribute
    ? [
        {
          kind: 'attribute',
          name: symbol.name,
          of: within.join('.'),
          default: /=\s*([^=>].*)$/.exec(symbol.signature)?.[1] ?? null,
          description,
          path,
          line: symbol.line,
        },
      ]
    : [];
  return [...own, ...parameters, ...symbol.members.flatMap((member) => parametersOf(path, member, place))];
}

function plain(name: string): string {
  return name
    .replace(/^[-@$]+/, '')
    .replaceAll(/[-_]/g, '')
    .toLowerCase();
}
