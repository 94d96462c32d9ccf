import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';

/** Configurations of mypy, in the order in which it looks for them. */
const MYPY_FILES = ['mypy.ini', '.mypy.ini', 'setup.cfg'];

const pyproject = z.object({ tool: z.object({ mypy: z.record(z.string(), z.unknown()).optional() }).optional() });

/** What is told of a project whose types another checker checks. */
export const CHECKED_ELSEWHERE =
  'The project has mypy check its types: of what pyright says otherwise, only what no checker can see differently is told.';

/** Whether a file may say how the project's own type checker is run. */
export function saysHowChecked(path: string): boolean {
  return MYPY_FILES.includes(path);
}

/**
 * Whether a project has mypy check its types. `texts` are the files of its root, by path. What pyright says otherwise
 * of such code is where the two checkers differ, not where the program does.
 */
export function isCheckedElsewhere(texts: ReadonlyMap<string, string>): boolean {
  for (const path of MYPY_FILES) {
    const section = iniSection(texts.get(path) ?? '', 'mypy');
    if (section !== null) return !/^ignore_errors[ \t]*[=:][ \t]*(?:true|yes|on|1)[ \t]*$/im.test(section);
  }
  const text = texts.get('pyproject.toml') ?? '';
  if (!text.includes('mypy')) return false;
  try {
    const own = pyproject.parse(parseToml(text)).tool?.mypy;
    return own !== undefined && own.ignore_errors !== true;
  } catch {
    return false;
  }
}

/** The lines of one section of a file of that kind; null where it has none. */
function iniSection(text: string, name: string): string | null {
  const start = new RegExp(`^\\[${name}\\][ \\t]*$`, 'm').exec(text);
  if (start === null) return null;
  const rest = text.slice(start.index + start[0].length);
  const end = /^\[/m.exec(rest);
  return end === null ? rest : rest.slice(0, end.index);
}
