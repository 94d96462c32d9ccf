// Apollo Server on Millwright's schema, over its Fastify integration.
import { ApolloServer } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import { fastify } from 'fastify';
import { ownSchema } from './own-schema.js';

const { schema, contextOf } = await ownSchema();
const apollo = new ApolloServer({ schema, introspection: false, includeStacktraceInErrorResponses: false });
await apollo.start();
const server = fastify({ logger: false });
await server.register(fastifyApollo(apollo), { context: async (request) => contextOf(request) });
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
