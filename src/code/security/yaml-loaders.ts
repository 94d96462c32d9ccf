/**
 * What a loader of YAML makes of a document: data only, what constructors of the file look up for it, or any object.
 * Unknown: the file does not make it, or not of what is known.
 */
export type LoaderKind = 'safe' | 'building' | 'unsafe' | 'unknown';

/** Loaders of others that make data only, by their names. */
export const SAFE_LOADER = /Safe|BaseLoader/;
const SAFE_PART = /^C?(?:Safe|Base)Constructor$/;
const UNSAFE = /^C?(?:Full|Unsafe)?(?:Loader|Constructor)$/;

const CLASS = /^[ \t]*class[ \t]+(\w+)[ \t]*(?:\(([^()]*)\))?/gm;
const FUNCTION = /^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)/gm;
const IMPORT = /^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+([^\n(]*|\([^()]*\))/gm;
const ALIAS = /\b(\w+)[ \t]+as[ \t]+(\w+)/g;

const REGISTERS = /\badd_(?:multi_)?constructor\(/g;
/** What stands in the parentheses: a tag, and the function that makes something of it. */
const REGISTERED =
  /^(?:[^,'"()]|'[^'\n]*'|"[^"\n]*"|\([^()]*\)){1,200},\s*(?:constructor\s*=\s*)?(lambda\b|[\w.]+)\s*(\(?)/;
/** Other ways to say what a loader makes. */
const MAKES_OTHERWISE = /\byaml_(?:multi_)?constructors\b|\bdef[ \t]+(?:find|make)_python_/;
/** Constructors that safe loaders have. */
const OF_LOADER = /\.construct_(?:yaml_\w+|scalar|mapping|sequence|pairs|object|undefined)$/;

const QUOTED_OR_SAID = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*/g;
/** Something is looked up by its name, or a program is started. */
const LOOKS_UP =
  /[\])][ \t]*\(|\b(?:eval|exec|globals|locals|vars|\w*import\w*|load_(?:object|class)|locate|instantiate|resolve_name|find_python_\w+|make_python_\w+|Popen|system|popen|getoutput)\(|\bsubprocess\.|\bgetattr\([^,()]*,(?!\s*['"])/;
const CALLED = /(?<![\w.])(?!(?:def|class)\b)([A-Za-z_]\w*)[ \t]*\((?<!(?:def|class)[ \t]+\w+[ \t]*\()/g;
/** What the language itself has. */
const OWN =
  /^(?:abs|all|any|bool|bytes|dict|enumerate|filter|float|frozenset|getattr|hasattr|hash|int|isinstance|issubclass|iter|len|list|map|max|min|next|object|open|print|range|repr|reversed|round|set|sorted|str|sum|super|tuple|type|zip|and|assert|await|elif|else|for|if|in|is|lambda|not|or|raise|return|while|with|yield|except|\w*(?:Error|Exception))$/;

const MOST_STEPS_UP = 20;
/** Functions that are read for one file. */
const MOST_READ = 60;

/** Tells of the loaders that a file of Python makes what they make. Each is looked at when it is asked for. */
export function yamlLoadersOf(text: string): (name: string) => LoaderKind {
  const classes = new Map<string, readonly string[]>();
  for (const [, name = '', bases = ''] of text.matchAll(CLASS)) {
    const own = bases.replace(/#[^\n]*/g, '').split(',');
    const named = own.map((one) => one.trim()).filter((one) => one !== '' && !one.includes('='));
    classes.set(name, [...(classes.get(name) ?? []), ...named]);
  }
  const aliases = new Map<string, string[]>();
  for (const [, name = '', alias = ''] of text.matchAll(ALIAS)) {
    const others = aliases.get(alias);
    if (others === undefined) aliases.set(alias, [name]);
    else others.push(name);
  }
  const kinds = new Map<string, LoaderKind | 'plain'>();
  const kindOf = (name: string, steps: number): LoaderKind | 'plain' => {
    const known = kinds.get(name);
    if (known !== undefined) return known;
    const bases = classes.get(name);
    if (bases === undefined) return worstOf((aliases.get(name) ?? [name]).map(kindByName));
    // A class of itself, or a ladder of them, is nobody's.
    kinds.set(name, 'unknown');
    const kind = steps > MOST_STEPS_UP ? 'unknown' : worstOf(bases.map((base) => kindOf(base, steps + 1)));
    kinds.set(name, kind);
    return kind;
  };
  let made: LoaderKind | null = null;
  return (name) => {
    const kind = classes.has(name) ? kindOf(name, 0) : 'unknown';
    if (kind !== 'safe') return kind === 'plain' ? 'unknown' : kind;
    made ??= constructorsOf(text);
    return made;
  };
}

function kindByName(name: string): LoaderKind | 'plain' {
  const last = name.split('.').at(-1) ?? '';
  if (SAFE_LOADER.test(last) || SAFE_PART.test(last)) return 'safe';
  if (UNSAFE.test(last)) return 'unsafe';
  return /(?:Loader|Constructor)$/.test(last) ? 'unknown' : 'plain';
}

/** What a class is by what it extends: one that adds to safe ones what is no loader is safe. */
function worstOf(kinds: readonly (LoaderKind | 'plain')[]): LoaderKind | 'plain' {
  return (['unsafe', 'unknown', 'safe'] as const).find((kind) => kinds.includes(kind)) ?? 'plain';
}

/** What the constructors that a file gives to its loaders make, whichever of them it gives them to. */
function constructorsOf(text: string): LoaderKind {
  if (MAKES_OTHERWISE.test(text)) return 'unknown';
  const functions = functionsOf(text);
  const given = new Set<string>();
  const bodies: string[] = [];
  for (const { index, 0: head } of text.matchAll(REGISTERS)) {
    const behind = text.slice(index + head.length, index + head.length + 600);
    const [whole = '', handler = '', isCall = ''] = REGISTERED.exec(behind) ?? [];
    if (handler === 'lambda') bodies.push(behind.slice(whole.length).split(/\n[ \t]*\n/)[0] ?? '');
    else if (handler === '' || isCall !== '') return 'unknown';
    else if (!OF_LOADER.test(handler)) given.add(handler.split('.').at(-1) ?? '');
  }
  const isKnown = namesOf(text);
  // What they call is added while it is read.
  for (const name of given) {
    const places = functions.get(name);
    if (places === undefined || bodies.length + places.length > MOST_READ) return 'unknown';
    for (const place of places) bodies.push(bodyAt(text, place));
  }
  for (let at = 0; at < bodies.length; at += 1) {
    const plain = (bodies[at] ?? '').replace(QUOTED_OR_SAID, "''");
    if (LOOKS_UP.test(plain)) return 'building';
    for (const [, name = ''] of plain.matchAll(CALLED)) {
      if (OWN.test(name) || given.has(name)) continue;
      const places = functions.get(name);
      if (places === undefined && !isKnown(name)) return 'building';
      given.add(name);
      if (bodies.length + (places?.length ?? 0) > MOST_READ) return 'unknown';
      for (const place of places ?? []) bodies.push(bodyAt(text, place));
    }
  }
  return 'safe';
}

interface Place {
  readonly start: number;
  readonly indent: number;
}

function functionsOf(text: string): ReadonlyMap<string, readonly Place[]> {
  const functions = new Map<string, Place[]>();
  for (const { index, 1: space = '', 2: name = '' } of text.matchAll(FUNCTION)) {
    const place = { start: index, indent: space.length };
    const others = functions.get(name);
    if (others === undefined) functions.set(name, [place]);
    else others.push(place);
  }
  return functions;
}

/** Whether a name is that of a class of the file or of something that it imports, which no document chooses. */
function namesOf(text: string): (name: string) => boolean {
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(CLASS)) names.add(name);
  for (const [, list = ''] of text.matchAll(IMPORT)) for (const name of list.match(/\w+/g) ?? []) names.add(name);
  return (name) => names.has(name);
}

/** A function as far as its lines stand further in than its head. */
function bodyAt(text: string, { start, indent }: Place): string {
  let end = text.indexOf('\n', start);
  while (end >= 0) {
    const next = text.indexOf('\n', end + 1);
    const line = text.slice(end + 1, next < 0 ? undefined : next);
    if (line.trim() !== '' && line.length - line.trimStart().length <= indent && !/^\s*[)\]#]/.test(line)) break;
    end = next;
  }
  return text.slice(start, end < 0 ? undefined : end);
}
