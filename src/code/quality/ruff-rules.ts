import type { Severity } from '../findings.ts';

/**
 * The rules of ruff that are run, by what breaking them means. Rules of taste (quotes, spaces, line length, import
 * order, newer spellings of what works) are not among them, nor are those of security, which have an analyser of their
 * own.
 *
 * - `high`: the code cannot do what it says: it fails when it is reached, or a condition is decided already.
 * - `medium`: it works until it does not, or it hides what goes wrong.
 * - `low`: it is superfluous or harder to read than it has to be.
 */
const codes: Readonly<Record<Severity, string>> = {
  high:
    'B002 B012 B016 B030 B035 ' +
    'F404 F407 F501 F502 F503 F504 F505 F506 F507 F508 F509 F521 F524 F525 F601 F621 F622 F631 F632 F633 F634 F701 F702 ' +
    'F704 F706 F707 F821 F823 ' +
    'PLE0100 PLE0101 PLE0115 PLE0117 PLE0118 PLE0237 PLE0241 PLE0302 PLE0604 PLE1132 PLE1142 PLE1205 ' +
    'PLE1206 PLE1300 PLE1307 PLE1507 PLE1700 PLE2502 PLR0124 PLR0133 PLW0129 PLW0133 PLW0245 PLW0711 PLW1501 PLW2101 ' +
    'RUF008 RUF016 RUF026 SIM220 SIM221 SIM222 SIM223',
  medium:
    'ASYNC100 ASYNC210 ASYNC251 B003 B005 B006 B014 B015 B018 B020 B021 B022 B023 B025 B029 B031 B032 ' +
    'B033 B039 COM818 DJ013 E722 F402 F522 F523 F602 F811 F822 F901 INT001 INT002 INT003 PIE794 PIE796 PLC0205 ' +
    'PLE1310 PLE1519 PLE1520 PLE2510 PLE2512 PLE2513 PLE2514 PLE2515 PLR0206 PLW0127 PLW0128 PLW0211 PLW0406 ' +
    'PLW1507 RUF006 RUF018 RUF024 RUF030 RUF033 RUF034 RUF040 RUF049 T100 W605 YTT101 YTT102 YTT103 ' +
    'YTT201 YTT202 YTT203 YTT204 YTT301 YTT302 YTT303',
  low:
    'A001 B004 B007 B008 B017 B019 B026 E711 E721 E713 E714 ERA001 F401 F403 F541 F841 F842 PERF101 PLR1704 PLR1711 PLR1722 ' +
    'PLW0120 PLW0602 PLW0604 PLW1508 PLW1509 RUF017 S110 S112 SIM101 SIM103 SIM113 SIM114 SIM115 SIM201 SIM202 SIM208 SIM210 ' +
    'SIM211 SIM212 TRY203',
};

const severityOf: ReadonlyMap<string, Severity> = new Map(
  (['high', 'medium', 'low'] as const).flatMap((severity) =>
    codes[severity].split(' ').map((code): [string, Severity] => [code, severity]),
  ),
);

/** Codes of all rules that are run, in their order. */
export const ruffCodes: readonly string[] = [...severityOf.keys()].sort();

/** Rules about what tests do on purpose: expressions for their effect, odd characters, names that only fixtures use. */
const notInTests: ReadonlySet<string> = new Set(
  'A001 B015 B017 B018 ERA001 F811 F403 PLE2502 PLR0124 PLR0133 PLR1704 RUF018 S110 S112 SIM115'.split(' '),
);

/** Severity of a rule in a file of that kind; null where it says nothing. In tests a finding weighs one step less. */
export function ruffSeverity(code: string, { name, isTest }: { name: string; isTest: boolean }): Severity | null {
  const severity = severityOf.get(code) ?? null;
  // What a package file imports is what the package offers.
  if (name === '__init__.py' && (code === 'F401' || code === 'F403')) return null;
  if (!isTest || severity === null) return severity;
  if (notInTests.has(code)) return null;
  return severity === 'high' ? 'medium' : 'low';
}

const advice: ReadonlyMap<string, string> = new Map([
  ['A001', 'Give it a name that Python has not given away.'],
  ['B008', 'Call it in the body, with `None` as the default.'],
  ['B012', 'Take it out of `finally`, which drops whatever was raised.'],
  ['B015', 'Assert it, assign it or remove it.'],
  ['B018', 'Assign it, return it or remove it.'],
  ['B019', 'Keep what is cached with the object, or cache a function that does not take it.'],
  ['B020', 'Give what the loop goes through another name than what it takes.'],
  ['B023', 'Bind the variable of the turn, as a default or by `functools.partial`.'],
  ['B031', 'Make a list of the group before it is gone through again.'],
  ['COM818', 'Remove the comma, or write the tuple with its parentheses.'],
  ['F403', 'Import the names that are used.'],
  ['F811', 'Remove one of the two, or name them apart.'],
  ['F821', 'Define or import it, or correct the name.'],
  ['PLE1205', 'Give the text a place for every argument.'],
  ['PLE1206', 'Give every place of the text an argument.'],
  ['PLR1704', 'Give it a name that is not taken by a parameter.'],
  ['PLW0127', 'Remove it, or assign what was meant.'],
  ['RUF006', 'Keep the task for as long as it runs: otherwise it may be collected.'],
  ['S110', 'Name the exceptions that may be passed over, or log them.'],
  ['S112', 'Name the exceptions that may be passed over, or log them.'],
  ['SIM115', 'Open it with `with`, which closes it whatever happens.'],
]);

/** What to do about a rule of which ruff itself gives no advice; null where there is none. */
export function ruffAdvice(code: string): string | null {
  return advice.get(code) ?? null;
}

/** What may be called in a parameter's default: frameworks read it once, when they read the signature. */
export const immutableCalls: readonly string[] = [
  ...'Body Cookie Depends File Form Header Path Query Security'.split(' ').map((name) => `fastapi.${name}`),
  ...'Body Cookie Depends File Form Header Path Query Security'.split(' ').map((name) => `fastapi.params.${name}`),
  'typer.Argument',
  'typer.Option',
];
