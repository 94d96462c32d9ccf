import type { FileRole } from '../file-roles.ts';
import type { RawFinding, Severity } from '../findings.ts';
import { gravestOf } from './doubts.ts';
import type { Language } from './language.ts';
import { isMigration } from './places.ts';
import { type RuleId, ruleOf } from './rules.ts';
import type { Scope } from './scope.ts';
import type { Level, Taint, Value } from './values.ts';
import { type LoaderKind, yamlLoadersOf } from './yaml-loaders.ts';

/** A part of a text, by its first character and the one behind its last. */
export interface Placed {
  readonly start: number;
  readonly end: number;
}

/** A finding before it has a file and a number. */
export interface Found {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly cwe: string;
  /** The secret that it is about; it is told nowhere. */
  readonly secret?: string;
  /** Who chooses the text that it follows, where it follows one. */
  readonly level?: Level;
}

/** A place of which a rule of ruff is known not to hold. */
export interface Harmless extends Placed {
  readonly code: string;
}

const RANK: Readonly<Record<Severity, number>> = { high: 3, medium: 2, low: 1 };

/** Characters between the statements of one act. */
const LARGEST_ACT = 1000;
/** Rules whose defects are written in more than one statement. */
const ONE_ACT: ReadonlySet<RuleId> = new Set([
  'disabled-certificate-check',
  'outdated-protocol',
  'prototype-pollution',
]);

/** Takes what rules find in one file. Of one rule at one place the worst is kept. */
export class Collector {
  readonly text: string;
  readonly path: string;
  readonly language: Language;
  /** Modules that the file imports, by their names. */
  readonly imports = new Set<string>();
  readonly #found = new Map<string, Found>();
  readonly #sqlTexts = new Map<string, Placed & { readonly isHarmless: boolean }>();
  readonly #safeLoads = new Map<number, Placed>();
  readonly #isOffered: boolean;
  readonly #local = new Map<string, boolean>();
  #calls: Map<string, number[]> | null = null;
  #loaderKind: ((name: string) => LoaderKind) | null = null;

  /** `role`: what the file is for. */
  constructor(text: string, path: string, language: Language, role: FileRole) {
    this.text = text;
    this.path = path;
    this.language = language;
    this.#isOffered = role === 'source' && !isMigration(path);
  }

