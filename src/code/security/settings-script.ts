import type { Collector } from './collector.ts';
import { cookie, isSensitiveCookie, protectionsOf, takesAway } from './cookies.ts';
import type { CallSite } from './observer.ts';
import type { Value } from './values.ts';

/** Calls of JavaScript that turn a protection off. */
export function scriptSettings(collector: Collector, site: CallSite): void {
  const { name, args, node, scope } = site;
  if (/^(?:cors|@fastify\/cors|koa2?-cors|@koa\/cors)$/.test(name)) {
    corsRecord(collector, node, args[0]);
  } else if (/\.register$/.test(name) && /cors/i.test(args[0]?.name ?? '')) corsRecord(collector, node, args[1]);
  corsHeader(collector, site);
  rendered(collector, site);
  if (
    /^\$?(?:res|reply|response|ctx\.cookies|\w+\.res)\.(?:cookie|setCookie|set)$/.test(name) &&
    typeof args[0]?.constant === 'string'
  ) {
    if (name.endsWith('.set') && !name.includes('cookies')) return;
    scriptCookie(collector, node, args);
  }
  if (/^(?:express-session|cookie-session|session)$/.test(name)) sessionCookie(collector, node, args[0]);
  if (/^libxmljs2?\.parseXml(?:String)?$/.test(name) || /\.parseXml$/.test(name)) {
    const noent = args[1]?.entries?.get('noent')?.constant;
    if (noent === true)
      collector.certain(
        'xml-external-entity',
        node,
        `\`${name}\` resolves external entities (noent: true).`,
        args[0]?.isFixed === true ? 'medium' : 'high',
      );
  }
  if (
    /^(?:(?:_|lodash|hoek)\.(?:merge|mergeWith|defaultsDeep|set|setWith|applyToDefaults)|lodash\.merge|deepmerge|merge-deep|(?:jQuery|\$)\.extend)$/.test(
      name,
    ) &&
    args.length > 1
  ) {
    // What is made on the spot takes what comes; lodash itself leaves the prototype of all objects alone.
    const isFresh = node.args[0]?.kind === 'record' && /^(?:_|lodash)(?:\.|$)/.test(name);
    // `set(object, path, value)`: the path alone says what is changed.
    for (const one of isFresh ? [] : /\.set(?:With)?$/.test(name) ? args.slice(1, 2) : args.slice(1))
      if (collector.tainted('prototype-pollution', node, one, scope, name, { worst: 'medium' })) break;
  }
  if (
    /\.(?:create|insertMany|findByIdAndUpdate|findOneAndUpdate|updateOne|update|build|bulkCreate|insert)$|^Object\.assign$/.test(
      name,
    )
  )
    massAssignment(collector, node, name, args);
}

/** `res.render('page', req.body)`: engines take their settings from the same object as what the page shows. */
function rendered(collector: Collector, { name, args, node }: CallSite): void {
  if (!/^\$?(?:res|reply|response|\w+\.res)(?:\.\w+\(\))*\.render$/.test(name)) return;
  const shown = args[1];
  const whole = shown?.taints.find(
    ({ root, level }) => level === 'request' && /(?:^|\.)(?:req|request)\.(?:body|query)$/.test(root),
  );
  if (whole === undefined) return;
  // `{ form: req.body }` gives it a name of its own.
  if ([...(shown?.entries?.values() ?? [])].some(({ taints }) => taints.some(({ root }) => root === whole.root)))
    return;
  const message = `The whole of \`${whole.root}\` reaches \`${name.replace(/^\$/, '')}\`: whoever sends it sets the engine's own options, such as \`layout\`.`;
  collector.certain('template-injection', node, message, 'high');
}

/** Some lines above and below a place: headers of one answer are set side by side. */
function linesAround(text: string, at: number): string {
  const [above, below] = [text.slice(0, at).split('\n'), text.slice(at).split('\n')];
  return [...above.slice(-4), ...below.slice(0, 5)].join('\n');
}

