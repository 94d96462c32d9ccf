import type { Severity } from '../findings.ts';
import type { Collector } from './collector.ts';
import type { CallSite } from './observer.ts';
import { hostsByPlace, isForOwnMachine, type Setting } from './own-machine.ts';
import { standingOf } from './places.ts';
import type { AssignExpression } from './syntax.ts';
import type { Value } from './values.ts';

/** A call that is given a secret at a fixed place. */
interface KeyedCall {
  readonly name: RegExp;
  readonly args: readonly number[];
  readonly keys: readonly string[];
}

/** Whoever knows the key can make what these make. */
const SIGNING: readonly KeyedCall[] = [
  { name: /^(?:jsonwebtoken|jwt-simple|jwt|jose\.jwt)\.(?:sign|verify|encode|decode)$/, args: [1], keys: ['key'] },
  { name: /^crypto\.createHmac$/, args: [1], keys: [] },
  { name: /^hmac\.(?:new|digest)$/, args: [0], keys: ['key'] },
  { name: /^itsdangerous\.(?:\w+\.)?\w*(?:Serializer|Signer)$/, args: [0], keys: ['secret_key'] },
  { name: /^(?:express-session|cookie-session)$/, args: [], keys: ['secret'] },
  { name: /^cookie-parser$/, args: [0], keys: [] },
  { name: /^cryptography\.fernet\.Fernet$/, args: [0], keys: ['key'] },
];

/** What signs in to another machine. */
const CONNECTING =
  /(?:^|\.)(?:createConnection|createPool|connect|Connection|ConnectionPool|Client|Pool|Sequelize|Redis|StrictRedis|SSHClient\(\)\.connect|createTransport)$/;
const PASSWORD_KEYS: readonly string[] = ['password', 'passwd', 'pass', 'auth_token', 'api_key', 'apiKey'];

/** Calls whose secret stands in the code. */
export function checkCredentials(collector: Collector, { name, args, named, node }: CallSite): void {
  for (const call of SIGNING) {
    if (!call.name.test(name)) continue;
    const inRecord = call.keys.map((key) => args[0]?.entries?.get(key));
    const given = [...call.args.map((at) => args[at]), ...call.keys.map((key) => named.get(key)), ...inRecord];
    const secret = given.find((one) => isSecret(one));
    if (secret !== undefined)
      tell(collector, node, `\`${name}\` is given a key that stands in the code.`, secret, 'high');
  }
  if (/\.login$/.test(name) && /smtplib|imaplib|ftplib|poplib/.test(name) && isSecret(args[1])) {
    tell(collector, node, `\`${name}\` is given a password that stands in the code.`, args[1], 'high');
  }
  if (!CONNECTING.test(name)) return;
  for (const key of PASSWORD_KEYS) {
    const secret = named.get(key) ?? args.find(({ entries }) => entries?.has(key) === true)?.entries?.get(key);
    // An empty one and a word such as "postgres" are those of a machine for development.
    if (!isSecret(secret)) continue;
    const isNear = isForOwnMachine(key, () => settingsOf(args, named));
    const isTried = isWord(secret) || standingOf(collector.path) === 'tooling';
    const severity = isNear ? (isTried ? 'low' : 'medium') : isWord(secret) ? 'medium' : 'high';
    const where = isNear ? ', for the machine that it runs on' : '';
    tell(collector, node, `\`${name}\` is given a password that stands in the code${where}.`, secret, severity);
    return;
  }
}

/** What a call is given under names; what is not known leads to another machine. A host may have its place instead. */
function settingsOf(args: readonly Value[], named: ReadonlyMap<string, Value>): Setting[] {
  const given = [...named, ...args.flatMap(({ entries }) => [...(entries ?? [])])];
  return [...given.map(([key, value]): Setting => [key, textOf(value)]), ...hostsByPlace(args.map(textOf))];
}

function textOf({ constant }: Value): string {
  return typeof constant === 'string' ? constant : '';
}

/** `app.secret_key = '…'`, `app.config['SECRET_KEY'] = '…'`: what signs the sessions of Flask. */
export function checkSecretAssignment(collector: Collector, node: AssignExpression, path: string, value: Value): void {
  if (!/(?:^|\.)app\.(?:secret_key|config\.(?:JWT_)?SECRET_KEY)$/.test(path) || !isSecret(value)) return;
  tell(collector, node, `\`${path}\` is given a key that stands in the code.`, value, 'high');
}

function isSecret(value: Value | undefined): value is Value {
  return (
    value !== undefined &&
    typeof value.constant === 'string' &&
    value.constant.length > 0 &&
    !/^-----BEGIN (?:PUBLIC|CERTIFICATE)|^\s*$|^(?:<.*>|\$\{.*\}|%\(.*\)s?)$/.test(value.constant)
  );
}

function isWord({ constant }: Value): boolean {
  return typeof constant === 'string' && /^[a-z]{1,12}$/.test(constant);
}

function tell(
  collector: Collector,
  node: CallSite['node'] | AssignExpression,
  message: string,
  secret: Value | undefined,
  severity: Severity,
): void {
  const text = typeof secret?.constant === 'string' ? secret.constant : undefined;
  collector.certain('hard-coded-credential', node, message, severity, 'CWE-798', text);
}
