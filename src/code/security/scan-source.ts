import { parseSync } from 'oxc-parser';
import type { FileRole } from '../file-roles.ts';
import { withPythonTree } from '../python-grammar.ts';
import { Collector, type Found, type Harmless } from './collector.ts';
import { TooInvolvedError } from './evaluate.ts';
import { Flow } from './flow.ts';
import type { Language } from './language.ts';
import { lowerPython } from './lower-python.ts';
import { lowerScript } from './lower-script.ts';
import { standingOf } from './places.ts';
import { ruleObserver } from './rules-writes.ts';
import type { Statement } from './syntax.ts';

/** What the rules find in one file. */
export interface SourceScan {
  readonly found: readonly Found[];
  /** False when the file takes more steps than are allowed, and its end was not looked at. */
  readonly isWhole: boolean;
  /** Places of which a rule of ruff is known not to hold. */
  readonly harmless: readonly Harmless[];
}

/**
 * What the rules find in one file of Python, JavaScript or TypeScript. A text that cannot be parsed to its end gives
 * what the readable part shows. Throws a RangeError for one that nests too deeply.
 */
export async function scanSource(
  language: Language,
  path: string,
  text: string,
  role: FileRole = standingOf(path),
): Promise<SourceScan> {
  const collector = new Collector(text, path, language, role);
  const body = language === 'python' ? await withPythonTree(text, lowerPython) : lowerText(path, text);
  try {
    new Flow(language, ruleObserver(collector), (name) => collector.isLocal(name)).program(body);
  } catch (error) {
    if (!(error instanceof TooInvolvedError)) throw error;
    return { found: collector.found, isWhole: false, harmless: [] };
  }
  return { found: collector.found, isWhole: true, harmless: collector.harmless };
}

function lowerText(path: string, text: string): Statement[] {
  const options = /\.[mc]?js$/.test(path) ? ({ lang: 'jsx' } as const) : {};
  return lowerScript(parseSync(path, text, { preserveParens: false, ...options }).program.body);
}
