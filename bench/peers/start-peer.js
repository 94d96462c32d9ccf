// Bare Yoga, Pothos and Prisma on Millwright's own tables, as somebody would begin: what `npm run bench -- start`
// measures Millwright's start against. DATABASE_URL says where the tables are, PORT where to listen.
import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import { PrismaPg } from '@prisma/adapter-pg';
import { createYoga } from 'graphql-yoga';
import { getDatamodel } from '../../src/generated/pothos.ts';
import { PrismaClient } from '../../src/generated/prisma/client.ts';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
const builder = new SchemaBuilder({
  plugins: [PrismaPlugin],
  prisma: { client: prisma, dmmf: getDatamodel() },
});
builder.prismaObject('User', {
  fields: (t) => ({ id: t.exposeID('id'), email: t.exposeString('email') }),
});
builder.queryType({
  fields: (t) => ({
    me: t.prismaField({
      type: 'User',
      nullable: true,
      args: { id: t.arg.string({ required: true }) },
      resolve: (query, _parent, { id }) => prisma.user.findUnique({ ...query, where: { id } }),
    }),
  }),
});

const yoga = createYoga({ schema: builder.toSchema(), logging: false, graphiql: false });
const server = createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');
// Ends in good order, so that Node keeps what it compiled where NODE_COMPILE_CACHE is set.
process.on('SIGTERM', () => {
  server.close();
  process.exit(0);
});
