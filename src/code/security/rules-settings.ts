import type { Collector } from './collector.ts';
import { isForTrying } from './conditions.ts';
import type { CallSite } from './observer.ts';
import { checkTokens } from './rules-tokens.ts';
import type { Scope } from './scope.ts';
import { djangoSetting } from './settings-django.ts';
import { pythonSettings } from './settings-python.ts';
import { scriptSettings } from './settings-script.ts';
import type { AssignExpression, RecordExpression } from './syntax.ts';
import { isUnverifiedOnDemand } from './unverified.ts';
import type { Value } from './values.ts';

/** Calls that turn a protection off. */
export function checkSettings(collector: Collector, site: CallSite): void {
  certificates(collector, site);
  checkTokens(collector, site);
  if (collector.language === 'script') scriptSettings(collector, site);
  else pythonSettings(collector, site);
  permissions(collector, site);
  temporaryFiles(collector, site);
}

function certificates(collector: Collector, { name, args, named, node }: CallSite): void {
  const tls = 'disabled-certificate-check';
  if (collector.language === 'script') return;
  if (named.get('verify')?.constant === false && /^(?:requests|httpx)\b|session|client/i.test(name)) {
    collector.certain(tls, node, `\`${name}\` is called with verify=False, so it accepts any certificate.`, 'high');
  }
  if (/^ssl\._create_(?:unverified_context|stdlib_context)$/.test(name)) {
    collector.certain(tls, node, `\`${name}\` makes a context that accepts any certificate.`, 'high');
  }
  if (/^aiohttp\.|\.(?:get|post|request)$|Connector$/.test(name) && named.get('ssl')?.constant === false) {
    // A request whose address the call does not show may go to a machine of one's own.
    const isSession = /\.(?:get|post|request)$/.test(name) && !name.startsWith('aiohttp.');
    const isElsewhere = !isSession || args.some(({ prefix }) => /^(?:https|wss):\/\/\w/i.test(prefix));
    const message = `\`${name}\` is called with ssl=False, so it accepts any certificate.`;
    collector.certain(tls, node, message, isElsewhere ? 'high' : 'medium');
  }
  if (/\.set_missing_host_key_policy$/.test(name)) {
    const policy = collector.source(node);
    if (/AutoAddPolicy|WarningPolicy/.test(policy))
      collector.certain(tls, node, 'The SSH client trusts any host key that it is shown.', 'medium');
  }
}

function permissions(collector: Collector, site: CallSite): void {
  const { name, args, node } = site;
  fileMode(collector, site);
  if (!/(?:^|\.)(?:l|f)?chmod(?:Sync)?$/.test(name) && !/\.umask$/.test(name)) return;
  const given = (name.endsWith('.chmod') && args.length === 1 ? args[0] : name.endsWith('umask') ? args[0] : args[1])
    ?.constant;
  const mode = typeof given === 'string' ? Number.parseInt(given, 8) : typeof given === 'number' ? given : null;
  if (mode === null || Number.isNaN(mode)) return;
  if (name.endsWith('umask') && isAsked(collector, node)) return;
  const isOpen = name.endsWith('umask') ? (mode & 0o002) === 0 : (mode & 0o002) !== 0;
  if (isOpen)
    collector.certain(
      'world-writable',
      node,
      `\`${name}\` lets every user of the machine write (mode ${mode.toString(8)}).`,
      'medium',
    );
}

/**
 * `mask = os.umask(0)` with `os.umask(mask)` behind it: the only way to ask for it. What is set behind it may take more
 * away, as `os.umask(mask | 0o77)` does.
 */
function isAsked({ text }: Collector, { start, end }: CallSite['node']): boolean {
  const name = /([\w.$]+)\s*=\s*$/.exec(text.slice(Math.max(0, start - 80), start))?.[1];
  const [, mask, more] = SETS_MASK.exec(text.slice(end, end + 200)) ?? [];
  return name !== undefined && (mask === name || more === name);
}

/** The next statement, with the mask that it sets: `os.umask(mask | 0o77)`, `os.umask(0o77 | mask)`. */
const SETS_MASK = /^[;\s]*[\w.]*umask\(\s*([\w.$]+)\s*(?:\|\s*([\w.$]+)\s*)?\)/;

/** `writeFile(path, data, { mode: 0o666 })`, `os.open(path, flags, 0o666)`. */
function fileMode(collector: Collector, { name, args, node }: CallSite): void {
  const isScript = /^fs(?:\.promises)?\.(?:writeFile|appendFile|createWriteStream)(?:Sync)?$/.test(name);
  const given = isScript
    ? args.at(-1)?.entries?.get('mode')
    : /^(?:os\.open|fs\.open(?:Sync)?)$/.test(name)
      ? args[2]
      : null;
  const mode = given?.constant;
  if (typeof mode !== 'number' || (mode & 0o002) === 0) return;
  const message = `\`${name}\` makes a file that every user of the machine can write (mode ${mode.toString(8)}).`;
  collector.certain('world-writable', node, message, 'medium');
}