/** A condition above looks the origin up among those that may ask. */
function isListed(text: string, start: number): boolean {
  const above = text.slice(0, start).split('\n').slice(-6).join('\n');
  return /\bif\s*\([^\n]*(?:allowed|trusted|white_?list|permitted)\w*(?:\.\w+)*\??\.(?:some|includes|has|find|indexOf)\(/i.test(
    above,
  );
}

/** Any origin beside the permission to send credentials. */
function corsHeader(collector: Collector, { name, args, node, scope }: CallSite): void {
  if (
    /\.(?:setHeader|header|set|append)$/.test(name) &&
    /^access-control-allow-origin$/i.test(String(args[0]?.constant))
  ) {
    const origin = args[1];
    const hasCredentials = /allow-credentials/i.test(collector.text);
    if (origin !== undefined && hasCredentials && !isListed(collector.text, node.start))
      collector.tainted('permissive-cors', node, origin, scope, name);
    if (
      origin?.constant === '*' &&
      /allow-credentials['"]\s*,\s*['"]?true/i.test(linesAround(collector.text, node.start))
    ) {
      const message =
        'Every origin is named beside Access-Control-Allow-Credentials, which asks for what browsers refuse.';
      collector.certain('permissive-cors', node, message, 'medium');
    }
  }
}

function corsRecord(collector: Collector, node: CallSite['node'], options: Value | undefined): void {
  const origin = options?.entries?.get('origin');
  const credentials = options?.entries?.get('credentials')?.constant;
  if (credentials !== true || origin === undefined) return;
  if (
    origin.constant === true ||
    origin.constant === '*' ||
    (origin.pattern !== null && /^\.[*+]$|^$/.test(origin.pattern)) ||
    echoes(collector, origin)
  ) {
    collector.certain(
      'permissive-cors',
      node,
      'Every origin may read answers that carry the credentials of the visitor.',
      'high',
    );
  }
}

/** `(origin, callback) => callback(null, true)` without any test. */
function echoes(collector: Collector, { made }: Value): boolean {
  return (
    made !== null &&
    /^[^?]*(?:null|undefined)\s*,\s*(?:true|origin)\s*\)\s*;?\s*\}?$/.test(collector.source(made)) &&
    !/\bif\b|\?|includes|test\(/.test(collector.source(made))
  );
}

function scriptCookie(collector: Collector, node: CallSite['node'], args: readonly Value[]): void {
  const options = args[2];
  const name = String(args[0]?.constant);
  if (options !== undefined && (options.entries === null || (options.name !== null && options.entries === null)))
    return;
  // An empty one takes what was set before away.
  if (args[1]?.constant === '' || takesAway(collector.source(node))) return;
  const missing = protectionsOf(name, ['secure', 'httpOnly']).filter((key) => {
    const value = options?.entries?.get(key);
    return value === undefined || value.constant === false;
  });
  const isOff = missing.some((key) => options?.entries?.get(key)?.constant === false);
  if (missing.length === 0 || (!isSensitiveCookie(name) && !isOff)) return;
  cookie(
    collector,
    node,
    `Cookie "${name}" is set without ${missing.join(' and ')}.`,
    missing,
    isSensitiveCookie(name) ? 'medium' : 'low',
  );
}

function sessionCookie(collector: Collector, node: CallSite['node'], options: Value | undefined): void {
  const settings = options?.entries?.get('cookie') ?? options;
  const off = ['secure', 'httpOnly'].filter((key) => settings?.entries?.get(key)?.constant === false);
  if (off.length > 0)
    cookie(collector, node, `The session cookie is set with ${off.join(' and ')} turned off.`, off, 'medium');
}

function massAssignment(collector: Collector, node: CallSite['node'], name: string, args: readonly Value[]): void {
  const isModel = /(?:^|\.)[A-Z]\w*\.|models?\.|^Object\.assign$/.test(name);
  const whole = args.find(
    ({ taints, entries }, at) =>
      entries === null &&
      at <= 2 &&
      taints.some(
        ({ root, safeFor }) => /^(?:\w+\.)?(?:req|request)\.body$/.test(root) && !safeFor.has('mass-assignment'),
      ),
  );
  // What is added to the body stays the body.
  if (whole === args[0] && name === 'Object.assign') return;
  if (whole === undefined || !isModel || (name === 'Object.assign' && args[0]?.entries !== null)) return;
  collector.certain(
    'mass-assignment',
    node,
    `The whole of the request's body reaches \`${name}\`, which sets every field that it names.`,
    'medium',
  );
}
