import { withPythonTree } from '../../code/python-grammar.ts';
import { copyTree, type PythonNode, partOf } from '../../code/quality/python-nodes.ts';
import { loadRuff, type Ruff, type RuffDiagnostic } from '../../code/ruff.ts';
import type { FixableFile, FixFinding, SafeFix } from './safe-fix.ts';
import { lineStarts, type TextEdit } from './text-edits.ts';

/**
 * Rules whose mending by ruff changes nothing but what the rule is about. Ruff tells in its documentation which these
 * are; its module does not. The ones that depend on what stands around are looked at below.
 */
const SAFE =
  'B033 E711 E713 E714 F401 F504 F522 F523 F541 F632 F901 PERF101 PLE2510 PLE2512 PLE2513 PLE2514 PLE2515 PLR1711 W605';
const safeRules: readonly string[] = SAFE.split(' ');

const MOST_WORDS = 2_000_000;

/** What certain rules of ruff and of our own would have changed in a Python file. Runs in a thread. */
export async function pythonFixes({ path, text, findings }: FixableFile): Promise<SafeFix[]> {
  if (text.length > MOST_WORDS) return [];
  const wanted = findings.filter(({ engine, rule }) => engine === 'ruff' && safeRules.includes(rule));
  const fixes = wanted.length === 0 ? [] : ruffFixes(path, text, wanted);
  const loads = findings.filter(({ rule }) => rule === 'security/unsafe-deserialization' || rule === 'S506');
  return [...fixes, ...(loads.length === 0 ? [] : await yamlFixes(path, text, loads))];
}

let loaded: Ruff | null = null;

function ruffFixes(path: string, text: string, findings: readonly FixFinding[]): SafeFix[] {
  loaded ??= loadRuff({ 'target-version': 'py313', lint: { select: safeRules } });
  const starts = lineStarts(text);
  const said = loaded.check(text);
  const fixes = new Map<string, SafeFix & { findings: FixFinding[] }>();
  for (const finding of findings) {
    const found = said.find((one) => isSame(one, finding));
    if (found === undefined || found.fix === null) continue;
    const edits = found.fix.edits.map((edit): TextEdit => {
      const at = ({ row, column }: { row: number; column: number }) => (starts[row - 1] ?? text.length) + column - 1;
      return { start: at(edit.location), end: at(edit.end_location), text: edit.content ?? '' };
    });
    if (!isCertain(text, finding, edits)) continue;
    // One statement with several names that are not used is mended once.
    const key = JSON.stringify(edits);
    const known = fixes.get(key);
    if (known !== undefined) known.findings.push(finding);
    else fixes.set(key, { path, what: whatOf(finding), findings: [finding], edits });
  }
  return [...fixes.values()];
}

function isSame(said: RuffDiagnostic, { rule, line, column }: FixFinding): boolean {
  return said.code === rule && said.start_location.row === line && said.start_location.column === column;
}

/** Whether nothing else could hang on what is changed. */
function isCertain(text: string, finding: FixFinding, edits: readonly TextEdit[]): boolean {
  const [first] = edits;
  if (first === undefined) return false;
  const lines = text.slice(text.lastIndexOf('\n', first.start - 1) + 1, Math.max(first.end, first.start + 1));
  // What the author says beside it would be lost, or says why it is so.
  if (edits.some(({ start, end }) => text.slice(start, end).includes('#'))) return false;
  if (finding.rule === 'E711') return isWholeCondition(text, first, lines);
  if (finding.rule === 'F401') return isNameAlone(text, finding.message);
  return true;
}

/** A comparison that is a condition itself: where it is handed on, an object may give it a meaning of its own. */
function isWholeCondition(text: string, edit: TextEdit, lines: string): boolean {
  const before = lines.slice(0, edit.start - (text.lastIndexOf('\n', edit.start - 1) + 1));
  if (!/^\s*(?:if|elif|while|assert)\b/.test(before)) return false;
  const open = (before.match(/[([{]/g) ?? []).length - (before.match(/[)\]}]/g) ?? []).length;
  return open === 0 && !/\blambda\b/.test(before);
}

/**
 * An imported name that stands nowhere else but as a member of something, not even in a text or as a parameter:
 * fixtures of tests go by their name.
 */
function isNameAlone(text: string, message: string): boolean {
  const imported = /`([^`]+)`/.exec(message)?.[1] ?? '';
  const name = imported.split(' as ').at(-1)?.split('.').at(-1) ?? '';
  if (!/^\w+$/.test(name) || imported.startsWith('__future__')) return false;
  // What it is imported from may be called the same.
  const others = text.replace(/^(\s*from\s+)[\w.]+/gm, '$1');
  return (
    [...others.matchAll(new RegExp(`(?<![\\w.])${name}\\b|(?<=\\bimport\\s+[\\w.]*\\.)${name}\\b`, 'g'))].length === 1
  );
}

function whatOf({ rule, message }: FixFinding): string {
  const name = /`([^`]+)`/.exec(message)?.[1];
  switch (rule) {
    case 'F401':
      return `removed the unused import${name === undefined ? '' : ` of \`${name}\``}`;
    case 'E711':
      return 'compared with `None` by `is`, which no object can change';
    case 'E713':
      return 'wrote `not in`';
    case 'E714':
      return 'wrote `is not`';
    case 'F541':
      return 'took the `f` from a text without placeholders';
    case 'F632':
      return 'compared a literal by value, not by identity';
    case 'F901':
      return 'raised `NotImplementedError`, which is an error; `NotImplemented` is a value';
    case 'W605':
      return 'wrote the backslash so that it stays one in newer Pythons';
    case 'PLR1711':
      return 'removed a `return` that changes nothing';
    case 'B033':
      return 'removed an element that is in the set already';
    case 'F504':
    case 'F522':
    case 'F523':
      return 'removed an argument that the format does not use';
    case 'PERF101':
      return 'took away a copy that is only iterated over';
    default:
      return 'wrote an invisible character as its escape';
  }
}

/** `yaml.load(x)` without a loader: newer PyYAML refuses it, older ones make any object that the text names. */
async function yamlFixes(path: string, text: string, findings: readonly FixFinding[]): Promise<SafeFix[]> {
  if (!/^\s*import yaml\b(?!\.)/m.test(text)) return [];
  const calls = await withPythonTree(text, (root) => {
    const { tree } = copyTree(root);
    const found: PythonNode[] = [];
    const waiting: PythonNode[] = [tree];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      waiting.push(...node.children);
      if (node.type === 'call') found.push(node);
    }
    return found;
  });
  return calls.flatMap((call): SafeFix[] => {
    const [callee] = call.children;
    const given = partOf(call, 'argument_list');
    if (callee === undefined || given?.children.length !== 1) return [];
    if (/argument|splat/.test(given.children[0]?.type ?? '')) return [];
    const name = /^yaml\.(load|load_all)$/.exec(text.slice(callee.start, callee.end))?.[1];
    const meant = findings.filter(({ line }) => line === call.line);
    if (name === undefined || meant.length === 0) return [];
    const edits = [{ start: callee.start, end: callee.end, text: `yaml.safe_${name}` }];
    return [{ path, what: `read YAML as data only, by \`yaml.safe_${name}\``, findings: meant, edits }];
  });
}