  /** What was found, each defect once: of calls of one rule inside each other the outer one. */
  get found(): readonly Found[] {
    const all = [...this.#found.values()];
    const ofRule = Map.groupBy(all, ({ rule }) => rule);
    return all.filter((one) => !ofRule.get(one.rule)?.some((other) => other !== one && this.#saysTheSame(other, one)));
  }

  #saysTheSame(other: Found, one: Found): boolean {
    if (other.start <= one.start && one.end <= other.end) return RANK[other.severity] >= RANK[one.severity];
    // Two statements of one act: the check of the name goes before that of the certificate.
    const distance = one.start - other.end;
    if (!ONE_ACT.has(one.rule) || distance < 0 || distance > LARGEST_ACT) return false;
    const isBefore = !/\n.*\n.*\n/.test(this.text.slice(other.end, one.start));
    return isBefore && RANK[other.severity] >= RANK[one.severity];
  }

  /** Whether the file imports a module whose name matches. */
  hasImport(pattern: RegExp): boolean {
    for (const name of this.imports) if (pattern.test(name)) return true;
    return false;
  }

  /**
   * Reports a value that can break a rule. `needsBuilt`: a parameter counts only where a text was put together of it.
   * Gives whether it was reported.
   */
  tainted(
    rule: RuleId,
    place: Placed,
    value: Value,
    scope: Scope,
    sink: string,
    options: { needsBuilt?: boolean; worst?: Severity; effect?: string; cwe?: string } = {},
  ): boolean {
    let gravest: { readonly danger: Taint; readonly severity: Severity } | null = null;
    for (const danger of scope.dangersOf(value, rule)) {
      if (danger.level !== 'request' && options.needsBuilt === true && !value.isBuilt) continue;
      const severity = this.#severityOf(rule, danger, options.worst ?? 'high');
      if (severity === null || (gravest !== null && RANK[gravest.severity] >= RANK[severity])) continue;
      gravest = { danger, severity };
    }
    if (gravest === null) return false;
    const { danger, severity } = gravest;
    const source =
      danger.level === 'parameter' ? `Parameter \`${short(danger.root)}\`` : `Text from \`${short(danger.root)}\``;
    const message = `${source} reaches \`${short(sink)}\`, which ${options.effect ?? ruleOf(rule).effect}.`;
    const { start, end } = place;
    this.#keep({ rule, severity, start, end, message, cwe: options.cwe ?? ruleOf(rule).cwe, level: danger.level });
    return true;
  }

  /** How grave it is that a text from there breaks a rule; null where that is no finding. */
  #severityOf(rule: RuleId, danger: Taint, worst: Severity): Severity | null {
    const { level, root, takenBy } = danger;
    const isOfCommand = level === 'parameter' && takenBy === 'main' && this.#isRunFromCommandLine;
    const severity = ruleOf(rule).levels[isOfCommand ? 'input' : level];
    if (severity === null) return null;
    // Who calls an example or a script of the project's own gives it what belongs there.
    if (level === 'parameter' && (!this.#isOffered || isContract(rule, root))) return null;
    if (level === 'parameter' && takenBy !== undefined && this.isLocal(takenBy)) return null;
    // What lies deep in something that is handed over was hardly put there by whoever hands it over.
    const isDeep = level === 'parameter' && (root.match(/\.|\[\]/g)?.length ?? 0) >= DEEP;
    const gravest = isDeep ? 'low' : gravestOf(rule, danger, this.text);
    return milder(severity, milder(gravest, worst));
  }

  /** `main(sys.argv[1:])`, and no other call of it: whoever runs the program gives it what its `main` takes. */
  get #isRunFromCommandLine(): boolean {
    const calls = this.language === 'python' ? this.callsOf('main') : [];
    const words = this.imports.has('sys.argv') ? /^main\(\s*(?:sys\.)?argv\b/ : /^main\(\s*sys\.argv\b/;
    return calls.length > 0 && calls.every((at) => words.test(this.text.slice(at, at + 80)));
  }

  /** Reports what is wrong whatever the values are. */
  certain(
    rule: RuleId,
    { start, end }: Placed,
    message: string,
    severity: Severity,
    cwe?: string,
    secret?: string,
  ): void {
    const hidden = secret === undefined ? {} : { secret };
    this.#keep({ rule, severity, start, end, message, cwe: cwe ?? ruleOf(rule).cwe, ...hidden });
  }

  #keep(one: Found): void {
    const key = `${one.rule} ${one.start}`;
    const seen = this.#found.get(key);
    if (seen === undefined || RANK[seen.severity] < RANK[one.severity]) this.#found.set(key, one);
  }

  /**
   * Whether a function of a module is called in it and nowhere else: what its callers give is known, and followed. One
   * that is handed over, or given a place in an object, may be called by others. In Python the underscore says so.
   */
  isLocal(name: string): boolean {
    const known = this.#local.get(name);
    if (known !== undefined) return known;
    const own = name.replaceAll('$', '\\$');
    const isModule =
      this.language === 'python' ? /^_[a-z]/.test(name) : /^(?:import|export)\b|\bmodule\.exports\b/m.test(this.text);
    const isLocal =
      isModule &&
      !new RegExp(
        `\\bexport\\s+(?:default\\s+)?(?:async\\s+)?(?:function\\s*\\*?|const|let|var)\\s*${own}(?![\\w$])`,
      ).test(this.text) &&
      // `module.exports = function name(…)`, `on('end', function name(…)`: the name is its own only.
      !new RegExp(`(?:[=(,:?]|\\breturn)\\s*(?:async\\s+)?function\\s*\\*?\\s*${own}(?![\\w$])`).test(this.text) &&
      !new RegExp(
        `(?<![\\w$.'"\`])${own}(?![\\w$'"\`])(?!\\s*(?:<[^<>()]*>)?\\()(?!\\s*=\\s*(?:async\\b|function\\b|\\())`,
      ).test(this.text);
    this.#local.set(name, isLocal);
    return isLocal;
  }

  /** Notes whether all that is put into a text of SQL is harmless; once it is not, it stays so. */
  noteSqlText({ start, end }: Placed, isHarmless: boolean): void {
    const key = `${start} ${end}`;
    const known = this.#sqlTexts.get(key);
    this.#sqlTexts.set(key, { start, end, isHarmless: isHarmless && known?.isHarmless !== false });
  }

  /** Where functions of a name are called in a file of Python, or methods of it. */
  callsOf(name: string): readonly number[] {
    if (this.#calls === null) {
      this.#calls = new Map();
      for (const { index, 0: head } of this.text.matchAll(/\b[A-Za-z_]\w*(?=\()/g)) {
        if (/\bdef\s+$/.test(this.text.slice(Math.max(0, index - 8), index))) continue;
        const others = this.#calls.get(head);
        if (others === undefined) this.#calls.set(head, [index]);
        else others.push(index);
      }
    }
    return this.#calls.get(name) ?? [];
  }

  /** What a loader of YAML that the file makes itself makes of a document. */
  loaderKind(name: string): LoaderKind {
    this.#loaderKind ??= yamlLoadersOf(this.text);
    return this.#loaderKind(name);
  }

  /** Notes a call that reads YAML as data only. */
  noteSafeLoad({ start, end }: Placed): void {
    this.#safeLoads.set(start, { start, end });
  }

  /** Calls that read YAML as data only, and texts of SQL into which nothing is put that could change what they do. */
  get harmless(): readonly Harmless[] {
    const all = [...this.#sqlTexts.values()];
    const others = all.filter(({ isHarmless }) => !isHarmless);
    const holds = (outer: Placed, inner: Placed) => outer.start <= inner.start && inner.end <= outer.end;
    const texts = all.filter((one) => one.isHarmless && !others.some((other) => holds(one, other)));
    const loads = [...this.#safeLoads.values()];
    return [...texts.map((one) => ({ ...one, code: 'S608' })), ...loads.map((one) => ({ ...one, code: 'S506' }))];
  }

  /** Source of a place. */
  source({ start, end }: Placed): string {
    return this.text.slice(start, end);
  }

  /** The lines that a place is on, and the line on which the function around it begins. */
  surroundings({ start, end }: Placed): string {
    const from = this.text.lastIndexOf('\n', start - 1) + 1;
    const to = this.text.indexOf('\n', Math.min(end, start + 400));
    const before = this.text.slice(Math.max(0, from - 600), from).split('\n');
    const head = before.findLast((line) =>
      /^\s*(?:async\s+)?def\s|function\b|=>\s*\{?\s*$|^\s*(?:export\s+)?(?:const|let|class)\s.*=>|^\s*(?:async\s+|static\s+)*\w+\(.*\)\s*(?::.*)?\{\s*$/.test(
        line,
      ),
    );
    return `${head ?? ''}\n${this.text.slice(from, to < 0 ? undefined : to)}`;
  }
}

/** Steps from a parameter to what is used of it. */
const DEEP = 2;

/** A parameter that holds how a program is set up, by its name. */
const SETTINGS =
  /^(?:\w+_)?(?:conf(?:ig(?:uration)?)?|settings?|options?|opts|cfg)(?:[.[]|$)|^\w*[a-z](?:Config|Settings|Options|Opts)(?:[.[]|$)/;

/** A parameter that is to be SQL, or a directory's settings, by its name: whoever calls the function writes it. */
function isContract(rule: RuleId, root: string): boolean {
  if (rule === 'ldap-injection') return SETTINGS.test(root);
  return rule === 'sql-injection' && /(?:^|[._$])(?:\w+_)?(?:sql|statement|ddl)s?(?:\[\])*$/i.test(root);
}

function milder(a: Severity, b: Severity): Severity {
  return RANK[a] <= RANK[b] ? a : b;
}

function short(text: string): string {
  const plain = text.replace(/^\$/, '').replace(/\s+/g, ' ');
  return plain.length > 60 ? `${plain.slice(0, 59)}…` : plain;
}

/** A finding in the shape that all analysers give. */
export function rawFinding(
  found: Found,
  file: string,
  place: { line: number; column: number; endLine: number },
  subject: string,
): RawFinding {
  return {
    rule: `security/${found.rule}`,
    engine: 'millwright',
    severity: found.severity,
    file,
    line: place.line,
    column: place.column,
    endLine: place.endLine,
    message: found.message,
    suggestion: ruleOf(found.rule).advice,
    cwe: found.cwe,
    subject,
  };
}
