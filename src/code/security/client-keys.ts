/** A name that is given a value, and where in the text the value begins. */
interface Key {
  readonly name: string;
  readonly value: string;
  readonly start: number;
}

/** The key that a page asks an index of its own documentation with: every visitor gets it. */
export function isSearchKey({ name }: Key, text: string, offset: number): boolean {
  const around = text.slice(Math.max(0, offset - 200), offset + 300);
  return /^(?:searchA|a)pi_?key$/i.test(name) && /\bapp_?id\b/i.test(around) && /\bindex_?name\b/i.test(around);
}

/** Services whose keys of that name programs carry to everybody: they only tell whose reports or searches these are. */
const CLIENT_SERVICE = /algolia|bugsnag|amplitude|mixpanel|rollbar|datadogRum|posthog|logrocket/i;

/**
 * What bundlers write into the scripts of pages, by the documented beginnings of its name: of Next.js, Nuxt, Vite,
 * Create React App, Vue CLI, Expo, Gatsby, SvelteKit and Astro, Angular, Laravel Mix, Storybook and others.
 */
const SHIPPED =
  /^(?:(?:NEXT|NUXT|EXPO|NX|PLASMO|BUN|SNOWPACK)_PUBLIC|PUBLIC|NUXT_ENV|VITE|(?:REACT|VUE|PREACT|NG|UMI|TARO)_APP|GATSBY|MIX|STORYBOOK|SANITY_STUDIO|RAZZLE|WXT)_/;
/** The variable that a line sets. */
const VARIABLE = /^\s*(?:export\s+|ENV\s+|ARG\s+|-\s+)?["']?([A-Z][A-Z\d_]*)["']?\s*[:=]/;

/** What no page may carry, whatever carries it: it lets in, signs, or is paid for by use. */
const NOT_FOR_PAGES =
  /secret|private|pass|pwd|admin|root|master|signing|encrypt|service_?role|credential|jwt|aws|github|gitlab|slack|twilio|send_?grid|mail_?gun|gemini|vertex|open_?ai|anthropic|claude|gpt|llm|mistral|groq|deepseek|(?:^|_)(?:gen_?|generative_?)?ai(?:_|$)/i;

/** A key that says which project reports or asks, and lets nobody in. */
export function isClientKey(key: Key, text: string, line: string, offset: number): boolean {
  const { name, value } = key;
  if (onlyReads(name, value)) return true;
  const variable = VARIABLE.exec(line)?.[1] ?? '';
  const words = `${variable}_${name}`.replace(/([a-z\d])([A-Z])/g, '$1_$2');
  if (NOT_FOR_PAGES.test(words)) return false;
  if (SHIPPED.test(variable) || SHIPPED.test(name) || isOfFirebase(key, text)) return true;
  if (!/api[_-]?key$|client[_-]?token$/i.test(name)) return false;
  return CLIENT_SERVICE.test(text.slice(Math.max(0, offset - 200), offset + 200));
}

/** A key of Nx Cloud that says of itself that it reads what was built, as everybody does who builds the tree. */
function onlyReads(name: string, value: string): boolean {
  return /^nx_?cloud_?access_?token$/i.test(name) && /\|read(?:-only)?$/.test(Buffer.from(value, 'base64').toString());
}

/** What the configuration of a page for Firebase holds, and nothing else. */
const OF_FIREBASE: readonly RegExp[] = [
  /auth_?domain/i,
  /storage_?bucket/i,
  /messaging_?sender_?id/i,
  /measurement_?id/i,
  /\.firebase(?:app|io)\.com/,
];
/** Characters on either side of a key within which its configuration stands. */
const CONFIGURATION = 600;

/** The key of a project of Firebase in its configuration: it names the project, whose rules say who may do what. */
function isOfFirebase({ name, value, start }: Key, text: string): boolean {
  if (!/^AIza[\w-]{35}$/.test(value) || !/^(?:\w*(?:firebase|fb|web)_?)?api_?key$/i.test(name)) return false;
  const around = text.slice(Math.max(0, start - CONFIGURATION), start + CONFIGURATION);
  return OF_FIREBASE.filter((sign) => sign.test(around)).length > 1;
}
