import type { Collector } from './collector.ts';
import { cookie } from './cookies.ts';
import type { CallSite, Observer } from './observer.ts';
import { standingOf } from './places.ts';
import { checkCredentials, checkSecretAssignment } from './rules-credentials.ts';
import { checkCrypto } from './rules-crypto.ts';
import { pollution } from './rules-pollution.ts';
import { checkRecord, checkSettingAssignment, checkSettings } from './rules-settings.ts';
import { checkSqlText } from './rules-sql-texts.ts';
import { checkProtocolAssignment, checkStrength } from './rules-strength.ts';
import { checkComparison } from './rules-timing.ts';
import type { Scope } from './scope.ts';
import { choosesHost } from './sink.ts';
import { checkSinks, sinksByName } from './sinks.ts';
import type { AssignExpression, Entry, Expression, MarkupExpression } from './syntax.ts';
import type { Value } from './values.ts';

/** Looks at everything that the flow passes. */
export function ruleObserver(collector: Collector): Observer {
  const sinksOf = sinksByName(collector.language);
  return {
    imported: (name) => collector.imports.add(name),
    call(site) {
      checkSinks(collector, site, sinksOf(site.name));
      checkCrypto(collector, site);
      checkSettings(collector, site);
      checkStrength(collector, site);
      checkCredentials(collector, site);
      if (collector.language === 'script') answers(collector, site);
      slowPattern(collector, site);
      unknownCode(collector, site);
    },
    assigned: (node, path, value, scope) => checkAssignment(collector, node, path, value, scope),
    compared: (node, left, right, scope) => checkComparison(collector, node, left, right, scope),
    text: (node, values) => checkSqlText(collector, node, values),
    record: (node, value, scope) => checkRecord(collector, node, value, scope),
    markup: (node, properties, scope) => checkMarkup(collector, node, properties, scope),
    returned: (node, value, scope, isRoute) => checkReturned(collector, node, value, scope, isRoute),
    parameterDefault: () => undefined,
  };
}

/** `eval` of what is not fixed is worth a look even where nothing is known of it. */
function unknownCode(collector: Collector, { name, args, node, scope }: CallSite): void {
  const [first] = args;
  if (collector.language !== 'script' || name !== 'eval' || first === undefined || first.isFixed) return;
  // What builds the program runs code of those who write it.
  if (standingOf(collector.path) === 'tooling') return;
  if (scope.dangerOf(first, 'code-injection') === null) {
    collector.certain(
      'code-injection',
      node,
      '`eval` runs a text that is put together while the program runs.',
      'medium',
      'CWE-95',
    );
  }
}

/** Answers of Express that hold HTML with text of the request. */
function answers(collector: Collector, { name, args, node, scope }: CallSite): void {
  const match = /^\$?(?:res|response|\w+\.res)(?:\.(?:status|set|type|header|code)\(\))*\.(send|end|write)$/.exec(name);
  const [first] = args;
  if (match === null || first === undefined || first.entries !== null) return;
  if (
    /\.(?:type|set|setHeader|contentType)\(\s*['"](?:content-type['"]\s*,\s*['"])?(?:text\/plain|application\/json|text|json|txt)/i.test(
      collector.surroundings(node),
    )
  )
    return;
  const isHtml = /</.test(first.prefix);
  if (match[1] !== 'send' && !isHtml) return;
  const isText = first.isBuilt || first.taints.some(({ root }) => /\.(?:query|params|body|cookies)\.\w/.test(root));
  if (!isText || scope.dangerOf(first, 'cross-site-scripting')?.level !== 'request') return;
  collector.tainted('cross-site-scripting', node, first, scope, name, {
    needsBuilt: true,
    worst: first.isBuilt && (isHtml || !isOfBody(first)) ? 'high' : 'medium',
  });
}

