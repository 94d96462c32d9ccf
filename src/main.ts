import type { GraphQLSchema } from 'graphql';
import { type App, type AppOptions, openApp, startApp } from './app.ts';
import { developmentSignIn } from './auth/development-user.ts';
import { authenticate } from './auth/service.ts';
import { addDownloads } from './jobs/downloads.ts';
import { joinSockets } from './platform/feature-sockets.ts';
import type { ReadySignIn } from './platform/graphiql.ts';
import { createGraphql } from './platform/graphql.ts';
import { persistedDocuments, readTrustedDocuments, trustedDocuments } from './platform/graphql-documents.ts';
import { createGraphqlSocket } from './platform/graphql-socket.ts';
import { createHttpServer, type HttpServer } from './platform/http.ts';
import type { RouterOptions } from './platform/http-router.ts';
import type { Log } from './platform/log.ts';
import { createRateLimits, type RateLimits } from './platform/rate-limits.ts';
import { asyncCoderSocket } from './rest/async-coder/socket.ts';
import type { Dialect } from './rest/dialect.ts';
import { createDialects } from './rest/dialects.ts';
import { jobSockets } from './rest/job-socket-server.ts';
import { rulesOfRows } from './rest/limits.ts';
import { overloadedReply, unroutedReply } from './rest/refusing.ts';
import { createSchema } from './schema.ts';
import { startScheduler, startWorker } from './worker.ts';

export interface Roles {
  readonly api: boolean;
  readonly worker: boolean;
  readonly scheduler: boolean;
}

/** A running process of the house. */
export interface Running {
  readonly app: App;
  /** Where the API listens; empty without the api role. */
  readonly addresses: readonly string[];
  /** Null unless the development user is on. */
  readonly signIn: ReadySignIn | null;
  /** Closes sockets with 1012, gives jobs back, leaves the database. */
  close(): Promise<void>;
}

export interface RunOptions extends Omit<AppOptions, 'working' | 'scheduling' | 'serving'> {
  /** False sends every GraphQL request the long way, so that the two can be compared. */
  readonly shortWay?: boolean;
  /**
   * Aborted when the process is told to stop: from then on it says that it takes no more, also while it still starts.
   * Who ran it closes it all the same.
   */
  readonly stopping?: AbortSignal;
}

/** Creates the app and runs the asked roles. */
export async function run(options: RunOptions, roles: Roles): Promise<Running> {
  if (options.log !== undefined) tellStep(options.log, 'modules');
  const { api, worker, scheduler } = roles;
  const app = await openApp({ ...options, working: worker, scheduling: scheduler, serving: api });
  tellStep(app.log, 'database');
  options.stopping?.addEventListener('abort', () => app.beginClosing(), { once: true });
  if (options.stopping?.aborted === true) app.beginClosing();
  try {
    const server = api ? await startApi(app, options) : undefined;
    try {
      await startApp(app);
      await Promise.all([worker && startWorker(app), scheduler && startScheduler(app)]);
    } catch (error) {
      await server?.http.close();
      throw error;
    }
    return {
      app,
      addresses: server?.addresses ?? [],
      signIn: server === undefined ? null : await server.signIn(),
      async close() {
        app.beginClosing();
        await server?.http.close();
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Tells in debug logs how far a start has come, and what it took until then. */
function tellStep(log: Log, step: string): void {
  const { user, system } = process.cpuUsage();
  const milliseconds = { elapsed: Math.round(performance.now()), processor: Math.round((user + system) / 1000) };
  log.debug({ step, ...milliseconds }, 'start');
}

/** What the features serve besides: downloads, and the old REST backends. */
export interface Features {
  readonly schema: GraphQLSchema;
  readonly dialects: readonly Dialect[];
  readonly rateLimits: RateLimits;
}

/** The features as the API serves them. */
export function createFeatures(app: App): Features {
  return { schema: createSchema(), dialects: createDialects(app.config), rateLimits: createRateLimits(app) };
}

/** The routes besides GraphQL and the HTTP server's own. */
export function featureRoutes(
  app: App,
  { schema, dialects, rateLimits }: Features = createFeatures(app),
): RouterOptions {
  const check = (credential: string) => authenticate(app, credential);
  return {
    routes: [
      (server) => addDownloads(app, server, check),
      async (server) => {
        const { addRest } = await import('./rest/plugin.ts');
        await addRest(app, server, { schema, dialects, rateLimits, authenticate: check });
      },
      async (server) => (await import('./rest/explorer.ts')).addExplorer(server, dialects),
    ],
    unroutedReply: (request) => unroutedReply(dialects, request),
    overloadedReply: (url) => overloadedReply(dialects, url),
    sockets: joinSockets([
      jobSockets(app, { schema, dialects, rateLimits, authenticate: check }),
      asyncCoderSocket(app, { schema, dialects, rateLimits, authenticate: check }),
    ]),
  };
}

interface Api {
  readonly http: HttpServer;
  readonly addresses: string[];
  readonly signIn: () => Promise<ReadySignIn | null>;
}

async function startApi(app: App, options: RunOptions): Promise<Api> {
  const features = createFeatures(app);
  tellStep(app.log, 'schema');
  const check = (credential: string) => authenticate(app, credential);
  const { TRUSTED_DOCUMENTS } = app.config;
  const documents =
    TRUSTED_DOCUMENTS === undefined
      ? persistedDocuments()
      : trustedDocuments(await readTrustedDocuments(TRUSTED_DOCUMENTS));
  const { graphql, shortWay } = createGraphql(app, {
    ...features,
    authenticate: check,
    documents,
    rulesOf: rulesOfRows(features.dialects),
  });
  let signIn: Promise<ReadySignIn | null> | undefined;
  const readySignIn = () => {
    signIn ??= app.config.DEVELOPMENT_USER ? developmentSignIn(app) : Promise.resolve(null);
    return signIn;
  };
  const http = createHttpServer(app, {
    graphql,
    shortWay: options.shortWay === false ? null : shortWay,
    graphqlSocket: createGraphqlSocket(app, { graphql, authenticate: check, documents }),
    ...featureRoutes(app, features),
    readySignIn,
  });
  const addresses = await http.listen();
  try {
    // What is asked most does without all of this: paid before this process is called ready. Prisma's first query alone
    // takes 100 ms.
    await Promise.all([startApp(app), app.database.prisma.user.count(), graphql.loaded()]);
  } catch (error) {
    await http.close();
    throw error;
  }
  tellStep(app.log, 'routes');
  return { http, addresses, signIn: readySignIn };
}
