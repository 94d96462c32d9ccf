import type { Collector } from './collector.ts';
import { isForTrying, isOfOldPython } from './conditions.ts';
import { cookie, isSensitiveCookie, protectionsOf, takesAway } from './cookies.ts';
import type { CallSite } from './observer.ts';
import { speaksOfPages } from './places.ts';
import { SAFE_LOADER } from './yaml-loaders.ts';

/** Calls of Python that turn a protection off. */
export function pythonSettings(collector: Collector, site: CallSite): void {
  const { name, named, node } = site;
  if (
    /(?:^|\.)run$|^run_simple$/.test(name) &&
    named.get('debug')?.constant === true &&
    (collector.hasImport(/^(?:flask|bottle|dash|quart|sanic|aiohttp|werkzeug|connexion)/) || named.has('port')) &&
    !isForTrying(collector.text, node.start)
  ) {
    collector.certain(
      'debug-mode',
      node,
      `\`${name}\` starts the server in debug mode, whose console runs code.`,
      'high',
    );
  }
  // ruff looks at jinja2's own class; frameworks pass the switch on.
  if (named.get('autoescape')?.constant === false && /(?:^|[._])setup\w*$|Jinja2?\w*$/.test(name)) {
    const message = `\`${name}\` is told not to escape what templates write into pages.`;
    const isEngine = /Environment$/.test(name) && !speaksOfPages(collector.text);
    collector.certain('cross-site-scripting', node, message, isEngine ? 'low' : 'medium');
  }
  if (
    named.get('httponly')?.constant === false &&
    /(?:storage|session\w*|cookie\w*)$/i.test(name) &&
    !/set_cookie$/.test(name)
  ) {
    cookie(collector, node, `\`${name}\` lets scripts read the session's cookie.`, ['httponly'], 'medium');
  }
  if (/\.set_cookie$/.test(name)) pythonCookie(collector, site);
  corsSettings(collector, site);
  if (/^yaml\.load(?:_all)?$/.test(name)) yamlLoad(collector, site);
  xmlSettings(collector, site);
  extraction(collector, site);
  massAssignment(collector, site);
}

/** A filter is given, close to where none is. */
const FILTERS = /\bfilter\s*=(?!=|\s*['"]fully_trusted)|['"]filter['"]\s*[\]:]/;
/** The same where it is set beforehand, and older Pythons do not look at it. */
const SETS_FILTER = /\.extraction_filter\s*=[^\n]*\b(?:data|tar)_filter\b/;
const CLOSE = 800;

