import { hash } from 'node:crypto';
import type { FileRole } from '../file-roles.ts';
import type { RawFinding } from '../findings.ts';
import { parsedLanguageOf } from '../languages.ts';
import { LineIndex } from '../lines.ts';
import type { Ruff, RuffDiagnostic } from '../ruff.ts';
import { decodeSource, readSourceBytesSync } from '../source-text.ts';
import { type Found, type Harmless, rawFinding } from './collector.ts';
import type { Language } from './language.ts';
import { standingOf } from './places.ts';
import { RUFF_SELECTION, ruffFindings } from './ruff-findings.ts';
import { ruleOf } from './rules.ts';
import { scanSource } from './scan-source.ts';
import { findSecrets, redacted } from './secrets.ts';
import { readSuppressions } from './suppressions.ts';

/** A batch for one thread. */
export interface ScanBatch {
  readonly root: string;
  /** `isTrial`: a part of a project that is there to try the others. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly isTrial: boolean }[];
  readonly maxBytes: number;
}

/** What is known of one file. `gap` says in one sentence what of it was not looked at. */
export interface ScannedFile {
  readonly path: string;
  readonly findings: readonly RawFinding[];
  readonly gap: string | null;
  /** The bytes were not those that were asked for: the result is not kept. */
  readonly isChanged: boolean;
}

/** The parser of JavaScript is native and recursive: a text beyond this could overflow a thread's stack. */
const LARGEST_SCRIPT = 256 * 1024;
const LARGEST_PYTHON = 1024 * 1024;

let ruff: Ruff | null = null;

/** Thread entry: looks at files one after the other. */
export default async function scanFiles(batch: ScanBatch): Promise<readonly ScannedFile[]> {
  const results: ScannedFile[] = [];
  for (const file of batch.files) results.push(await scanFile(batch, file));
  return results;
}

async function scanFile(
  { root, maxBytes }: ScanBatch,
  { path, sha256, isTrial }: ScanBatch['files'][number],
): Promise<ScannedFile> {
  const read = readSourceBytesSync(root, path, maxBytes);
  if ('reason' in read)
    return { path, findings: [], gap: `The file could not be read (${read.detail}).`, isChanged: true };
  const decoded = decodeSource(read.bytes);
  if ('reason' in decoded) return { path, findings: [], gap: null, isChanged: false };
  const isChanged = hash('sha256', read.bytes) !== sha256;
  const own = standingOf(path);
  const role = isTrial && own === 'source' ? 'example' : own;
  return { path, ...(await scanText(path, decoded.text, role)), isChanged };
}

/** Everything that is found in one text, each defect once. `role` is what its file is for. */
export async function scanText(
  path: string,
  text: string,
  role: FileRole = standingOf(path),
): Promise<Pick<ScannedFile, 'findings' | 'gap'>> {
  const language = languageOf(path);
  // Nobody outside reaches a test, and what is dangerous there is often what it is about: it is searched for secrets
  // only.
  const isJudged = language !== null && role !== 'test' && !/(?:^|\/)\.semgrep\//.test(path);
  const own = isJudged ? await ownRules(language, path, text, role) : { found: [], gap: null, harmless: [] };
  const secrets = await findSecrets(path, text, role);
  const isLinted = language === 'python' && isJudged;
  if (!isLinted && own.found.length === 0 && secrets.length === 0) return { findings: [], gap: own.gap };
  const index = new LineIndex(text);
  const lines = text.split('\n');
  const known = secrets.map(({ start, end }) => text.slice(start, end));
  const hidden = [...known, ...own.found.flatMap(({ secret }) => secret ?? [])];
  const others = toldOnce(own.found, secrets, known);
  const suppressions = readSuppressions(text, language);
  const placed = [...others, ...secrets].flatMap((one) => {
    const line = index.lineAt(one.start);
    const endLine = index.lineAt(Math.max(one.start, one.end - 1));
    if (suppressions.covers(line, endLine, one.rule, ruleOf(one.rule).ruff)) return [];
    return [{ one: lowered(one, role), line, endLine, column: one.start - text.lastIndexOf('\n', one.start - 1) }];
  });
  const findings = placed.map(({ one, line, endLine, column }) =>
    rawFinding(
      { ...one, message: withoutSecrets(one.message, known) },
      path,
      { line, column, endLine },
      withoutSecrets((lines[line - 1] ?? '').trim(), hidden).slice(0, 200),
    ),
  );
  if (!isLinted) return { findings, gap: own.gap };
  const { diagnostics, gap } = await askRuff(text);
  const taken = new Map<number, Set<string>>();
  for (const { one, line, endLine } of placed) {
    for (let at = line; at <= endLine; at += 1)
      taken.set(at, (taken.get(at) ?? new Set()).add(one.cwe).add(ruleOf(one.rule).cwe));
  }
  const isRefuted = refutedBy(own.harmless, index);
  const told = diagnostics.filter(
    (one) =>
      !suppressions.covers(one.start_location.row, one.end_location.row, '', [one.code ?? '']) && !isRefuted(one),
  );
  const fromRuff = withoutTheirs(ruffFindings(path, role, lines, told, taken), known, hidden);
  return { findings: [...findings, ...fromRuff], gap: own.gap ?? gap };
}

/** Tells whether ruff speaks of a place that is known to do no harm. */
function refutedBy(harmless: readonly Harmless[], index: LineIndex): (told: RuffDiagnostic) => boolean {
  const rows = harmless.map(({ start, end, code }) => ({ code, from: index.lineAt(start), to: index.lineAt(end - 1) }));
  return ({ code, start_location: from, end_location: to }) =>
    rows.some((one) => one.code === code && one.from <= from.row && to.row <= one.to);
}

/** Findings of ruff without the secrets of the lines that they quote. */
function withoutTheirs(
  found: readonly RawFinding[],
  known: readonly string[],
  hidden: readonly string[],
): RawFinding[] {
  return found.map((one) => ({
    ...one,
    message: withoutSecrets(one.message, known),
    subject: withoutSecrets(one.subject, hidden),
  }));
}

/** Without what only uses a secret that is told already, where it stands or where it is used first. */
function toldOnce(own: readonly Found[], secrets: readonly Found[], known: readonly string[]): readonly Found[] {
  const used = new Set<string>();
  return own.filter(({ rule, secret, start, end }) => {
    if (rule !== 'hard-coded-credential') return true;
    if (secrets.some((one) => start < one.end && one.start < end)) return false;
    if (secret === undefined) return true;
    const isTold = used.has(secret) || known.some((one) => one.includes(secret));
    used.add(secret);
    return !isTold;
  });
}

function languageOf(path: string): Language | null {
  if (/\.d\.[mc]?ts$|\.pyi$/.test(path)) return null;
  const parsed = parsedLanguageOf(path);
  return parsed === 'python' ? 'python' : parsed === 'javascript' || parsed === 'typescript' ? 'script' : null;
}

async function ownRules(
  language: Language,
  path: string,
  text: string,
  role: FileRole,
): Promise<{ found: readonly Found[]; gap: string | null; harmless: readonly Harmless[] }> {
  const limit = language === 'python' ? LARGEST_PYTHON : LARGEST_SCRIPT;
  if (text.length > limit)
    return {
      found: [],
      gap: `The file has more than ${limit / 1024} KiB: only secrets were searched for.`,
      harmless: [],
    };
  try {
    const { found, isWhole, harmless } = await scanSource(language, path, text, role);
    const gap = isWhole ? null : 'The file is so involved that only a part of it was followed.';
    return { found, gap, harmless };
  } catch (error) {
    const reason = error instanceof RangeError ? 'it nests too deeply' : 'the parser failed';
    return { found: [], gap: `The rules could not be applied: ${reason}.`, harmless: [] };
  }
}

/** Ruff is loaded for the first Python file: most threads never see one. */
async function askRuff(text: string): Promise<{ diagnostics: ReturnType<Ruff['check']>; gap: string | null }> {
  try {
    const { loadRuff } = await import('../ruff.ts');
    ruff ??= loadRuff({ 'target-version': 'py313', lint: { select: RUFF_SELECTION } });
    return { diagnostics: ruff.check(text), gap: null };
  } catch {
    // After a trap its memory cannot be trusted any more.
    ruff = null;
    return { diagnostics: [], gap: 'ruff broke off on this file.' };
  }
}

/** What stands in tests and examples serves nobody outside, and tools are run by those who could do it by hand. */
function lowered(one: Found, role: FileRole): Found {
  if (role === 'source' || (role === 'tooling' && one.rule === 'hard-coded-credential')) return one;
  const isAsked = role === 'tooling' && one.level === 'request';
  return { ...one, severity: isAsked && one.severity !== 'low' ? 'medium' : 'low' };
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let plain = text;
  for (const secret of secrets) if (secret.length > 3) plain = plain.replaceAll(secret, redacted(secret));
  return plain;
}