/** What a script sends as JSON comes back to that script, not to a page that another site could open. */
function isOfBody({ taints }: Value): boolean {
  return taints.every(({ level, root }) => level !== 'request' || /(?:^|\.)body(?:[.[]|$)/.test(root));
}

/** What a Flask view returns is a page. */
function checkReturned(collector: Collector, node: Expression, value: Value, scope: Scope, isRoute: boolean): void {
  if (!isRoute || collector.language !== 'python' || value.entries !== null) return;
  if (!collector.hasImport(/^(?:flask|bottle|quart)\b/) || !value.isBuilt) return;
  if (value.name !== null && /(?:render_template|redirect|jsonify|url_for|send_file)\(\)$/.test(value.name)) return;
  collector.tainted('cross-site-scripting', node, value, scope, 'return');
}

/** Names of texts that visitors write; who writes HTML calls it so. */
const WRITTEN_BY_PEOPLE =
  /(?:^|[._a-z])(?:bio|comment|message|user_?name|display_?name|search_?(?:term|text)|description|review|feedback|user_?input|query)$/i;

function checkAssignment(
  collector: Collector,
  node: AssignExpression,
  path: string | null,
  value: Value,
  scope: Scope,
): void {
  if (path !== null) {
    checkSettingAssignment(collector, node, path, value);
    checkSecretAssignment(collector, node, path, value);
    checkProtocolAssignment(collector, node, path, value);
  }
  if (collector.language !== 'script' || node.target.kind !== 'place') return;
  const { place } = node.target;
  if (place.kind !== 'member') {
    // A variable of that name is not the page's address. Names first: assignments are many, and the text is long.
    const isPage = place.name === 'location' && !/\b(?:const|let|var)\s+location\b/.test(collector.text);
    if (isPage) redirect(collector, node, value, scope, 'location');
    return;
  }
  if (place.property === 'innerHTML' || place.property === 'outerHTML' || place.property === 'srcdoc') {
    const isRequest = scope.dangerOf(value, 'cross-site-scripting')?.level === 'request';
    const isWritten = value.taints.some(({ root }) => WRITTEN_BY_PEOPLE.test(root));
    if (!isRequest && !isWritten && !collector.source(node).includes('<')) return;
    collector.tainted('cross-site-scripting', node, value, scope, place.property, { needsBuilt: !isWritten });
  } else if (path !== null && /^(?:window\.)?document\.cookie$/.test(path)) documentCookie(collector, node, value);
  else if (path !== null && /^(?:(?:window|document|self|top|parent|globalThis)\.)*location(?:\.href)?$/.test(path))
    redirect(collector, node, value, scope, path);
  else if (path === 'ctx.body' && value.isBuilt && /</.test(value.prefix)) {
    collector.tainted('cross-site-scripting', node, value, scope, path);
  }
  pollution(collector, node, scope);
}

/** A cookie that a script sets can be read by every other script of the page. */
function documentCookie(collector: Collector, node: AssignExpression, { prefix }: Value): void {
  const name = /^\s*([^=;\s]+)=/.exec(prefix)?.[1];
  if (name === undefined || !/sess|token|auth|jwt|sid$/i.test(name) || /csrf|xsrf/i.test(name)) return;
  if (/max-age=(?:0|-)|expires=Thu, 01 Jan 1970/i.test(collector.source(node))) return;
  cookie(
    collector,
    node,
    `Cookie "${name}" is set by a script, so it cannot be kept from others.`,
    ['httpOnly'],
    'medium',
  );
}

function redirect(collector: Collector, node: AssignExpression, value: Value, scope: Scope, sink: string): void {
  if (choosesHost(value) && !/^[/?#]/.test(value.prefix)) collector.tainted('open-redirect', node, value, scope, sink);
}

function checkMarkup(
  collector: Collector,
  node: MarkupExpression,
  properties: ReadonlyMap<Entry, Value>,
  scope: Scope,
): void {
  for (const [entry, value] of properties) {
    if (entry.key !== 'dangerouslySetInnerHTML') continue;
    const html = value.entries?.get('__html');
    if (html === undefined || html.isFixed) continue;
    if (collector.tainted('cross-site-scripting', entry, html, scope, 'dangerouslySetInnerHTML')) continue;
    if (
      /saniti[sz]e|purify|escape|highlight|JSON\.stringify|marked|markdown/i.test(collector.source(entry)) ||
      html.taints.length > 0 ||
      // Rules of style, which run nothing.
      node.name === 'style' ||
      html.name?.endsWith('()') === true
    )
      continue;
    const message = `<${node.name}> shows \`${collector.source(entry).slice(0, 50)}\` as HTML without cleaning it.`;
    const isWritten = WRITTEN_BY_PEOPLE.test(html.name ?? '');
    collector.certain('cross-site-scripting', entry, message, isWritten ? 'medium' : 'low');
  }
}

/** A repeated group whose inside repeats as well: the time doubles with every character that does not match. */
const NESTED =
  /\((?:\?:)?(?:\[[^\]]*\]|\\?[^()[\]\\])[+*]\)[+*]|\((?:\?:)?(?:\[[^\]]+\]|\\[wdsWDS]|\.)[+*]\??(?:[^()|]{0,3}[?*])\)[+*]|\((?:\?:)?(\\?[\w.]|\[[^\]]+\])\|\1[+*]?\1?\)[+*]/;

/** `([-.\\w]*[0-9a-z])*`: what the first class takes could be the second one's as well. */
function overlaps(pattern: string): boolean {
  const match = /\((?:\?:)?(\[[^\]]+\])[*+](\[[^\]]+\])\)[*+]/.exec(pattern);
  if (match?.[1] === undefined || match[2] === undefined) return false;
  try {
    const [first, second] = [new RegExp(match[1]), new RegExp(match[2])];
    return ['a', 'Z', '0', '-', '.', ' '].some((one) => first.test(one) && second.test(one));
  } catch {
    return false;
  }
}

/** Such a group, with something behind it that can fail: only then is every way of dividing the text tried. */
function isNested(pattern: string, name: string): boolean {
  const match = NESTED.exec(pattern);
  return match !== null && (match.index + match[0].length < pattern.length || name.endsWith('fullmatch'));
}

function slowPattern(collector: Collector, { node, args, receiver, scope, name }: CallSite): void {
  const method =
    /\.(?:test|exec|match|matchAll|search|replace|replaceAll|split|fullmatch|findall|sub)$/.test(name) ||
    /^re\.\w+$/.test(name);
  if (!method) return;
  const fixed = (one: Value | null | undefined): string | null =>
    one?.pattern ?? (collector.language === 'python' && typeof one?.constant === 'string' ? one.constant : null);
  const pattern =
    collector.language === 'python' ? (fixed(args[0]) ?? fixed(receiver)) : (fixed(receiver) ?? fixed(args[0]));
  if (pattern === null || !(isNested(pattern, name) || overlaps(pattern))) return;
  const subject = [receiver, ...args].find(
    (one) => one !== null && scope.dangerOf(one, 'regular-expression-denial') !== null,
  );
  if (subject === null || subject === undefined) return;
  const danger = scope.dangerOf(subject, 'regular-expression-denial');
  const message = `The pattern \`${pattern.slice(0, 50)}\` repeats a repetition, so a crafted \`${danger?.root ?? 'text'}\` takes exponential time.`;
  collector.certain('regular-expression-denial', node, message, 'medium');
}
