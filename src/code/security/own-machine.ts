/** The machine itself as settings name it; containers call the one that they run on by the last name. */
const OWN_HOST =
  /^(?:localhost(?:\.localdomain)?|ip6-localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal)(?::\d+)?$/i;
/** The host of an address. */
const OF_ADDRESS = /^(?:jdbc:)?[a-z][a-z\d+.-]*:\/\/(?:[^@/\s]*@)?([^/?,;\s]+)/i;
/** What a name of a setting ends in that says where something is. A path under it is that of a socket. */
const HOST_KEY = /(?:^|[_.-])(?:host(?:_?name)?|server|addr(?:ess)?|ur[il]|socket(?:_?path)?|unix_?socket)$/i;
const PASSWORD_KEY = /(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd)$/i;

/** Characters on either side of a password that are looked at for where it is used. */
const AROUND = 800;
/** A setting in one line, with or without quotes. */
const SETTING = /^\s*(?:export\s+|-\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*["']?([^\s"',#]+)/;
/** One in a record or a call. */
const ENTRY = /(?<![\w$.-])([A-Za-z_$][\w$.-]*)["'\]]?\s*(?:=>|[:=])\s*["'`]([^"'`\n]*)["'`]/g;

/** What a call is given by its place. */
const PLACED = /(?:^|,)\s*["'`]([^"'`\n]*)["'`]\s*(?=,|$)/g;

/** A setting by its name and its value. */
export type Setting = readonly [name: string, value: string];

/**
 * Whether the password `name` among some settings opens something on the machine itself: all hosts that are set with
 * it are that one, and there is one.
 */
export function isForOwnMachine(name: string, settings: () => readonly Setting[]): boolean {
  const whose = stemOf(name, PASSWORD_KEY);
  if (whose === null) return false;
  const hosts = settings().filter(([key]) => stemOf(key, HOST_KEY) === whose);
  return hosts.length > 0 && hosts.every(([, value]) => isOwnHost(value));
}

/** `db` of `dbHost`, `DB_HOST` and `db.host`; null for a name that does not end so. */
function stemOf(name: string, ending: RegExp): string | null {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  return ending.test(words) ? words.replace(ending, '') : null;
}

/** Whether a host or an address leads nowhere but to the machine itself; a path does, which is that of a socket. */
function isOwnHost(value: string): boolean {
  return OWN_HOST.test(OF_ADDRESS.exec(value)?.[1] ?? value) || /^\/(?:var|run|tmp)\//.test(value);
}

/** The hosts that stand for the machine itself among what a call is given by its place. */
export function hostsByPlace(given: readonly string[]): Setting[] {
  return given.filter(isOwnHost).map((one) => ['host', one]);
}

/**
 * What is set beside the text at `start`: in its record or call, and in a file of settings in the lines around that
 * stand as far in as its own.
 */
export function settingsBeside(text: string, start: number, isSettings: boolean): Setting[] {
  const record = recordAround(text, start);
  if (record === null) return isSettings ? blockAround(text, start) : [];
  const entries = [...record.matchAll(ENTRY)].map(([, name = '', value = '']): Setting => [name, value]);
  return [...entries, ...hostsByPlace([...record.matchAll(PLACED)].map(([, value = '']) => value))];
}

/** The source of the innermost record or call around a place, without those inside it; null for none near by. */
function recordAround(text: string, start: number): string | null {
  const before = level(text.slice(Math.max(0, start - AROUND), start), true);
  const after = level(text.slice(start, start + AROUND), false);
  return before === null || after === null ? null : before + after;
}

/** The part of a text that leads to an open bracket, from its end or its start; null where it is not reached. */
function level(text: string, isBackward: boolean): string | null {
  const [opens, closes] = isBackward ? [')]}', '([{'] : ['([{', ')]}'];
  let depth = 0;
  let kept = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(isBackward ? text.length - 1 - at : at);
    if (closes.includes(character) && --depth < 0) return kept;
    if (depth === 0) kept = isBackward ? character + kept : kept + character;
    if (opens.includes(character)) depth += 1;
  }
  return null;
}

/** Settings of the lines around a place, up to an empty one and one that stands less far in. */
function blockAround(text: string, start: number): Setting[] {
  const from = Math.max(0, start - AROUND);
  const lines = text.slice(from, start + AROUND).split('\n');
  const own = text.slice(from, start).split('\n').length - 1;
  const indent = indentOf(lines[own] ?? '');
  const isEnd = (line: string) => /^\s*(?:\[.*)?$/.test(line) || indentOf(line) < indent;
  const above = lines.slice(0, own).findLastIndex(isEnd);
  const below = lines.findIndex((line, at) => at > own && isEnd(line));
  const block = lines.slice(above + 1, below < 0 ? undefined : below).filter((line) => indentOf(line) === indent);
  return block.flatMap((line): Setting[] => {
    const [, name, value] = SETTING.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
}

function indentOf(line: string): number {
  return line.search(/[^\s-]|$/);
}
