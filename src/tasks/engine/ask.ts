import { writeAnswer } from './ask-answer.ts';
import { FIND_EVIDENCE } from './ask-evidence.ts';
import { readQuestion } from './ask-question.ts';
import type { TaskEngine } from './task-engine.ts';
import { readTaskTree } from './task-tree.ts';

/**
 * Answers a question about a checkout from its symbols and a search in its text: where something is defined, who uses
 * it, what it says of itself, how it is set, where a message comes from. What has no evidence is "not found".
 */
export const answerQuestion: TaskEngine = async (brief, tools) => {
  const question = readQuestion(brief.prompt, brief.repository.name);
  tools.report(0, 'Reading the code');
  const tree = await readTaskTree(brief, tools, (share) => tools.report(share * 0.7, 'Reading the code'));
  tools.report(0.7, 'Searching');
  const { root, packed } = tree;
  const evidence = await tools.threads.run(FIND_EVIDENCE, { root, packed, question }, { signal: tools.signal });
  const { content, summary, confidence, places } = writeAnswer(question, evidence, brief);
  const { kind, names, quotes, paths, words } = question;
  tools.report(1, 'Answered');
  return {
    findings: [
      {
        resultType: 'ANALYSIS',
        content,
        summary,
        data: {
          question: { kind, names, quotes, paths, words },
          confidence,
          isFound: confidence !== 'none',
          places,
          searched: evidence.searched,
        },
      },
    ],
    edits: [],
    editSummary: null,
    message: confidence === 'none' ? 'No answer was found in the tree' : summary,
  };
};
