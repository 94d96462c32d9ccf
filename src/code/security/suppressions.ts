import type { Language } from './language.ts';

const OURS =
  /^(?:security(?:\/|-)|no-eval$|no-new-func$|no-implied-eval$|no-script-url$|react\/no-danger|no-unsanitized|no-secrets|sonarjs\/|@typescript-eslint\/no-implied-eval|@microsoft\/sdl|millwright)/;

/** Lines of a file that its authors have taken out of the rules' sight. */
export interface Suppressions {
  /** `ruff`: ids of ruff that say the same as the rule. Lines count from 1. */
  covers(line: number, endLine: number, rule: string, ruff: readonly string[]): boolean;
}

interface Mark {
  readonly from: number;
  readonly to: number;
  /** Null: every rule. */
  readonly names: readonly string[] | null;
  /** Whether the names are ids of ruff; else they are rules of ESLint and of ours. */
  readonly ofRuff: boolean;
}

/** Reads the comments by which bandit, ruff, ESLint, semgrep and secretlint are silenced. */
export function readSuppressions(text: string, language: Language | null): Suppressions {
  if (!/nosec|noqa|eslint-disable|oxlint-disable|nosemgrep|secretlint-disable/.test(text))
    return { covers: () => false };
  const marks: Mark[] = [];
  const lines = text.split('\n');
  let disabled: { from: number; names: readonly string[] | null } | null = null;
  for (const [at, line] of lines.entries()) {
    const number = at + 1;
    marks.push(...marksOfLine(line, number, language));
    const whole = /(?:eslint|oxlint)-disable(?!-)(?:\s+([^*]*))?|secretlint-disable(?!-)/.exec(line);
    if (whole !== null && disabled === null) {
      const names = namesOf(whole[1]);
      if (names === null || names.length > 0) disabled = { from: number, names };
    } else if (/(?:eslint|oxlint|secretlint)-enable/.test(line) && disabled !== null) {
      marks.push({ ...disabled, to: number, ofRuff: false });
      disabled = null;
    }
  }
  if (disabled !== null) marks.push({ ...disabled, to: lines.length, ofRuff: false });
  return {
    covers: (line, endLine, rule, ruff) =>
      marks.some(({ from, to, names, ofRuff }) => {
        if (to < line || from > endLine) return false;
        if (names === null) return true;
        return ofRuff
          ? names.some((name) => ruff.some((id) => id.startsWith(name)))
          : names.some((name) => OURS.test(name) || name === rule);
      }),
  };
}

function marksOfLine(line: string, number: number, language: Language | null): Mark[] {
  const marks: Mark[] = [];
  const at = (names: readonly string[] | null, ofRuff = false, from = number, to = number): void => {
    if (names === null || names.length > 0) marks.push({ from, to, names, ofRuff });
  };
  if (language !== 'script') {
    const nosec = /#\s*nosec\b([^#]*)/.exec(line);
    if (nosec !== null) {
      // ruff has bandit's rules under bandit's numbers.
      const names = nosec[1]?.match(/\bB\d{3}\b/g)?.map((name) => name.replace('B', 'S')) ?? null;
      at(names, names !== null);
    }
    const noqa = /#\s*(ruff:\s*|flake8:\s*)?noqa(?::\s*([A-Z]+[0-9]*(?:[,\s]+[A-Z]+[0-9]+)*))?/i.exec(line);
    if (noqa !== null) {
      const names = noqa[2] === undefined ? null : noqa[2].split(/[,\s]+/).map((name) => name.toUpperCase());
      if (noqa[1] === undefined) at(names, true);
      else at(names, true, 1, Number.MAX_SAFE_INTEGER);
    }
  }
  // A mark on a line of its own is for the next one.
  if (/nosemgrep/.test(line)) at(null, false, number, /^\s*(?:#|\/\/|\/\*)/.test(line) ? number + 1 : number);
  const same = /(?:eslint|oxlint)-disable-line(?:\s+([^*]*))?/.exec(line);
  if (same !== null) at(namesOf(same[1]));
  const next = /(?:eslint|oxlint)-disable-next-line(?:\s+([^*]*))?/.exec(line);
  if (next !== null) at(namesOf(next[1]), false, number + 1, number + 1);
  if (/secretlint-disable-line/.test(line)) at(null);
  if (/secretlint-disable-next-line/.test(line)) at(null, false, number + 1, number + 1);
  return marks;
}

/** The rules that a comment names, as far as they are about safety; null when it names none at all. */
function namesOf(list: string | undefined): readonly string[] | null {
  const plain = (list ?? '').split('--')[0]?.trim() ?? '';
  if (plain === '') return null;
  return plain.split(/[,\s]+/).filter((name) => OURS.test(name));
}
