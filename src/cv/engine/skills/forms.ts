import { type Atom, readAtoms } from './atoms.ts';
import { once } from './once.ts';
import { type Skill, type SkillForm, vocabulary } from './vocabulary.ts';

/** What may stand between two words of a form. */
type Gap = 'plain' | 'slash' | 'ampersand';

/** A spelling, ready to be compared with the text. */
export interface CompiledForm {
  readonly skill: Skill;
  readonly form: SkillForm;
  readonly gaps: readonly Gap[];
}

/** A node of the tree of all spellings, word by word. */
interface FormNode {
  readonly next: Map<string, FormNode>;
  readonly forms: CompiledForm[];
}

const PLAIN = /^(?:[ \u00a0]{0,3}|[-‐‑._'’]|- ?)$/;
const SLASH = /^[ \t]?[/-][ \t]?$/;
const AMPERSAND = /^(?:[ \t]?&[ \t]?|[ \t]and[ \t])$/i;
const WRAPPED = /^[ \t]*\r?\n[ \t]*$/;
/** A line this long was wrapped: the form may go on in the next one. A shorter one is an item of a list. */
const WRAPPED_LINE = 40;

const gapOf = (text: string): Gap => (text.includes('/') ? 'slash' : text.includes('&') ? 'ampersand' : 'plain');
const newNode = (): FormNode => ({ next: new Map(), forms: [] });

/** The other number of a word: "APIs" of "API", "technology" of "technologies". */
function otherNumber(word: string): string[] {
  if (/(?:ss|us|is|js|os|x|#|\+)$/.test(word) || word.length < 3) return [];
  if (word.endsWith('ies')) return [`${word.slice(0, -3)}y`];
  if (word.endsWith('s')) return [word.slice(0, -1)];
  return /[^aeiou]y$/.test(word) ? [`${word.slice(0, -1)}ies`] : [`${word}s`];
}

function addForm(root: FormNode, words: readonly string[], form: CompiledForm): void {
  let node = root;
  for (const word of words) {
    const next = node.next.get(word) ?? newNode();
    node.next.set(word, next);
    node = next;
  }
  // The first table that names a spelling keeps it; a spelling twice in one form is the same spelling.
  if (!node.forms.some(({ form: { exactCase } }) => exactCase === form.form.exactCase)) node.forms.push(form);
}

const wordsOf = (form: SkillForm) => readAtoms(form.text);
const gapsOf = (text: string, atoms: readonly Atom[]) =>
  atoms.slice(1).map(({ start }, index) => gapOf(text.slice(atoms[index]?.end ?? start, start)));

function addBrokenForms(root: FormNode, words: readonly string[], form: CompiledForm): void {
  for (let at = 0; at + 1 < words.length; at += 1) {
    const broken = [...words.slice(0, at), words.slice(at, at + 2).join(''), ...words.slice(at + 2)];
    addForm(root, broken, { ...form, gaps: form.gaps.toSpliced(at, 1) });
  }
}

/** The tree of all spellings: as written first, then the other number and words written as one. */
const formTree = once((): FormNode => {
  const root = newNode();
  const written = [...vocabulary().values()].flatMap((skill) =>
    skill.forms.map((form) => {
      const atoms = wordsOf(form);
      return { words: atoms.map(({ key }) => key), compiled: { skill, form, gaps: gapsOf(form.text, atoms) } };
    }),
  );
  for (const { words, compiled } of written) addForm(root, words, compiled);
  for (const { words, compiled } of written) {
    if (words.length < 2 || compiled.form.exactCase) continue;
    const last = words.at(-1) ?? '';
    for (const other of otherNumber(last)) addForm(root, [...words.slice(0, -1), other], compiled);
    // A PDF that breaks a line at a hyphen loses it: "end-toend testing".
    if (words.length >= 3 && compiled.form.text.includes('-')) addBrokenForms(root, words, compiled);
    const joined = words.join('');
    if (words.length > 3 || joined.length < 5 || joined.includes('.') || compiled.form.ordinary) continue;
    if (!root.next.has(joined)) addForm(root, [joined], { ...compiled, gaps: [] });
  }
  return root;
});

function lineLength(text: string, end: number): number {
  return end - (text.lastIndexOf('\n', end - 1) + 1);
}

function gapFits(text: string, from: number, to: number, gap: Gap): boolean {
  const between = text.slice(from, to);
  if (PLAIN.test(between)) return true;
  if (WRAPPED.test(between)) return lineLength(text, from) >= WRAPPED_LINE;
  return (gap === 'slash' && SLASH.test(between)) || (gap === 'ampersand' && AMPERSAND.test(between));
}

/** The word without a version or closing sign: "python" of "python3", "es6" of "es6+". */
function withoutVersion(key: string): string | undefined {
  if (key.endsWith('+') && !key.endsWith('++')) return key.slice(0, -1);
  return /^(\D{3,})\d+$/.exec(key)?.[1];
}

const step = (node: FormNode, key: string, last: boolean): FormNode | undefined => {
  const next = node.next.get(key);
  if (next !== undefined || !last) return next;
  const bare = withoutVersion(key);
  return bare === undefined ? undefined : node.next.get(bare);
};

/** A spelling found in the text, from one word to another. */
export interface FormHit {
  readonly form: CompiledForm;
  readonly from: number;
  /** Index of the last word. */
  readonly to: number;
}

const sameCase = (text: string, form: SkillForm) =>
  form.text.replace(/[^\p{L}\p{N}]/gu, '') === text.replace(/[^\p{L}\p{N}]/gu, '');

/** The spellings that start at a word, longest first. */
export function formsAt(text: string, atoms: readonly Atom[], from: number): FormHit[] {
  const hits: FormHit[] = [];
  let node: FormNode | undefined = formTree();
  for (let at = from; node !== undefined; at += 1) {
    const atom = atoms[at];
    if (atom === undefined) break;
    if (at > from && (atoms[at - 1]?.end ?? 0) + 40 < atom.start) break;
    const reached: FormNode | undefined = step(node, atom.key, false) ?? step(node, atom.key, true);
    if (reached === undefined) break;
    const to = at;
    const fits = reached.forms.find(
      ({ gaps, form }) =>
        gaps.every((gap, index) => {
          const [left, right] = [atoms[from + index], atoms[from + index + 1]];
          return left !== undefined && right !== undefined && gapFits(text, left.end, right.start, gap);
        }) &&
        (!form.exactCase || sameCase(text.slice(atoms[from]?.start, atom.end), form)),
    );
    if (fits !== undefined) hits.unshift({ form: fits, from, to });
    node = reached;
  }
  return hits;
}

/** The skill written as these words, if they are a spelling of one: for words that stand apart in a list. */
export function formOf(words: readonly string[]): CompiledForm | undefined {
  let node: FormNode | undefined = formTree();
  for (const word of words) node = node?.next.get(word);
  return node?.forms.find(({ form }) => !form.exactCase && !form.ordinary);
}
