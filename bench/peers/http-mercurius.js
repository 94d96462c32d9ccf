// mercurius on Millwright's schema. Its compiler (graphql-jit) is off: with resolvers that plan by Prisma it loads
// relations again and again.
import { fastify } from 'fastify';
import mercurius from 'mercurius';
import { ownSchema } from './own-schema.js';

const { app, schema, contextOf } = await ownSchema();

/** mercurius writes its server over the `app` of a context; the resolvers need Millwright's. */
class Context {
  constructor(made) {
    Object.assign(this, made);
  }
  get app() {
    return app;
  }
  set app(_server) {}
}

const server = fastify({ logger: false });
await server.register(mercurius, {
  schema,
  context: (request) => new Context(contextOf(request)),
  graphiql: false,
  jit: 0,
});
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
