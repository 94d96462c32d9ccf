import type { Severity } from '../findings.ts';
import type { Level } from './values.ts';

/** What a rule says and how grave it is. */
export interface Rule {
  readonly cwe: string;
  /** What the place does with the text, after "reaches `db.query`, which …". */
  readonly effect: string;
  /** What to write instead. */
  readonly advice: string;
  /**
   * Severity by who can choose the text: high where a request can, since anybody can send one; lower where it is a
   * caller or the user of the program; null where that is no finding.
   */
  readonly levels: Readonly<Record<Level, Severity | null>>;
  /** Rules of ruff that say the same; the number is that of flake8-bandit. */
  readonly ruff: readonly string[];
}

const INJECTION = { request: 'high', input: 'medium', parameter: 'medium' } as const;
/** Who runs a program can run any other. */
const OF_OTHERS = { request: 'high', input: 'low', parameter: 'medium' } as const;
const REQUEST_ONLY = { request: 'high', input: null, parameter: null } as const;
const REQUEST_MEDIUM = { request: 'medium', input: null, parameter: null } as const;

/** The rules by their ids, as findings write them. */
export const rules = {
  'sql-injection': {
    cwe: 'CWE-89',
    effect: 'runs it as part of an SQL statement',
    advice:
      'Pass the value as a parameter of the query (placeholders such as ?, %s or $1) instead of building the text.',
    levels: INJECTION,
    ruff: ['S608', 'S610', 'S611'],
  },
  'command-injection': {
    cwe: 'CWE-78',
    effect: 'hands it to a shell',
    advice: 'Run the program without a shell and give its arguments as a list.',
    levels: OF_OTHERS,
    ruff: ['S602', 'S604', 'S605', 'S609'],
  },
  'code-injection': {
    cwe: 'CWE-94',
    effect: 'runs it as code',
    advice:
      'Parse the data (JSON, ast.literal_eval) or look the operation up in a fixed table instead of running text.',
    levels: OF_OTHERS,
    ruff: ['S307', 'S102'],
  },
  'template-injection': {
    cwe: 'CWE-1336',
    effect: 'compiles it as a template',
    advice: 'Keep the template fixed and pass the text as one of its variables.',
    levels: { request: 'high', input: null, parameter: 'medium' },
    ruff: [],
  },
  'cross-site-scripting': {
    cwe: 'CWE-79',
    effect: 'puts it into a page as HTML',
    advice: 'Write it as text (textContent, an escaping template) or clean it with a sanitizer such as DOMPurify.',
    levels: { request: 'high', input: 'medium', parameter: 'medium' },
    ruff: ['S308', 'S704', 'S703'],
  },
  'path-traversal': {
    cwe: 'CWE-22',
    effect: 'opens the file of that path',
    advice: 'Resolve the path and check that it lies in the folder meant for it, or take the base name only.',
    levels: { request: 'high', input: null, parameter: 'low' },
    ruff: [],
  },
  'zip-slip': {
    cwe: 'CWE-22',
    effect: 'writes to where an archive says',
    advice: "Check that each entry's resolved path lies in the target folder (Python: extractall(filter='data')).",
    levels: { request: 'high', input: 'medium', parameter: 'medium' },
    ruff: ['S202'],
  },
  'server-side-request-forgery': {
    cwe: 'CWE-918',
    effect: 'sends a request to that address',
    advice: 'Take the host from a fixed list, or check scheme and resolved address before the request.',
    levels: REQUEST_ONLY,
    ruff: ['S310'],
  },
  'open-redirect': {
    cwe: 'CWE-601',
    effect: 'sends the browser there',
    advice: 'Redirect to paths of this site only, or to targets from a fixed list.',
    levels: REQUEST_MEDIUM,
    ruff: [],
  },
  'unsafe-deserialization': {
    cwe: 'CWE-502',
    effect: 'may run code that the data names',
    advice: 'Read a data-only format: JSON, yaml.safe_load.',
    levels: { request: 'high', input: 'medium', parameter: 'medium' },
    ruff: ['S301', 'S302', 'S506'],
  },
  'xml-external-entity': {
    cwe: 'CWE-611',
    effect: 'resolves the entities that a document declares',
    advice: 'Turn entities and DTDs off (resolve_entities=False, noent: false), or use defusedxml.',
    levels: { request: 'high', input: 'medium', parameter: 'medium' },
    ruff: ['S313', 'S314', 'S315', 'S316', 'S317', 'S318', 'S319'],
  },
  'weak-hash': {
    cwe: 'CWE-328',
    effect: 'hashes it with a broken or fast function',
    advice: 'Use SHA-256 for signatures and a slow password hash (Argon2, scrypt, bcrypt) for passwords.',
    levels: REQUEST_MEDIUM,
    ruff: ['S324'],
  },
  'weak-cipher': {
    cwe: 'CWE-327',
    effect: 'encrypts it with a broken cipher',
    advice: 'Use an authenticated mode of AES such as AES-256-GCM with a fresh random nonce for every message.',
    levels: REQUEST_MEDIUM,
    ruff: ['S304', 'S305'],
  },
  'outdated-protocol': {
    cwe: 'CWE-327',
    effect: 'speaks a protocol that can be broken',
    advice: 'Take TLS 1.2 or newer, which is what Node.js and ssl.create_default_context() do by themselves.',
    levels: REQUEST_MEDIUM,
    ruff: ['S502', 'S503', 'S504'],
  },
  'static-iv': {
    cwe: 'CWE-329',
    effect: 'encrypts with the same initialisation vector every time',
    advice: 'Make the initialisation vector anew for every message with randomBytes or os.urandom.',
    levels: REQUEST_MEDIUM,
    ruff: [],
  },
  'insecure-random': {
    cwe: 'CWE-338',
    effect: 'can be guessed',
    advice: 'Use crypto.randomBytes, crypto.randomUUID or the secrets module for anything that must not be guessed.',
    levels: REQUEST_MEDIUM,
    ruff: ['S311'],
  },
  'disabled-certificate-check': {
    cwe: 'CWE-295',
    effect: 'accepts any certificate',
    advice: 'Leave the check on; trust a private authority by giving its certificate (ca, verify="/path/ca.pem").',
    levels: REQUEST_MEDIUM,
    ruff: ['S501', 'S323', 'S507'],
  },
  'unverified-token': {
    cwe: 'CWE-347',
    effect: 'believes it without its signature',
    advice: 'Verify the signature with a fixed list of algorithms before reading what the token says.',
    levels: REQUEST_MEDIUM,
    ruff: [],
  },
  'permissive-cors': {
    cwe: 'CWE-942',
    effect: 'lets every site read answers with the credentials of the visitor',
    advice: 'Name the origins that may read answers when credentials are allowed.',
    levels: REQUEST_ONLY,
    ruff: [],
  },
  'debug-mode': {
    cwe: 'CWE-489',
    effect: 'shows the inside of the program to visitors',
    advice: 'Take the switch from the environment and leave it off by default.',
    levels: REQUEST_MEDIUM,
    ruff: ['S201'],
  },
  'insecure-cookie': {
    cwe: 'CWE-614',
    effect: 'sends it without protection',
    advice: 'Set secure, httpOnly and sameSite on cookies that hold a session or a token.',
    levels: REQUEST_MEDIUM,
    ruff: [],
  },
  'insecure-temporary-file': {
    cwe: 'CWE-377',
    effect: 'uses a name that others can take first',
    advice: 'Use mkdtemp or NamedTemporaryFile, which make the file under a name nobody can guess.',
    levels: REQUEST_MEDIUM,
    ruff: ['S306', 'S108'],
  },
  'world-writable': {
    cwe: 'CWE-732',
    effect: 'lets every user of the machine change it',
    advice: 'Give the narrowest mode that works, such as 0o600 for files and 0o700 for folders.',
    levels: REQUEST_MEDIUM,
    ruff: ['S103'],
  },
  'prototype-pollution': {
    cwe: 'CWE-1321',
    effect: 'can change the prototype of all objects',
    advice: 'Refuse the keys __proto__, constructor and prototype, or use a Map.',
    levels: { request: 'high', input: null, parameter: null },
    ruff: [],
  },
  'regular-expression-denial': {
    cwe: 'CWE-1333',
    effect: 'can take exponential time on it',
    advice: 'Escape the text before it becomes a pattern, and write patterns without nested repetition.',
    levels: REQUEST_MEDIUM,
    ruff: [],
  },
  'nosql-injection': {
    cwe: 'CWE-943',
    effect: 'takes operators such as $ne from it',
    advice: 'Make the value a string (String(value)) or check its type before it becomes part of a query.',
    levels: REQUEST_ONLY,
    ruff: [],
  },
  'ldap-injection': {
    cwe: 'CWE-90',
    effect: 'reads it as part of an LDAP filter',
    advice: 'Escape the value for filters (ldap.filter.escape_filter_chars, ldap-escape).',
    levels: OF_OTHERS,
    ruff: [],
  },
  'header-injection': {
    cwe: 'CWE-113',
    effect: 'writes it into a header',
    advice: 'Encode the value or take out line breaks before it becomes part of a header.',
    levels: { request: 'low', input: null, parameter: null },
    ruff: [],
  },
  'timing-attack': {
    cwe: 'CWE-208',
    effect: 'takes longer the more of it is right',
    advice: 'Compare with crypto.timingSafeEqual or hmac.compare_digest.',
    levels: REQUEST_MEDIUM,
    ruff: [],
  },
  'mass-assignment': {
    cwe: 'CWE-915',
    effect: 'sets every field that a request names',
    advice: 'Pick the fields that may be set by name.',
    levels: REQUEST_MEDIUM,
    ruff: [],
  },
  'hard-coded-credential': {
    cwe: 'CWE-798',
    effect: 'is known to everybody who can read the code',
    advice: 'Read it from the environment or a secret store, and replace the one that was published.',
    levels: REQUEST_MEDIUM,
    ruff: ['S105', 'S106', 'S107'],
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof rules;

/** A rule by its id. */
export function ruleOf(id: RuleId): Rule {
  return rules[id];
}

/** All rules, by their ids. */
export const ruleIds: readonly RuleId[] = Object.keys(rules).filter(isRule);

function isRule(id: string): id is RuleId {
  return Object.hasOwn(rules, id);
}
