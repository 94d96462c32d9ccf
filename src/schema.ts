import type { GraphQLSchema } from 'graphql';
import { addAuth } from './auth/schema.ts';
import { addDocs } from './docs/schema.ts';
import { addItems } from './items/schema.ts';
import { addJobs } from './jobs/schema.ts';
import { createBuilder } from './platform/builder.ts';
import { addPlatform } from './platform/schema.ts';
import { addRepositories } from './repos/schema.ts';
import { addUsers } from './users/schema.ts';

/** Builds the GraphQL schema from every feature's part, in the order they build on one another. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  addPlatform(builder);
  addUsers(builder);
  addAuth(builder);
  const jobRef = addJobs(builder);
  const repositoryRef = addRepositories(builder);
  addDocs(builder, jobRef, repositoryRef);
  addItems(builder);
  return builder.toSchema();
}
