import type { Collector } from './collector.ts';
import type { Scope } from './scope.ts';
import type { CompareExpression, Expression } from './syntax.ts';
import type { Value } from './values.ts';

const SECRET_NAME =
  /(?:^|[._$A-Za-z])(?:signature|hmac|digest|secret|token|api_?key|password_?hash|csrf|mac(?![a-z])|auth_?key|webhook_?key)\w*(?:\(\))?$/i;

/** `==` on secrets tells by its time how much of a guess is right. */
export function checkComparison(
  collector: Collector,
  node: CompareExpression,
  left: Value,
  right: Value,
  scope: Scope,
): void {
  if (node.operator !== '==' && node.operator !== '!=') return;
  for (const [expected, given, expression] of [
    [left, right, node.right],
    [right, left, node.left],
  ] as const) {
    if (
      given.isFixed ||
      isInPage(collector, given) ||
      /\berr(?:or)?\.digest$/.test(collector.source(expression)) ||
      // A challenge is shown to whoever is to answer it.
      /challenge/i.test(collector.source(node)) ||
      isChecksum(collector.source(node)) ||
      isRoundTrip(collector, node) ||
      isPartOfItself(left, right) ||
      isOfFiles(collector, node) ||
      isCondition(collector, node) ||
      (expected.isFixed && expected.constant !== undefined && typeof expected.constant !== 'string')
    )
      continue;
    const isMac = /(?:hmac.*\.(?:hexdigest|digest)|createHmac\(\).*\.digest)\(\)$/.test(expected.name ?? '');
    const source = collector.source(expression);
    // Bytes that a kind of file or message begins with are called its signature.
    const isMagic =
      expected.isFixed && /signature/i.test(collector.source(node.left === expression ? node.right : node.left));
    if (isMagic) continue;
    const isSecret =
      /^(?:process\.env\.|os\.environ|settings\.|config\.|app\.config)/.test(expected.name ?? '') ||
      (typeof expected.constant === 'string' && expected.constant.length >= 8 && !isWords(expected.constant));
    const isGuess = scope.dangerOf(given, 'timing-attack') !== null;
    const other = node.left === expression ? node.right : node.left;
    const named = isSecretName(collector.source(other)) || isSecretName(source.replace(/['")\]]+$/, ''));
    const isStored =
      isGuess && named && !isPlainEqual(expected, other.kind) && isVerified(collector, node, expected, given);
    if (!(isMac && !given.isFixed) && !(isSecret && isGuess && named) && !isStored) continue;
    const message = `\`${node.operator}\` compares a secret with \`${source.slice(0, 60)}\` and takes longer the more of it is right.`;
    collector.certain('timing-attack', node, message, 'medium');
    return;
  }
}

/** What only a page has: its address, what it keeps, messages of others. */
const OF_PAGE =
  /^event\.data$|^(?:(?:window|document|self|globalThis)\.)?location\.|^document\.(?:URL|documentURI|referrer|cookie|baseURI)\b|^window\.name\b|\.snapshot\.(?:query)?[pP]aram/;
/** What React runs in browsers only. */
const HOOK = /\buse(?:State|Effect|LayoutEffect|Ref|Reducer|Callback|Memo)\s*[(<]/;
/** Modules of servers, and what frameworks run there of a file for pages. */
const SERVER_MODULE =
  /^(?:fs|https?|net|tls|crypto|child_process|express|koa|fastify|hono|server-only|next\/(?:headers|server)|@remix-run\/node)(?:[./]|$)/;
const SERVER_PART =
  /\bget(?:ServerSide|Static|Initial)Props\b|['"]use server['"]|\bexport\s+(?:const|(?:async\s+)?function)\s+(?:loader|action)\b/;

/**
 * Whether a page compares, which waits for the outcome itself: nobody measures its time from outside. What comes from
 * its address says so, and of what is handed over the file does, where it is one for browsers only.
 */
function isInPage(collector: Collector, { taints }: Value): boolean {
  if (taints.length === 0 || collector.language !== 'script') return false;
  const asked = taints.filter(({ level }) => level === 'request');
  return asked.length > 0 ? asked.every(({ root }) => OF_PAGE.test(root)) : isForBrowsers(collector);
}

function isForBrowsers(collector: Collector): boolean {
  const { text } = collector;
  const isClient = /^\s*['"]use client['"]/.test(text) || (collector.hasImport(/^react(?:\.|$)/) && HOOK.test(text));
  return isClient && !collector.hasImport(SERVER_MODULE) && !SERVER_PART.test(text);
}

/** A kind or a name, as a parser or a list of cookies compares it. */
function isWords(text: string): boolean {
  return /^[a-z]+(?:[_ -][a-z]+)*$/i.test(text);
}

/** A name that says of something that it must not be known; not of what kind that is, or how many there are. */
function isSecretName(source: string): boolean {
  return (
    SECRET_NAME.test(source) &&
    !/(?:type|kind|algorithm|name|class|id|user|owner|count|index|length|position|status|state|source|field|header|prefix|label|mode|scope)(?:\(\))?$/i.test(
      source,
    )
  );
}

/** `encode(decode(text)) == text`: whether a text is well formed. */
function isRoundTrip(collector: Collector, { left, right }: CompareExpression): boolean {
  return [
    [left, right],
    [right, left],
  ].some(([one, other]) => {
    if (one?.kind !== 'name' || other?.kind !== 'call') return false;
    return new RegExp(`\\(\\s*${one.name.replaceAll('$', '\\$')}\\s*[,)]`).test(collector.source(other));
  });
}

/** `token.removeprefix('a_') == token`: what is compared is known to whoever sent it. */
function isPartOfItself({ name: left }: Value, { name: right }: Value): boolean {
  if (left === null || right === null) return false;
  const [whole, part] = left.length < right.length ? [left, right] : [right, left];
  return (
    part.startsWith(`${whole}.`) &&
    /^\.(?:remove\w+|[lr]?strip|trim\w*|slice|substring)\(\/?\)$/.test(part.slice(whole.length))
  );
}

/** The digests of two records, in a file that makes digests of content and none with a key. */
function isOfFiles(collector: Collector, { left, right }: CompareExpression): boolean {
  const isDigest = (one: Expression) => one.kind === 'member' && one.property === 'digest';
  return (
    isDigest(left) &&
    isDigest(right) &&
    /\b(?:createHash|hashlib)\b/.test(collector.text) &&
    !/hmac|secret|signature|passw|token/i.test(collector.text)
  );
}

/** A hash of content, which anybody can compute: no key goes into it. */
function isChecksum(source: string): boolean {
  return (
    /\b(?:hashlib\.\w+|createHash)\b[^=]*\.(?:hex)?digest\(/.test(source) &&
    !/passw|secret|token|hmac|signature|key/i.test(source)
  );
}

/** `query.filter(User.token == token)`: the database compares. */
function isCondition({ language, text }: Collector, { start }: CompareExpression): boolean {
  if (language !== 'python') return false;
  const before = text.slice(Math.max(0, start - 300), start);
  // What is kept of a list.
  if (/\bfilter\(\s*lambda\s+\w+\s*:[^\n]*$/.test(before)) return true;
  let open = 0;
  for (let at = before.length - 1; at >= 0; at -= 1) {
    if (before[at] === ')') open += 1;
    else if (before[at] === '(' && --open < 0) {
      if (/(?:\.(?:filter|where|having|on|join|outerjoin)|\b(?:and_|or_|not_))$/.test(before.slice(0, at))) return true;
      open = 0;
    }
  }
  return false;
}

/** Compared with nothing, or with what is no value to be kept secret. */
function isPlainEqual(value: Value, kind: string): boolean {
  return kind === 'literal' || value.constant === null || value.name === 'undefined' || value.name === 'None';
}

/** A request's text is compared, or a function whose name says that it verifies compares what it is given. */
function isVerified(collector: Collector, node: CompareExpression, expected: Value, given: Value): boolean {
  if (given.taints.some(({ level }) => level === 'request')) return true;
  const isKnown = expected.name === null || expected.name.startsWith('$') || expected.name.endsWith('()');
  const head = collector.surroundings(node).split('\n')[0] ?? '';
  return (
    isKnown &&
    /verif|check|valid|compare|authenti|authori|equal|match/i.test(head) &&
    !/error|digest\b.*NEXT/i.test(head)
  );
}
