import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SetScore, scoreLabelledSet } from '../bench/cv-score.ts';
import { createCvThreads } from '../src/cv/reading.ts';

/** What the score does not fall below; `npm run bench -- cv --each` says where it stands and what is wrong. */
const floor = { precision: 0.95, recall: 0.92, split: 0.9, groupsFound: 0.9 } as const;

const threads = createCvThreads(2);
let score: SetScore;
beforeAll(async () => {
  score = await scoreLabelledSet(threads);
});
afterAll(() => threads.close());

describe('on the labelled set', () => {
  it.each(['precision', 'recall', 'split', 'groupsFound'] as const)('the %s is what a reader would trust', (figure) => {
    expect(score[figure]).toBeGreaterThanOrEqual(floor[figure]);
    expect(score[figure]).toBeLessThanOrEqual(1);
  });

  it('PDF, DOCX and text of the same CV show the same skills', () => {
    expect(score.cvs).toHaveLength(30);
    const differing = score.cvs.flatMap(({ differing: files }) => Object.entries(files));
    expect(differing).toEqual([]);
  });
});
