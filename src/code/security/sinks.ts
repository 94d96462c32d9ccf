import type { Collector } from './collector.ts';
import type { Language } from './language.ts';
import type { CallSite } from './observer.ts';
import type { Sink } from './sink.ts';
import { PYTHON_SINKS } from './sinks-python.ts';
import { SCRIPT_SINKS } from './sinks-script.ts';
import type { Value } from './values.ts';

/** Calls by language. */
const SINKS: Readonly<Record<Language, readonly Sink[]>> = { script: SCRIPT_SINKS, python: PYTHON_SINKS };

/**
 * Tells which sinks a name is one of. Functions are looked at once for each call of them, so a name comes many times.
 */
export function sinksByName(language: Language): (name: string) => readonly Sink[] {
  const known = new Map<string, readonly Sink[]>();
  return (name) => {
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    const found = SINKS[language].filter((sink) => sink.name.test(name));
    known.set(name, found);
    return found;
  };
}

/** Reports what the arguments of a call bring into it. `sinks` are those that its name is one of. */
export function checkSinks(collector: Collector, site: CallSite, sinks: readonly Sink[]): void {
  for (const sink of sinks) {
    for (const value of valuesFor(sink, site)) {
      if (value.taints.length === 0 || (sink.only !== undefined && !sink.only(site, value, collector))) continue;
      const needsBuilt = sink.needsBuilt === true;
      const shown = collector.source(site.node.callee);
      collector.tainted(sink.rule, site.node, value, site.scope, shown, { needsBuilt, ...sink.less });
    }
  }
}

function valuesFor(sink: Sink, { args, named, receiver }: CallSite): Value[] {
  const values = sink.args.flatMap((one) =>
    one === 'all' ? args : one === 'receiver' ? (receiver ?? []) : (args[one] ?? []),
  );
  const keyed = (sink.keys ?? []).flatMap((key) => {
    const inRecords = args.flatMap(({ entries }) => entries?.get(key) ?? []);
    const given = named.get(key);
    return given === undefined ? inRecords : [...inRecords, given];
  });
  // A record is looked into by its keys only, where the sink has some.
  const whole = keyed.length > 0 ? values.filter(({ entries }) => entries === null) : values;
  return [...whole, ...keyed];
}
