import { extensionOf, languageOf } from '../../code/languages.ts';
import { termOf, termsOf, wordsIn } from './search-words.ts';

/** What is wanted of the thing a question names. */
export type QuestionKind = 'definition' | 'uses' | 'meaning' | 'settings' | 'error' | 'search';

/** A question taken apart. Plain JSON. */
export interface Question {
  readonly text: string;
  readonly kind: QuestionKind;
  /** Names of code that it names as such, as written: `parseQuery`, `Context.invoke`. */
  readonly names: readonly string[];
  /** Words that may be names of code, by where they stand; they count when the tree has such a name. */
  readonly possibleNames: readonly string[];
  /** Texts that it quotes, such as an error's message. */
  readonly quotes: readonly string[];
  /** Paths that it names. */
  readonly paths: readonly string[];
  /** What it is about, for a search in the text: words without their endings. */
  readonly terms: readonly string[];
  /** The same words as they were written. */
  readonly words: readonly string[];
}

const MOST_NAMES = 5;
const LONGEST_QUESTION = 4_000;

/** Stands for what was taken out of a text. */
const HOLE = '\u2423';

const IDENTIFIER = /^[@#$]?[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#|->)[\p{L}_$][\p{L}\p{N}_$]*)*$/u;

/**
 * Takes a question apart. Pure. English is understood; names and quotes are found in any language. The name of the
 * `project` itself tells nothing of where to look in it.
 */
export function readQuestion(prompt: string, project = ''): Question {
  const text = prompt.replace(/\s+/g, ' ').trim().slice(0, LONGEST_QUESTION);
  const names: string[] = [];
  const quotes: string[] = [];
  const paths: string[] = [];
  const take = (raw: string, isQuoted: boolean): boolean => {
    const token = raw.trim();
    const bare = token.replace(/\(.*\)$/, '').replace(/^[@#$](?=\w)/, '');
    if (isPath(token)) paths.push(token.replace(/^\.\//, '').replace(/:\d+(?::\d+)?$/, ''));
    else if (IDENTIFIER.test(bare) && (isQuoted || isMarkedName(token))) names.push(bare.replaceAll(/::|#|->/g, '.'));
    else if (isQuoted && /\p{L}/u.test(token)) quotes.push(token);
    else return false;
    return true;
  };
  // Apostrophes are no quotes: what one opens must begin after a blank.
  const rest = text.replace(
    /`+([^`]+)`+|"([^"]+)"|“([^”]+)”|(?<=^|[\s(])'([^']+)'(?=$|[\s?.,;:)])/g,
    (_whole, ...found) =>
      take(String(found.slice(0, 4).find((one) => one !== undefined) ?? ''), true) ? ` ${HOLE} ` : ' ',
  );
  const plain = rest
    .split(' ')
    .map((token) => (take(withoutMarks(token), false) ? HOLE : token))
    .join(' ');
  // What is named tells nothing of how it is asked: `invoke` is no verb then.
  const kind = kindOf(plain, { names, quotes, paths });
  if (kind === 'error' && quotes.length === 0) quotes.push(...messagesIn(plain));
  return {
    text,
    kind,
    names: distinct(names).slice(0, MOST_NAMES),
    possibleNames: distinct(possibleNamesIn(plain)).slice(0, MOST_NAMES),
    quotes: distinct(quotes).slice(0, MOST_NAMES),
    paths: distinct(paths).slice(0, MOST_NAMES),
    ...aboutOf(text.replace(SHAPE, ' '), project),
  };
}

function aboutOf(text: string, project: string): Pick<Question, 'terms' | 'words'> {
  const own = new Set(termsOf(project));
  const found = new Map<string, string>();
  for (const word of wordsIn(text)) {
    const term = termOf(word);
    if (term !== null && !found.has(term)) found.set(term, word);
  }
  const told = [...found].filter(([term]) => !own.has(term));
  const kept = told.length > 0 ? told : [...found];
  return { terms: kept.map(([term]) => term), words: kept.map(([, word]) => word) };
}

/** A word without the marks that a sentence puts around it; the brackets of a call stay. */
function withoutMarks(token: string): string {
  const inner = token.replace(/^[([{]+/, '').replace(/[?!,;:.]+$/, '');
  return /\([^)]*\)$/.test(inner) ? inner : inner.replace(/[?!,;:.\])}]+$/, '');
}

/** How questions are worded, whatever they are about. */
const SHAPE =
  /\b(?:(?:is|are|was|were|gets?) (?:defined|declared|implemented|located|called|configured|raised|thrown)|defin(?:ition|ed)|declar(?:ation|ed)|implement(?:ation|ed)|callers?|usages?|comes? from|responsible|function|class|method|module|purpose)\b/gi;

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function isPath(token: string): boolean {
  const clean = token.replace(/:\d+(?::\d+)?$/, '');
  if (!/^[\w@.+-]+(?:\/[\w@.+[\]-]+)*\/?$/.test(clean) || /^\.+$/.test(clean)) return false;
  if (clean.includes('/'))
    return /[a-z]/i.test(clean) && (extensionOf(clean) !== '' || clean.split('/').length > 2 || clean.endsWith('/'));
  return /\.[a-z][a-z0-9]*$/.test(clean) && languageOf(clean) !== null && !/^[A-Z]\w*\.[a-z]$/.test(clean);
}

/** Whether a word outside of quotes is written as only names of code are. */
function isMarkedName(token: string): boolean {
  const bare = token.replace(/\(.*\)$/, '');
  if (/^(?:e\.g|i\.e|etc|vs|node\.js|next\.js)$/i.test(bare) || /^https?$/.test(bare)) return false;
  if (token !== bare) return true;
  return (
    /_|::|->|[\p{L}\p{N}]\.[\p{L}_]|^[@$]\w|\p{Ll}\p{Lu}|\p{Lu}{2}\p{Ll}{2}/u.test(bare) &&
    !/^(?:GitHub|GitLab|JavaScript|TypeScript|GraphQL|README|APIs|URLs|IDs|OAuth|PostgreSQL|macOS|iOS)$/.test(bare)
  );
}

const USES =
  /\b(?:who|what|which|where)\b.{0,60}?\b(?:uses?|calls?|invokes?|imports?|references?|depends? (?:up)?on|consumes?|instantiates?|extends|inherits|implements)\b|\b(?:usages?|uses|callers?|references|call sites?|dependents|subclasses) of\b|\bwhere (?:is|are|do we|does it|was)\b.{0,80}\b(?:used|called|invoked|imported|referenced|instantiated|subclassed)\b|\bis .{1,60} used\b/i;
/** Asks for what it calls itself, which its body tells. */
const CALLEES = /\bwhat (?:else )?(?:does|do|is|are)\b.{1,60}\b(?:calls?|uses?|imports?|depends? on|return)\b/i;
const SETTINGS =
  /\b(?:configur\w*|settings?|environment variables?|env(?:ironment)? vars?|defaults? (?:values?|to|for|of)|command[- ]line (?:options?|flags?)|which (?:options?|flags?)|(?:what|which) .{0,30}(?:options?|flags?)|turn(?:ed)? o(?:n|ff)|enabled?|disabled?)\b/i;
const ERROR =
  /\b(?:errors?|exceptions?|traceback|stack trace|warning|raised?|raises|thrown?|throws|fails? with|panics?|messages?|complain\w*|log line)\b/i;
const DEFINITION =
  /\bwhere\b|\b(?:find|locate|show me|which (?:file|module|folder|class|function))\b|\b(?:definition|declaration|implementation) of\b/i;
const MEANING =
  /\b(?:what (?:does|do|is|are|else)|explain|describe|how (?:does|do|is|are)|purpose of|meaning of|what's|tell me about|document|why)\b/i;

function kindOf(text: string, { names, quotes, paths }: Pick<Question, 'names' | 'quotes' | 'paths'>): QuestionKind {
  if (names.length > 0 && /\b(?:raised?|raises|thrown?|throws)\b/i.test(text)) return 'error';
  const namesError = names.some((name) => /(?:Error|Exception|Warning|Failure)$/.test(name));
  if (ERROR.test(text) && (quotes.length > 0 || (namesError && /\b(?:raise|throw|come|when|why)\w*/i.test(text))))
    return 'error';
  if (USES.test(text) && !CALLEES.test(text)) return 'uses';
  if (SETTINGS.test(text)) return 'settings';
  if (ERROR.test(text) && names.length === 0 && messagesIn(text).length > 0) return 'error';
  const isNamed = names.length + paths.length > 0;
  if (DEFINITION.test(text)) return 'definition';
  if (MEANING.test(text) || isNamed) return 'meaning';
  return quotes.length > 0 ? 'error' : 'search';
}

/** What stands where a message stands: after `error:`, before `come from`. */
function messagesIn(text: string): string[] {
  const found =
    /\b(?:errors?|messages?|exceptions?|warnings?)\b(?: (?:messages?|texts?|that says|saying))?[:,]? (.{8,200}?)(?: (?:comes?|came|is|are|gets?|was) (?:from|raised|thrown|printed|logged|produced|emitted)\b.*)?[?.!]*$/i.exec(
      text,
    )?.[1];
  if (found === undefined || found.includes(HOLE)) return [];
  return /^(?:in|of|from|when|is|are|for|with|by|handling|handlers?|classes|pages?|types?|messages?|and|or|to|raised|thrown)\b/i.test(
    found,
  )
    ? []
    : [found];
}

const KIND_OF_CODE =
  'function|class|method|variable|constant|type|interface|struct|trait|enum|module|package|hook|component|decorator|command|option|setting|field|property|macro|helper|exception|error';
const ASKED_FOR: readonly RegExp[] = [
  new RegExp(`\\b(?:${KIND_OF_CODE})s? (?:called |named )?([\\p{L}_$][\\w$]*)`, 'giu'),
  new RegExp(`\\b([\\p{L}_$][\\w$]*) (?:${KIND_OF_CODE})s?\\b`, 'giu'),
  /\b(?:who|what|which \w+|where do we|functions?|code) (?:uses?|calls?|invokes?|imports?|references?|instantiates?|extends|implements) (?:the |a |an )?([\p{L}_$][\w$]*)/giu,
  /\b(?:usages?|callers?|references|definition|declaration|implementation|purpose|meaning|subclasses|uses) of (?:the |a |an )?([\p{L}_$][\w$]*)/giu,
  /\b(?:where|how|what|why) (?:is|are|does|do|can) (?:the |a |an )?([\p{L}_$][\w$]*)(?= (?:do|does|defined|declared|implemented|located|used|called|means?|works?|for|configured|set|raised|thrown|imported|and|or)\b|[?.!]|$)/giu,
  /\b(?:explain|describe|find|locate|show me|about) (?:the |a |an )?([\p{L}_$][\w$]*)(?=[?.!]|$)/giu,
  // A capital in the middle of a sentence.
  /(?<=[\p{Ll},] )(\p{Lu}[\p{L}\p{N}_]+)\b/gu,
];

function possibleNamesIn(text: string): string[] {
  return ASKED_FOR.flatMap((shape) => [...text.matchAll(shape)].map((match) => match[1] ?? '')).filter(
    (word) =>
      word.length > 1 &&
      termsOf(word).length > 0 &&
      !/^(?:it|this|that|code|called|named|where|what|which)$/i.test(word),
  );
}
