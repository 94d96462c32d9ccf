import type { Severity } from '../findings.ts';
import type { RuleId } from './rules.ts';
import { isRaisedName } from './syntax.ts';
import type { Taint } from './values.ts';

/** A name of something of the database's own, which no placeholder can stand for. */
const SQL_NAME =
  /(?:^|[._$a-z])(?:table|column|col|schema|database|db|index|view|sequence|collation|func(?:tion)?|procedure|trigger|model(?=_?name))(?:_?names?)?s?(?:\[\])*$/i;
/** A folder that whoever sets the program up names. */
const FOLDER =
  /(?:^|[._$]|[a-z](?=[A-Z]))(?:base|root|data|home|work(?:ing)?|storage|install)_?(?:path|dir(?:ectory)?|folder)$/i;
/** What a caller gives to be compiled, by its name. */
const IS_TEMPLATE = /(?:^|[._$])(?:\w+_)?(?:expr(?:ession)?|template|tmpl|tpl)s?(?:\[\])*$/i;
/** What a caller gives to be run, by its name. */
const IS_CODE = /(?:^|[._$])(?:\w+_)?(?:code|source|script|program|snippet)(?:\[\])*$/i;
const IS_COMMAND = /(?:cmd|command|command_?line)s?(?:\[\])*$/i;
/** What visitors write, by its name; who gives HTML calls it so. */
const IS_WRITTEN =
  /(?:^|[._$a-z])(?:bio|comment|message|msg|user_?name|display_?name|full_?name|search_?(?:term|text)|description|review|feedback|user_?input|query|text|value|title|note|caption|subject|question|answer|input|string)s?(?:\[\])*$|(?:^|[._])(?:comment|post|message|note|review|ticket|issue|reply)s?(?:\[\])*\.(?:body|content)$|(?:^|[._])(?:user|author|customer|member|profile|account|contact|person|player|file|item)\.name$/i;
/** What whoever sets a directory up says of it: attributes, classes, where to begin. */
const OF_DIRECTORY =
  /(?:^|[._]|[a-z](?=[A-Z]))(?:attr(?:ibute)?|object_?class(?:es)?|base(?:_?dn)?|ou)(?:_?name)?s?(?:\[\])*$/i;
/** Headers that no other site can make a visitor's browser send. */
const OWN_HEADER =
  /\.headers(?:\.(?!referr?er$)|\[)|\.(?:get|header)\((?!referr?er\))[\w-]+\)$|\.META\.(?:HTTP_(?!REFERER$)|SERVER_|REMOTE_)/i;
/** Browsers write `<`, `>` and `"` in an address as `%3C`, `%3E` and `%22`. */
const ADDRESS_OF_PAGE =
  /(?:^|\.)location\.(?:href|pathname)(?:\[\])*$|^document\.(?:URL|documentURI|baseURI)(?:\[\])*$/;

/** What a request brings as JSON, by what reads it. */
const READ_AS_JSON = /(?:^|\.)request\.(?:json|get_json)(?:\(\))?(?:[.[]|$)/;
/** The same before it is read: raw in Django and Flask. */
const RAW_BODY = /(?:^|\.)request\.(?:body|get_data\(\))(?:[.[]|$)/;

/**
 * The gravest that a finding may be called, by what the name of its source says of it. `text` is that of the whole
 * file.
 */
export function gravestOf(rule: RuleId, { level, root }: Taint, text: string): Severity {
  if (level === 'parameter') return isExpected(rule, root, text) ? 'low' : 'high';
  if (isRaisedName(root)) return 'medium';
  if (rule !== 'cross-site-scripting') return 'high';
  if (OWN_HEADER.test(root)) return 'low';
  // No form or link of another site sends that.
  if (READ_AS_JSON.test(root) || (RAW_BODY.test(root) && /\bjson\.loads\(/.test(text))) return 'medium';
  return ADDRESS_OF_PAGE.test(root) && !/\bdecodeURI|\bunescape\(/.test(text) ? 'low' : 'high';
}

/** Whether a function is for what it does with a parameter of that name, so that its callers answer for it. */
function isExpected(rule: RuleId, root: string, text: string): boolean {
  switch (rule) {
    case 'sql-injection':
      return SQL_NAME.test(root) || FOLDER.test(root);
    case 'code-injection':
      return IS_CODE.test(root);
    case 'command-injection':
      return IS_COMMAND.test(root);
    case 'cross-site-scripting':
      return !IS_WRITTEN.test(root);
    case 'ldap-injection':
      return OF_DIRECTORY.test(root);
    case 'template-injection':
      // Their templates reach what they are given, and run nothing.
      return IS_TEMPLATE.test(root) || /(?:\bfrom|\brequire\()\s*['"](?:handlebars|mustache|hogan\.js)['"]/.test(text);
    case 'unsafe-deserialization':
      // The other half of a store that writes what it reads.
      return /\b(?:c?[pP]ickle|marshal|dill|cloudpickle|joblib)(?:\.dumps?\(|\s+import\b[^\n]*\bdumps?\b)/.test(text);
    default:
      return false;
  }
}