/** What an archive names may lie outside of the folder. Filters refuse that, which Pythons of before 2023 have not. */
function extraction(collector: Collector, { name, args, named, node }: CallSite): void {
  const { text } = collector;
  if (!/\.extractall$/.test(name) || !/tarfile|\$?tar\b|\$t\b/.test(name)) return;
  const more = named.get('')?.entries ?? new Map<string, unknown>();
  if (named.has('filter') || named.has('members') || args[1] !== undefined || more.has('members')) return;
  const around = text.slice(Math.max(0, node.start - CLOSE), node.end + CLOSE);
  // `**({'filter': 'data'} if hasattr(tarfile, 'data_filter') else {})`
  const isInMore = more.has('filter') || (named.has('') && /\[['"]filter['"]\]\s*=/.test(around));
  if (isInMore && !/\bhasattr\(\s*tarfile|\bversion_info\b/.test(around)) return;
  const isForOld = isInMore || SETS_FILTER.test(around) || (FILTERS.test(around) && isOfOldPython(text, node.start));
  const where = isForOld ? ' where Python has no filters for archives' : '';
  const message = `\`${name}\` writes to wherever the archive says, outside of the folder too${where}.`;
  collector.certain('zip-slip', node, message, isForOld ? 'low' : 'medium');
}

/** Frameworks whose answers set cookies as they are told, by their modules. */
const COOKIES_AS_TOLD =
  /^(?:flask|django|werkzeug|starlette|fastapi|aiohttp|bottle|tornado|sanic|quart|pyramid|falcon|webob|litestar|rest_framework|ninja)\b/;

/** Whether what sets the cookie is known to add no protection of its own. */
function doesAsTold(collector: Collector, { receiver }: CallSite): boolean {
  const called = receiver?.name ?? '';
  if (/cookie_?(?:manager|jar|store)|(?:^|[.$_])(?:jar|manager|storage)(?:\(\))?$/i.test(called)) return false;
  return collector.hasImport(COOKIES_AS_TOLD) || /resp(?:onse)?\w*(?:\(\))?$|^\$(?:res|rv|reply)$/i.test(called);
}

function pythonCookie(collector: Collector, site: CallSite): void {
  const { node, named } = site;
  const [key, value] = site.args;
  const name = String(key?.constant ?? '');
  if (named.has('')) return;
  // An empty one takes what was set before away.
  if (value?.constant === '' || takesAway(collector.source(node))) return;
  const missing = protectionsOf(name, ['secure', 'httponly']).filter(
    (one) => named.get(one) === undefined || named.get(one)?.constant === false,
  );
  const isOff = missing.some((one) => named.get(one)?.constant === false);
  if (missing.length === 0 || (!isSensitiveCookie(name) && !isOff)) return;
  cookie(
    collector,
    node,
    `Cookie "${name}" is set without ${missing.join(' and ')}.`,
    missing,
    isSensitiveCookie(name) && doesAsTold(collector, site) ? 'medium' : 'low',
  );
}

function yamlLoad(collector: Collector, { name, args, named, node, scope }: CallSite): void {
  const rule = 'unsafe-deserialization';
  const given = args[1] ?? named.get('Loader') ?? null;
  const loader = given?.name ?? '';
  const [document] = args;
  if (document === undefined) return;
  const kind = loader === '' ? 'unknown' : collector.loaderKind(loader);
  const isSafe = kind === 'safe' || /(?:^|\.)C?BaseLoader$/.test(loader);
  if (isSafe) collector.noteSafeLoad(node);
  if (isSafe || (kind === 'unknown' && SAFE_LOADER.test(loader))) return;
  const isBare = given === null && !named.has('');
  const does = isBare ? BARE : kind === 'building' ? BUILDING : null;
  const effect = does === null ? {} : { effect: does.effect };
  if (collector.tainted(rule, node, document, scope, name, effect) || document.isFixed) return;
  const says = does?.says ?? 'without a safe loader makes any object that the document names';
  collector.certain(rule, node, `\`${name}\` ${says}.`, 'medium');
}

/** Without a loader the call means what the version of PyYAML says. */
const BARE = {
  effect: 'makes any object that the data names before PyYAML 5.1, and fails since 6.0',
  says: 'without a loader makes any object that the document names before PyYAML 5.1, and fails since 6.0',
};
/** A loader of the file, safe but for what it was given. */
const BUILDING = {
  effect: 'builds what the data names, with constructors that this file gives to its loader',
  says: 'builds what the document names, with constructors that this file gives to its loader',
};

function corsSettings(collector: Collector, { name, args, named, node }: CallSite): void {
  const isCors = /(?:^|\.)CORS$|\.cross_origin$/.test(name) || args[0]?.name?.endsWith('CORSMiddleware') === true;
  if (isCors) {
    const origins = named.get('origins') ?? named.get('allow_origins');
    const all = origins !== undefined && [origins, ...(origins.items ?? [])].some(({ constant }) => constant === '*');
    const credentials = named.get('supports_credentials')?.constant ?? named.get('allow_credentials')?.constant;
    if (all && credentials === true)
      collector.certain(
        'permissive-cors',
        node,
        'Every origin may read answers that carry the credentials of the visitor.',
        'high',
      );
  }
}

function xmlSettings(collector: Collector, { name, args, named, node }: CallSite): void {
  if (/(?:^|\.)XMLParser$/.test(name) && named.get('resolve_entities')?.constant === true) {
    collector.certain(
      'xml-external-entity',
      node,
      `\`${name}\` resolves the entities that a document declares.`,
      'high',
    );
  }
  if (
    /\.setFeature$/.test(name) &&
    /feature_external_[gp]es/.test(args[0]?.name ?? '') &&
    (args[1]?.constant === true || args[1]?.constant === 1)
  ) {
    collector.certain('xml-external-entity', node, 'The parser is told to load external entities.', 'high');
  }
}

function massAssignment(collector: Collector, { name, args, named, node, scope }: CallSite): void {
  if (name === 'setattr' && args[1] !== undefined) collector.tainted('mass-assignment', node, args[1], scope, name);
  const spread = named.get('');
  const last = name.split('.').at(-1) ?? '';
  if (spread !== undefined && (/^[A-Z]/.test(last.replace('$', '')) || /\.(?:create|update)$/.test(name))) {
    // `{'data': request.POST}` spread is one argument, which the dictionary names.
    const inEntries = new Set(
      [...(spread.entries?.values() ?? [])].flatMap(({ taints }) => taints.map(({ root }) => root)),
    );
    const isWhole = spread.taints.some(
      ({ root }) =>
        !inEntries.has(root) && /(?:^|\.)request\.(?:json|form|POST|data|get_json\(\)|json\(\))$/.test(root),
    );
    // Models of pydantic take the fields that they declare.
    if (isWhole && !collector.hasImport(/^pydantic/))
      collector.certain(
        'mass-assignment',
        node,
        `The whole request reaches \`${name}\`, which sets every field that it names.`,
        'medium',
      );
  }
}