/** `os.open(name, os.O_CREAT | os.O_EXCL)`, `open(name, 'x')`: it fails where somebody has taken the name. */
function isMadeAnew({ text }: Collector, { start, end }: CallSite['node']): boolean {
  const name = /(\w+)\s*=\s*$/.exec(text.slice(Math.max(0, start - 120), start))?.[1];
  if (name === undefined) return false;
  const body = [
    text
      .slice(Math.max(0, start - 1200), start)
      .split(DEFINES)
      .at(-1),
    text.slice(end, end + 900),
  ];
  const below = body[1]?.split(DEFINES)[0] ?? '';
  if (new RegExp(`\\bopen\\(\\s*${name}\\s*,\\s*(?:mode\\s*=\\s*)?['"][bt+]*x`).test(below)) return true;
  const flags = new RegExp(`\\bos\\.open\\(\\s*${name}\\s*,([^,\\n]*)`).exec(below)?.[1] ?? '';
  if (/\bO_EXCL\b/.test(flags)) return true;
  const variable = /^\s*(\w+)\s*\)?$/.exec(flags)?.[1];
  return (
    variable !== undefined && new RegExp(`\\b${variable}\\s*\\|?=[^=][^\\n]*\\bO_EXCL\\b`).test(`${body[0]}${below}`)
  );
}

const DEFINES = /^[ \t]*(?:async[ \t]+)?def\b/m;

function temporaryFiles(collector: Collector, { name, args, node }: CallSite): void {
  if (/^(?:tempfile\.mktemp|os\.tempnam|os\.tmpnam|temp\.path)$/.test(name)) {
    if (isMadeAnew(collector, node)) return;
    collector.certain(
      'insecure-temporary-file',
      node,
      `\`${name}\` gives a name that somebody else can take before the file is made.`,
      'medium',
    );
    return;
  }
  const writes =
    /^(?:fs|fs\.promises)\.(?:writeFile|writeFileSync|createWriteStream|openSync|open|appendFile|appendFileSync)$/.test(
      name,
    ) ||
    (/^(?:io\.)?open$/.test(name) && /[wax]/.test(String(args[1]?.constant ?? '')));
  const [path] = args;
  const isUnguessable = /uuid4|randomUUID|token_hex|nanoid|randomBytes/.test(
    collector.text.slice(Math.max(0, node.start - 300), node.end),
  );
  if (!writes || isUnguessable || path === undefined || !/^\/(?:var\/)?tmp\//.test(path.prefix)) return;
  collector.certain(
    'insecure-temporary-file',
    node,
    `\`${name}\` writes to a name in the shared folder ${path.prefix.startsWith('/var') ? '/var/tmp' : '/tmp'} that others can take first.`,
    'medium',
  );
}

/** Settings in an object: `{ rejectUnauthorized: false }`. */
export function checkRecord(collector: Collector, node: RecordExpression, record: Value, scope: Scope): void {
  const where = record.entries?.get('$where');
  if (where?.isBuilt && scope.dangerOf(where, 'nosql-injection') !== null) {
    collector.certain(
      'nosql-injection',
      node,
      'Code for the database (`$where`) is put together of text from outside.',
      'medium',
    );
  }
  for (const entry of node.entries) {
    if (entry.value.kind !== 'literal') continue;
    const { value } = entry.value;
    if ((entry.key === 'rejectUnauthorized' || entry.key === 'strictSSL') && value === false) {
      if (isOfServer(node) || leadsHome(node) || isPlain(node)) continue;
      collector.certain(
        'disabled-certificate-check',
        entry,
        `\`${entry.key}: false\` accepts any certificate.`,
        isAskedFor(collector, entry.start) ? 'low' : 'high',
      );
    } else if (entry.key === 'autoescape' && value === false) {
      collector.certain(
        'cross-site-scripting',
        entry,
        '`autoescape: false` lets templates write text as HTML.',
        'medium',
      );
    } else if (entry.key === 'insecureSkipVerify' && value === true) {
      collector.certain('disabled-certificate-check', entry, 'The connection accepts any certificate.', 'high');
    }
  }
}

/** A server that asks nobody for a certificate has none to refuse. */
function isOfServer({ entries }: RecordExpression): boolean {
  return entries.some(({ key, value }) => key === 'requestCert' && value.kind === 'literal' && value.value === false);
}

/** A connection without TLS, which has no certificates. */
function isPlain({ entries }: RecordExpression): boolean {
  return entries.some(
    ({ key, value }) => /^(?:tls|ssl|secure)$/.test(key ?? '') && value.kind === 'literal' && value.value === false,
  );
}

/** A connection of the machine with itself, which nobody else can come between. */
function leadsHome({ entries }: RecordExpression): boolean {
  return entries.some(
    ({ key, value }) =>
      /^(?:host|hostname|servername)$/.test(key ?? '') &&
      value.kind === 'literal' &&
      LOOPBACK.test(String(value.value)),
  );
}

const LOOPBACK = /^(?:https?:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?:[:/]|$)/i;

/** Words of a name that says that certificates are not to be looked at. */
const ASKED = '(?:unsafe|insecure|ignore|skip|allow|self_?-?signed|verif|reject_?unauthorized|ssl_?mode\\s*===)';
/** A condition with such a name chooses the object: `ignoreCertificates ? { … } : {}`. */
const CHOSEN = new RegExp(`${ASKED}[^;{}]*\\?\\s*\\{[^{}?;]*$`, 'i');

/** Whether a setting stands in a branch that somebody has to ask for by the name of what it does. */
function isAskedFor({ text, language }: Collector, start: number): boolean {
  const far = text.slice(Math.max(0, start - 1000), start);
  const before = (language === 'script' ? far.replace(/(?<![:\w])\/\/[^\n]*/g, '') : far).slice(-250);
  if (CHOSEN.test(before)) return true;
  const asked = before.lastIndexOf('if (');
  if (asked < 0 || /\}\s*else\b|\n\s*\}\s*\n\s*\n/.test(before.slice(asked))) return false;
  return new RegExp(`^if \\([^\\n]*${ASKED}`, 'i').test(before.slice(asked));
}

