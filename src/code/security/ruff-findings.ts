import type { FileRole } from '../file-roles.ts';
import type { RawFinding, Severity } from '../findings.ts';
import type { RuffDiagnostic } from '../ruff.ts';
import { isForTrying } from './conditions.ts';
import { speaksOfPages } from './places.ts';
import { type RuleId, ruleIds, ruleOf } from './rules.ts';

/** How a rule of ruff counts here. */
interface Judged {
  readonly severity: Severity;
  readonly cwe: string;
  readonly advice: string;
}

/**
 * Rules of ruff that are told. Left out on purpose: S101 (asserts), S110 and S112 (try-except-pass, a matter of
 * quality), S311 (random numbers, of which `insecure-random` judges by what they are used for), S603, S606 and S607
 * (processes without a shell), S4xx (imports, which harm nobody by themselves), S105 to S107 (passwords, which the
 * search for secrets judges by entropy), S324 (hashes, of which `weak-hash` judges by what they are used for), S306
 * (`mktemp`, of which `insecure-temporary-file` judges by how the name is opened), S308 and S704 (texts taken for HTML,
 * where `cross-site-scripting` follows the value), S310, S314 and S608 where nothing from outside
 * is seen (low).
 */
const LOW: ReadonlySet<string> = new Set([
  'S702',
  'S104',
  'S108',
  'S113',
  'S202',
  'S301',
  'S302',
  'S307',
  'S102',
  'S310',
  'S313',
  'S314',
  'S315',
  'S316',
  'S317',
  'S318',
  'S319',
  'S602',
  'S604',
  'S605',
  'S608',
  'S609',
  'S610',
  'S611',
  'S612',
  'S201',
  'S103',
]);
const MEDIUM: ReadonlySet<string> = new Set([
  'S304',
  'S305',
  'S323',
  'S501',
  'S502',
  'S503',
  'S504',
  'S505',
  'S506',
  'S507',
  'S508',
  'S509',
  'S701',
]);

/** Selectors for ruff: what is told of it. */
export const RUFF_SELECTION: readonly string[] = [...LOW, ...MEDIUM].sort();

const OTHER: Readonly<Record<string, { cwe: string; advice: string }>> = {
  S104: {
    cwe: 'CWE-605',
    advice: 'Listen on the address that is needed, such as 127.0.0.1, unless every network shall reach it.',
  },
  S113: { cwe: 'CWE-400', advice: 'Give the request a timeout.' },
  S502: { cwe: 'CWE-327', advice: 'Use ssl.create_default_context(), which takes TLS 1.2 or newer.' },
  S503: { cwe: 'CWE-327', advice: 'Use ssl.create_default_context(), which takes TLS 1.2 or newer.' },
  S504: { cwe: 'CWE-327', advice: 'Use ssl.create_default_context(), which takes TLS 1.2 or newer.' },
  S505: { cwe: 'CWE-326', advice: 'Use RSA keys of 3072 bits or more, or elliptic curves of 256.' },
  S508: { cwe: 'CWE-319', advice: 'Use SNMP version 3.' },
  S509: { cwe: 'CWE-319', advice: 'Use SNMP version 3 with authentication and privacy.' },
  S612: { cwe: 'CWE-94', advice: 'Do not take logging settings from a socket without verifying them.' },
  S701: { cwe: 'CWE-79', advice: 'Make the environment with autoescape=select_autoescape().' },
  S702: { cwe: 'CWE-79', advice: 'Give the template default filters that escape HTML.' },
};

function ownRuleOf(code: string): RuleId | null {
  return ruleIds.find((id) => ruleOf(id).ruff.includes(code)) ?? null;
}

function judged(code: string, role: FileRole): Judged | null {
  const severity = LOW.has(code) || role !== 'source' ? 'low' : MEDIUM.has(code) ? 'medium' : null;
  if (severity === null || !(LOW.has(code) || MEDIUM.has(code))) return null;
  const own = ownRuleOf(code);
  if (own !== null) return { severity, cwe: ruleOf(own).cwe, advice: ruleOf(own).advice };
  const other = OTHER[code];
  return other === undefined ? null : { severity, ...other };
}

/** Lines between a statement of SQL and the call that runs it. */
const REACH = 60;

