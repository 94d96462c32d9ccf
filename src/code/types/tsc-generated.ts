import { posix } from 'node:path';
import { z } from 'zod';
import { type ConfigTexts, isConfigName, readConfig } from './tsc-config.ts';
import { candidatesOf } from './tsc-imports.ts';

const named = z.array(z.string()).catch([]);

/** Where React Router puts what it makes of the routes: of `product.tsx`, `+types/product` in the same folder. */
const OF_ROUTES = /(?:^|\/)\.react-router\/types\/?$/;

/**
 * Second roots (`rootDirs`) that a generator fills and the tree does not hold. The compiler looks below each root for
 * what a file of one of them imports.
 */
export class AbsentRoots {
  readonly #paths: ReadonlySet<string>;
  /** The roots of each configuration: those that are there, and those that are not. */
  readonly #roots: readonly { readonly there: readonly string[]; readonly absent: readonly string[] }[];

  /** `paths` are those of the tree's files. A file may be one of several configurations, so all of them count. */
  constructor(texts: ConfigTexts, paths: ReadonlySet<string>) {
    this.#paths = paths;
    const all = [...paths];
    this.#roots = [...texts.keys()].filter(isConfigName).flatMap((path) => {
      const roots = named.parse(readConfig(texts, path)?.options.rootDirs ?? []).map((one) => one.replace(/\/$/, ''));
      const absent = roots.filter((root) => !all.some((one) => isIn(one, root)));
      return absent.length === 0 ? [] : [{ there: roots.filter((root) => !absent.includes(root)), absent }];
    });
  }

  /**
   * Whether a relative import may lead to such a place. Of a generator that makes one file of each of the tree's, it is
   * only what it makes of one that is there.
   */
  hold(file: string, specifier: string): boolean {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    return this.#roots.some(
      ({ there, absent }) =>
        there.some((root) => isIn(file, root) && isIn(target, root)) &&
        absent.some((root) => !OF_ROUTES.test(root) || this.#isOfRoute(target)),
    );
  }

  #isOfRoute(target: string): boolean {
    const folder = posix.dirname(target);
    if (posix.basename(folder) !== '+types') return false;
    const route = posix.join(posix.dirname(folder), posix.basename(target));
    return candidatesOf(route).some((one) => this.#paths.has(one));
  }
}

function isIn(path: string, folder: string): boolean {
  return folder === '.' || path.startsWith(`${folder}/`);
}

/** What the runtime of Cloudflare declares for all files, and no browser does. */
const OF_WORKERS = new Set(
  (
    'caches Ai AiModels AnalyticsEngineDataset Cloudflare ColoLocalDateTime CfProperties D1Database D1DatabaseSession ' +
    'D1PreparedStatement D1Result DispatchNamespace DurableObject DurableObjectId DurableObjectNamespace ' +
    'DurableObjectState DurableObjectStorage DurableObjectStub DurableObjectTransaction EmailMessage Env EventContext ' +
    'EventPluginContext ExecutionContext ExportedHandler ExportedHandlerFetchHandler ExportedHandlerQueueHandler ' +
    'ExportedHandlerScheduledHandler Fetcher ForwardableEmailMessage HTMLRewriter Hyperdrive ImagesBinding ' +
    'IncomingRequestCfProperties KVNamespace KVNamespaceListResult Message MessageBatch PagesFunction ' +
    'PagesPluginFunction Pipeline Queue R2Bucket R2Object R2ObjectBody R2Objects RateLimit Rpc ScheduledController ' +
    'ScheduledEvent SendEmail Service Socket TailEvent TraceItem VectorizeIndex Vectorize WebSocketPair Workflow ' +
    'WorkerVersionMetadata'
  ).split(' '),
);

/** What of WebGPU has values, which the types of browsers leave out. */
const OF_WEBGPU = new Set('GPUBufferUsage GPUColorWrite GPUMapMode GPUShaderStage GPUTextureUsage'.split(' '));

/** Names for all files, by the package of types or the generated file that declares them. */
const DECLARED_BY: readonly (readonly [RegExp, ReadonlySet<string>])[] = [
  [/^@cloudflare\/workers-types(?:\/|$)/, OF_WORKERS],
  [/^@webgpu\/types(?:\/|$)/, OF_WEBGPU],
  [/(?:^|\/)worker-configuration\.d\.ts$/, OF_WORKERS],
];

const NONE: ReadonlySet<string> = new Set();

/**
 * Names that a configuration asks for and that are not there: it names the package of types that is known to declare
 * them, or the file in which a tool writes them down.
 */
export function namesAskedFor(
  texts: ConfigTexts,
  path: string | null,
  paths: ReadonlySet<string>,
): ReadonlySet<string> {
  const config = path === null ? null : readConfig(texts, path);
  if (config === null) return NONE;
  const asked = [
    ...named.parse(config.options.types ?? []),
    ...[...(config.include ?? []), ...(config.files ?? [])].filter((one) => !paths.has(one)),
  ];
  return DECLARED_BY.find(([pattern]) => asked.some((one) => pattern.test(one)))?.[1] ?? NONE;
}
