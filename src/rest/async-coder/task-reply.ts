import type { AsyncCoderTaskQuery } from '../../gql/graphql.ts';
import { resultTypeWord, wordsOf } from './task-words.ts';

type Task = NonNullable<AsyncCoderTaskQuery['r']>;

/**
 * A task as its poll tells it. Field by field: front ends ask every few seconds, and to spread what the executor gives
 * takes ten times as long.
 */
export function taskReply(task: Task) {
  return {
    id: task.databaseId,
    title: task.title,
    description: task.description,
    prompt: task.prompt,
    ...wordsOf(task),
    branch: task.branch,
    targetBranch: task.targetBranch,
    progress: task.percentage,
    estimatedCredits: task.estimatedCredits,
    creditsUsed: task.creditsUsed,
    startedAt: task.startedAt,
    completedAt: task.finishedAt,
    createdAt: task.createdAt,
    repository: {
      id: task.repository.databaseId,
      name: task.repository.name,
      fullName: `${task.repository.namespace}/${task.repository.name}`,
    },
    aiModel: { id: task.aiModel.databaseId, name: task.aiModel.name, displayName: task.aiModel.displayName },
    results: task.results.map(({ databaseId: id, resultType, content, summary, data, createdAt }) => ({
      id,
      resultType: resultTypeWord[resultType],
      content,
      summary,
      data,
      createdAt,
    })),
  };
}