/** Something is to listen on the address that the line names; elsewhere it is only spoken of. */
const LISTENS =
  /\b\w*(?:host|bind|listen|interface|addr(?:ess)?)\w*["'\]]*\s*[=:(,]|\.(?:bind|run\w*|listen|serve\w*|start)\(|_server\(|TCPSite\(/i;
const IS_ASKED = /[=!]=|\bin\b|\bip_?address\(|IPv4Address\(|IPv4Network\(/i;

/** A statement of SQL that is built in one place and run in another, where our own rule has told it. */
function isRunBelow(
  lines: readonly string[],
  [first, row]: readonly [number, number],
  taken: ReadonlyMap<number, ReadonlySet<string>>,
): boolean {
  const [name] = [first, row].flatMap((at) => /^\s*(\w+)\s*\+?=[^=]/.exec(lines[at - 1] ?? '')?.[1] ?? []);
  if (name === undefined) return false;
  const used = new RegExp(`\\b${name}\\b`);
  return lines
    .slice(row, row + REACH)
    .some((line, at) => taken.get(row + at + 1)?.has('CWE-89') === true && used.test(line));
}

/** `Environment(loader=loader, **options)`, where the file says that the options escape. */
function isSetAbove(lines: readonly string[], first: number, last: number): boolean {
  if (!/\*\*\w/.test(lines.slice(first - 1, last).join('\n'))) return false;
  return lines.some((line) => /autoescape['"]?\s*[=:]\s*(?:True|(?:jinja2\.)?select_autoescape)/.test(line));
}

/** Lines below a template engine's setting up that name its templates. */
const TEMPLATES_NAMED = 15;
/** Names of templates by what they make: `service.conf.j2`, `report.html`. */
const TEMPLATE = /['"/][\w./-]*?\.(\w+)(?:\.(?:j2|jinja2?|tpl|tmpl|template|in))?['"]/g;
const PLAIN =
  /^(?:cfg|conf|ini|toml|ya?ml|json|py|[cm]?[jt]s|go|rs|c|h|cc|cpp|hpp|java|cs|rb|sh|bash|ps1|txt|text|md|rst|tex|sql|service|env|tf|hcl|csv|css)$/i;
const PAGE = /^(?:x?html?|svg|htm5)$/i;

/** Whether an engine's templates make settings, code or text, which nobody shows as HTML. */
function makesNoPages(lines: readonly string[], row: number): boolean {
  const below = lines.slice(row - 1, row + TEMPLATES_NAMED).join('\n');
  const made = [...below.matchAll(TEMPLATE)].map((match) => match[1] ?? '');
  if (made.some((ending) => PAGE.test(ending))) return false;
  return made.some((ending) => PLAIN.test(ending)) || !lines.some(speaksOfPages);
}

/** Whether all that a file does with an engine that it sets up is to read templates: nothing is ever rendered. */
function onlyParses(lines: readonly string[], row: number): boolean {
  const name = /(?<![\w.])(\w+)\s*=[^=]/.exec(lines[row - 1] ?? '')?.[1];
  if (name === undefined) return false;
  const others = lines.filter((line, at) => at !== row - 1 && new RegExp(`\\b${name}\\b`).test(line));
  const isRead = new RegExp(`\\b${name}\\.(?:parse|lex)\\(`);
  const isPrepared = new RegExp(`\\b${name}\\.(?:filters|globals|tests|loader|add_extension)\\b`);
  return others.some((line) => isRead.test(line)) && others.every((line) => isRead.test(line) || isPrepared.test(line));
}

/** Findings of ruff that our own rules do not have already. `taken` tells the lines on which a rule found something. */
export function ruffFindings(
  path: string,
  role: FileRole,
  lines: readonly string[],
  diagnostics: readonly RuffDiagnostic[],
  taken: ReadonlyMap<number, ReadonlySet<string>>,
): RawFinding[] {
  return diagnostics.flatMap(({ code, message, start_location: start, end_location: end }): RawFinding[] => {
    const judgement = code === null ? null : judged(code, role);
    if (code === null || judgement === null || role === 'test') return [];
    // Ruff itself says of a constant command that it is safe.
    if (/\bseems safe\b/.test(message)) return [];
    const line = lines[start.row - 1] ?? '';
    // The flow has followed what is compiled.
    if (code === 'S307' && /\beval\(\s*compile\(/.test(line)) return [];
    if (code === 'S201' && isForTrying(lines.slice(0, start.row).join('\n'))) return [];
    if (code === 'S701' && isSetAbove(lines, start.row, end.row)) return [];
    const isPlain = code === 'S701' && (makesNoPages(lines, start.row) || onlyParses(lines, start.row));
    if (code === 'S104' && (!LISTENS.test(line) || IS_ASKED.test(line))) return [];
    if (judgement.cwe === 'CWE-89' && isRunBelow(lines, [start.row, end.row], taken)) return [];
    for (let row = start.row; row <= end.row; row += 1) if (taken.get(row)?.has(judgement.cwe) === true) return [];
    return [
      {
        rule: code,
        engine: 'ruff',
        severity: isPlain ? 'low' : judgement.severity,
        file: path,
        line: start.row,
        column: start.column,
        endLine: end.row,
        message,
        suggestion: judgement.advice,
        cwe: judgement.cwe,
        subject: line.trim().slice(0, 200),
      },
    ];
  });
}