/** Settings that are assigned. */
export function checkSettingAssignment(collector: Collector, node: AssignExpression, path: string, value: Value): void {
  const last = path.split('.').at(-1) ?? '';
  const trusts = trustsAnybody(collector, last, value);
  if (trusts !== null) {
    // Whoever calls it has asked for it.
    const before = collector.text.slice(Math.max(0, node.start - 400), node.start);
    const isAsked =
      /\b(?:if|elif)\b[^\n]*(?:verif\w*|insecure|check|validat\w*|cert_reqs|trust|\bssl\b)/i.test(before) ||
      (collector.language === 'python' && isUnverifiedOnDemand(collector, node.start));
    collector.certain(
      'disabled-certificate-check',
      node,
      trusts,
      isAsked || isAskedFor(collector, node.start) || isPassedOn(collector, node) || isLookedAt(collector, node)
        ? 'low'
        : 'high',
    );
  } else if (
    /\.debug$/.test(path) &&
    value.constant === true &&
    collector.hasImport(/^flask/) &&
    !isForTrying(collector.text, node.start)
  ) {
    collector.certain('debug-mode', node, 'Debug mode is on, whose console runs code.', 'medium');
  } else if (collector.language === 'python') djangoSetting(collector, node, path, value);
}

/** Who only reads a certificate, to say when it ends, sends nothing to whoever shows it. */
function isLookedAt({ text }: Collector, { end }: AssignExpression): boolean {
  const below = text.slice(end, end + 900).split(/^(?:async\s+def|def|class)\b/m)[0] ?? '';
  return /\bgetpeercert\(/.test(below) && !/\.(?:send|sendall|write|request|login|urlopen)\(/.test(below);
}

/** A parameter is set, which is false only where a condition asks for it by the name of what it does. */
function isPassedOn({ text }: Collector, { value }: AssignExpression): boolean {
  return value.kind === 'name' && /\bif\s+\w*insecure\w*\s*:/i.test(text);
}

/** What is wrong with a setting of certificates; null for nothing. */
function trustsAnybody(collector: Collector, name: string, { constant, name: called }: Value): string | null {
  if (name === 'NODE_TLS_REJECT_UNAUTHORIZED' && (constant === '0' || constant === 0)) {
    return '`NODE_TLS_REJECT_UNAUTHORIZED` is set to 0: every connection accepts any certificate.';
  }
  const isSwitch =
    /^(?:rejectUnauthorized|check_hostname)$/.test(name) ||
    (name === 'verify' && collector.hasImport(/^(?:requests|httpx)/));
  if (isSwitch && constant === false) return `\`${name}\` is turned off, so any certificate is accepted.`;
  if (name === 'verify_mode' && /CERT_NONE$/.test(called ?? '')) {
    return 'The certificate of the other side is not looked at (CERT_NONE).';
  }
  if (name !== '_create_default_https_context' || !/unverified/.test(called ?? '')) return null;
  return 'Every HTTPS connection of the program accepts any certificate.';
}
