import { type App, jobKinds } from '../app.ts';
import { featureRoutes } from '../main.ts';
import type { Config } from '../platform/config.ts';
import { listHttpRoutes } from '../platform/http.ts';
import type { HttpRoute } from '../platform/http-router.ts';
import { createLog } from '../platform/log.ts';

/** Every HTTP route and socket, from the real router, without a database and without listening. */
export async function listRoutes(config: Config): Promise<HttpRoute[]> {
  const app = appForListing(config);
  const routes = await listHttpRoutes(app, featureRoutes(app));
  return routes.toSorted((one, other) => one.path.localeCompare(other.path) || one.method.localeCompare(other.method));
}

/** Enough of an app to add routes to a router; a route that wants more before its first request is refused. */
function appForListing(config: Config): App {
  const refuse = (part: string): never => {
    throw new Error(`A route uses app.${part} while it is added; it may only when it is asked for.`);
  };
  return {
    config,
    log: createLog('silent'),
    closing: new AbortController().signal,
    workFolder: config.DATA_DIR,
    jobKinds,
    beginClosing() {},
    close: async () => {},
    get secret(): never {
      return refuse('secret');
    },
    get database(): never {
      return refuse('database');
    },
    get wakeUps(): never {
      return refuse('wakeUps');
    },
    get redis(): never {
      return refuse('redis');
    },
    get queue(): never {
      return refuse('queue');
    },
    get storage(): never {
      return refuse('storage');
    },
    get threads(): never {
      return refuse('threads');
    },
    get cache(): never {
      return refuse('cache');
    },
    get metrics(): never {
      return refuse('metrics');
    },
  };
}
