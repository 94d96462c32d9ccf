import type { Collector } from './collector.ts';
import { isForTrying } from './conditions.ts';
import { isOfDevelopment } from './places.ts';
import type { AssignExpression } from './syntax.ts';
import type { Value } from './values.ts';

/** Settings of Django, and of Flask where they are called the same, that are module constants or those of a class. */
export function djangoSetting(collector: Collector, node: AssignExpression, path: string, value: Value): void {
  const last = path.split('.').at(-1) ?? '';
  const isOff = value.constant === false;
  if (path === 'DEBUG' && value.constant === true && /settings|config/i.test(collector.path)) {
    if (isForDevelopment(collector, node.start) || isSetBelow(collector, node.end, path)) return;
    const message = '`DEBUG = True` shows the inside of the program to visitors when an error occurs.';
    collector.certain('debug-mode', node, message, 'medium');
  } else if (last === 'SESSION_COOKIE_HTTPONLY' && isOff) {
    if (isForTrying(collector.text, node.start)) return;
    collector.certain('insecure-cookie', node, `\`${last}\` is turned off.`, 'medium', 'CWE-1004');
  } else if (/^(?:SESSION|CSRF)_COOKIE_SECURE$/.test(last) && isOff) {
    if (isForDevelopment(collector, node.start)) return;
    collector.certain('insecure-cookie', node, `\`${last}\` is turned off.`, 'medium', 'CWE-614');
  } else if (last === 'PASSWORD_HASHERS') hashers(collector, node, value);
  else if (last === 'SESSION_SERIALIZER' && /\.PickleSerializer$/.test(String(value.constant))) {
    const message = 'Sessions are read with pickle, so whoever can write one, or knows the key, runs code.';
    collector.certain('unsafe-deserialization', node, message, 'medium');
  }
}

/** The first one is what new passwords are hashed with; tests take a fast one to be quick. */
function hashers(collector: Collector, node: AssignExpression, { items }: Value): void {
  const first = String(items?.[0]?.constant ?? '');
  const weak = /\.((?:Unsalted)?(?:MD5|SHA1)PasswordHasher|CryptPasswordHasher)$/.exec(first)?.[1];
  if (weak === undefined || isForDevelopment(collector, node.start)) return;
  const message = `Passwords are hashed by ${weak}, which is far too fast.`;
  collector.certain('weak-hash', node, message, 'high', 'CWE-916');
}

/** Whether the module says it anew at its end, whatever was asked before: that alone holds. */
function isSetBelow({ text }: Collector, end: number, name: string): boolean {
  return new RegExp(`^${name}\\s*=[^=]`, 'm').test(text.slice(end));
}

/** `class DevelopmentConfig`, `settings/local.py`, `if IS_LOCAL:`: what holds there holds for nobody else. */
function isForDevelopment({ path, text }: Collector, start: number): boolean {
  if (isOfDevelopment(path) || isForTrying(text, start)) return true;
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (!/^\s+/.test(line)) return false;
  const head = [...text.slice(0, start).matchAll(/^class\s+(\w+)/gm)].at(-1)?.[1] ?? '';
  return /dev|debug|test|local/i.test(head);
}
