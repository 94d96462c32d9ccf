import type { GraphQLSchema } from 'graphql';
import { addAnalyses } from './analyses/schema.ts';
import { addAuth } from './auth/schema.ts';
import { addCredits } from './credits/schema.ts';
import { addCvAnalyses } from './cv/schema.ts';
import { addDocs } from './docs/schema.ts';
import { addItems } from './items/schema.ts';
import { addJobs } from './jobs/schema.ts';
import { addModels } from './models/schema.ts';
import { createBuilder } from './platform/builder.ts';
import { addPlatform } from './platform/schema.ts';
import { addLeftOut, addRepositories } from './repos/schema.ts';
import { addTasks } from './tasks/schema.ts';
import { addUsers } from './users/schema.ts';

/** Builds the GraphQL schema from every feature's part, in the order they build on one another. */
export function createSchema(): GraphQLSchema {
  const builder = createBuilder();
  const errorRef = addPlatform(builder);
  addUsers(builder);
  addAuth(builder);
  const { jobRef, eventRef } = addJobs(builder);
  addCredits(builder, errorRef, eventRef);
  const modelRef = addModels(builder);
  const repositoryRef = addRepositories(builder);
  const leftOutRef = addLeftOut(builder);
  addDocs(builder, { jobRef, repositoryRef, leftOutRef });
  addAnalyses(builder, { jobRef, repositoryRef, leftOutRef });
  addTasks(builder, { jobRef, repositoryRef, modelRef });
  addCvAnalyses(builder, jobRef);
  addItems(builder);
  return builder.toSchema();
}
