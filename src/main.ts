import type { GraphQLSchema } from 'graphql';
import { type App, type AppOptions, createApp } from './app.ts';
import { developmentSignIn } from './auth/development-user.ts';
import { authenticate } from './auth/service.ts';
import { addDownloads } from './jobs/downloads.ts';
import type { ReadySignIn } from './platform/graphiql.ts';
import { createGraphql } from './platform/graphql.ts';
import { persistedDocuments, readTrustedDocuments, trustedDocuments } from './platform/graphql-documents.ts';
import { createGraphqlSocket } from './platform/graphql-socket.ts';
import { createHttpServer, type HttpServer } from './platform/http.ts';
import { joinSockets, type RouterOptions } from './platform/http-router.ts';
import { createRateLimits, type RateLimits } from './platform/rate-limits.ts';
import { asyncCoderSocket } from './rest/async-coder/socket.ts';
import type { Dialect } from './rest/dialect.ts';
import { createDialects } from './rest/dialects.ts';
import { addExplorer } from './rest/explorer.ts';
import { jobSockets } from './rest/job-socket-server.ts';
import { rulesOfRows } from './rest/limits.ts';
import { addRest } from './rest/plugin.ts';
import { unroutedReply } from './rest/refusing.ts';
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

/** Creates the app and runs the asked roles. */
export async function run(options: Omit<AppOptions, 'working' | 'scheduling'>, roles: Roles): Promise<Running> {
  const app = await createApp({ ...options, working: roles.worker, scheduling: roles.scheduler });
  try {
    if (roles.worker) await startWorker(app);
    if (roles.scheduler) await startScheduler(app);
    const server = roles.api ? await startApi(app) : undefined;
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
      (server) => addRest(app, server, { schema, dialects, rateLimits, authenticate: check }),
      (server) => addExplorer(server, dialects),
    ],
    unroutedReply: (request) => unroutedReply(dialects, request),
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

async function startApi(app: App): Promise<Api> {
  const features = createFeatures(app);
  const check = (credential: string) => authenticate(app, credential);
  const { TRUSTED_DOCUMENTS } = app.config;
  const documents =
    TRUSTED_DOCUMENTS === undefined
      ? persistedDocuments()
      : trustedDocuments(await readTrustedDocuments(TRUSTED_DOCUMENTS));
  const graphql = createGraphql(app, {
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
  const http = await createHttpServer(app, {
    graphql,
    graphqlSocket: createGraphqlSocket(app, { graphql, authenticate: check, documents }),
    ...featureRoutes(app, features),
    readySignIn,
  });
  // Prisma's first query costs 80 ms: paid before anybody waits for it.
  await app.database.prisma.user.count();
  return { http, addresses: await http.listen(), signIn: readySignIn };
}
