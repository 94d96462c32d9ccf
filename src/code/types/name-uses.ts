const WITH_MEMBERS = /(?<![\w$.])([A-Za-z_$][\w$]*)((?:\.[A-Za-z_$][\w$]*){1,3})/g;
const CALL = /(?<![\w$.])([A-Za-z_$][\w$]*)((?:\.[A-Za-z_$][\w$]*)*)\s*\((?=([^;{}]{0,200}))/g;
const QUESTION = /^(?:is|has|assert|invariant|ensure|guard|check|ok)(?![a-z])/;

/** How a text uses the names that it mentions: gone through once, however many names are asked about. */
export class NameUses {
  readonly #text: string;
  #below: ReadonlyMap<string, ReadonlySet<string>> | null = null;
  #asked: ReadonlyMap<string, readonly string[]> | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /** What is taken of a name, up to three members deep: `.FC` of `React.FC`. */
  below(name: string): Iterable<string> {
    this.#below ??= this.#readMembers();
    return this.#below.get(name) ?? [];
  }

  /** Names of the values that a function, or one that belongs to the name, is asked about. */
  askedOf(name: string): readonly string[] {
    this.#asked ??= this.#readQuestions();
    return this.#asked.get(name) ?? [];
  }

  #readMembers(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const [, name = '', below = ''] of this.#text.matchAll(WITH_MEMBERS)) {
      const known = found.get(name);
      if (known === undefined) found.set(name, new Set([below]));
      else known.add(below);
    }
    return found;
  }

  #readQuestions(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const [, name = '', members = '', given = ''] of this.#text.matchAll(CALL)) {
      if (!QUESTION.test(name) && !QUESTION.test(members.slice(members.lastIndexOf('.') + 1))) continue;
      const asked = given.slice(0, closing(given)).match(/[A-Za-z_$][\w$]*/g) ?? [];
      found.set(name, [...(found.get(name) ?? []), ...asked]);
    }
    return found;
  }
}

/** Where the parenthesis that was open before a text is closed in it. */
function closing(text: string): number {
  let open = 1;
  for (const [index, character] of [...text].entries()) {
    if (character === '(') open += 1;
    else if (character === ')') open -= 1;
    if (open === 0) return index;
  }
  return text.length;
}
