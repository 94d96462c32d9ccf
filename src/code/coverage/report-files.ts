import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import type { ReportFormat } from './report-search.ts';

/** What a report says of one file: by line whether it ran, or only how many lines did. */
export interface CoveredFile {
  /** As the report writes it. */
  readonly path: string;
  /** Whether each line that can run did, by number; null where the report has totals only. */
  readonly lines: ReadonlyMap<number, boolean> | null;
  readonly covered: number;
  readonly total: number;
}

/** A report taken apart. `sources` are folders that its paths may start from. */
export interface CoverageReport {
  readonly files: readonly CoveredFile[];
  readonly sources: readonly string[];
}

/** Takes a report apart. Null when it is broken. Never throws for what the text holds. */
export function readReport(format: ReportFormat, text: string): CoverageReport | null {
  try {
    const report = READERS[format](text.replace(/^\uFEFF/, ''));
    return report.files.length === 0 ? null : report;
  } catch {
    return null;
  }
}

const READERS: Readonly<Record<ReportFormat, (text: string) => CoverageReport>> = {
  lcov: readLcov,
  cobertura: readCobertura,
  'coverage.py': readCoveragePy,
  istanbul: readIstanbul,
  'istanbul-summary': readIstanbulSummary,
  go: readGo,
};

/** Lines by file; a line that several records tell of ran when one of them says so. */
class Lines {
  readonly #files = new Map<string, Map<number, boolean>>();

  file(path: string): Map<number, boolean> {
    const known = this.#files.get(path) ?? new Map<number, boolean>();
    this.#files.set(path, known);
    return known;
  }

  add(path: string, line: number, ran: boolean): void {
    if (!Number.isSafeInteger(line) || line < 1) return;
    const lines = this.file(path);
    lines.set(line, ran || lines.get(line) === true);
  }

  report(sources: readonly string[] = []): CoverageReport {
    const files = [...this.#files].map(([path, lines]) => {
      const covered = [...lines.values()].filter((ran) => ran).length;
      return { path, lines, covered, total: lines.size };
    });
    return { files, sources };
  }
}

/** `SF:` begins a file, `DA:line,hits` is a line; the totals `LF` and `LH` follow from them. */
function readLcov(text: string): CoverageReport {
  const found = new Lines();
  let path: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('SF:')) {
      path = line.slice(3).trim();
      found.file(path);
    } else if (line.startsWith('end_of_record')) path = null;
    else if (line.startsWith('DA:') && path !== null) {
      const [number, hits] = line.slice(3).split(',');
      found.add(path, Number(number), Number(hits) > 0);
    }
  }
  return found.report();
}

/** `file:line.column,line.column statements hits`: a line of a block ran when one block on it did. */
function readGo(text: string): CoverageReport {
  const found = new Lines();
  for (const line of text.split(/\r?\n/)) {
    const [, path, from, to, hits] = /^(.+):(\d+)\.\d+,(\d+)\.\d+ \d+ (\d+)$/.exec(line) ?? [];
    if (path === undefined || Number(to) - Number(from) > 100_000) continue;
    for (let at = Number(from); at <= Number(to); at += 1) found.add(path, at, Number(hits) > 0);
  }
  return found.report();
}

const list = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (value === '' ? [] : value), z.array(item));
const xmlLine = z.object({ number: z.coerce.number(), hits: z.coerce.number() });
const xmlLines = z.preprocess((value) => (value === '' ? {} : value), z.object({ line: z.array(xmlLine).default([]) }));
const xmlText = z.coerce.string().transform(unescaped);
const xmlClass = z.object({ filename: xmlText, lines: xmlLines.default({ line: [] }) });
const inside = <Item extends z.ZodType>(name: string, item: Item) =>
  z.preprocess(
    (value) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : []),
    list(item).default([]),
  );
const xmlPackage = z.object({ classes: inside('class', xmlClass) });
const cobertura = z.object({
  coverage: z.object({ sources: inside('source', xmlText), packages: inside('package', xmlPackage) }),
});

function readCobertura(text: string): CoverageReport {
  if (XMLValidator.validate(text) !== true) throw new SyntaxError('broken XML');
  const repeated = new Set(['source', 'package', 'class', 'line']);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    processEntities: false,
    parseAttributeValue: false,
    parseTagValue: false,
    isArray: (name, _path, _leaf, isAttribute) => isAttribute !== true && repeated.has(name),
  });
  const { coverage } = cobertura.parse(parser.parse(text));
  const found = new Lines();
  for (const { filename, lines } of coverage.packages.flatMap(({ classes }) => classes)) {
    found.file(filename);
    for (const { number, hits } of lines.line) found.add(filename, number, hits > 0);
  }
  return found.report(coverage.sources);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of XML with the characters that XML itself names; what a document declares beside them stays as it is. */
function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return (Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined) ?? whole;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });
}

const numbers = z.array(z.int());
const coveragePy = z.object({
  files: z.record(z.string(), z.object({ executed_lines: numbers, missing_lines: numbers })),
});

function readCoveragePy(text: string): CoverageReport {
  const found = new Lines();
  for (const [path, { executed_lines, missing_lines }] of Object.entries(coveragePy.parse(JSON.parse(text)).files)) {
    found.file(path);
    for (const line of executed_lines) found.add(path, line, true);
    for (const line of missing_lines) found.add(path, line, false);
  }
  return found.report();
}

const istanbul = z.record(
  z.string(),
  z.object({
    path: z.string().optional(),
    statementMap: z.record(z.string(), z.object({ start: z.object({ line: z.number() }) })),
    s: z.record(z.string(), z.number()),
  }),
);

/** A line ran when a statement that begins on it did: as istanbul counts its lines. */
function readIstanbul(text: string): CoverageReport {
  const found = new Lines();
  for (const [key, { path, statementMap, s }] of Object.entries(istanbul.parse(JSON.parse(text)))) {
    const name = path ?? key;
    found.file(name);
    for (const [id, { start }] of Object.entries(statementMap)) found.add(name, start.line, (s[id] ?? 0) > 0);
  }
  return found.report();
}

const summary = z.record(z.string(), z.object({ lines: z.object({ total: z.number(), covered: z.number() }) }));

function readIstanbulSummary(text: string): CoverageReport {
  const { total: _total, ...files } = summary.parse(JSON.parse(text));
  return {
    files: Object.entries(files).map(([path, { lines }]) => ({ path, lines: null, ...lines })),
    sources: [],
  };
}
