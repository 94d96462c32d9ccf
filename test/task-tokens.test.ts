import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerTokens } from '../src/tasks/answer-tokens.ts';
import countAll from '../src/tasks/count-tokens.ts';
import { TokenMeter } from '../src/tasks/token-meter.ts';
import { type TestApp, testApp } from './app.ts';
import { makeProject } from './story.ts';
import { outcomeOf } from './task-shell.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ api: false });
});
afterAll(() => app.close());

describe('tokens', () => {
  it('are those of the question, of the lines that places name, of changed files and of what was written', async () => {
    const line = 'export const answer = 42;';
    const root = await makeProject({ 'a.ts': `one\n${line}\nthree\n`, 'secret.txt': 'never read\n' }, { git: false });
    const asked = { type: 'ASK', title: 'Title', description: null, prompt: 'Where is the answer?' } as const;
    const where = { root, branch: 'main', commit: null, targetBranch: 'main', targetCommit: null };
    const brief = { ...asked, ...where, repository: { name: 'a', fullName: 'a/a', url: null } };
    const place = { path: 'a.ts', line: 2 };
    const findings = [
      {
        resultType: 'ANALYSIS',
        content: '# Here\n',
        summary: 'In a.ts.',
        data: { places: [place, place], more: { deep: [{ path: '../secret', line: 1 }] } },
      },
    ] as const;
    const outcome = outcomeOf([{ path: 'b.ts', before: 'old\n', after: 'new text\n' }], { findings });
    const texts = ['Title', 'Where is the answer?', line, 'old\n', 'new text\n', '# Here\n', 'In a.ts.'];
    const expected = texts.reduce((sum, text) => sum + countTokens(text), 0);
    expect(await answerTokens(app.app, brief, outcome, AbortSignal.timeout(30_000))).toBe(expected);
  });

  it('are counted in text of any kind: words for control, no blanks at all, half of a character', () => {
    expect(countAll(['<|endoftext|>'])).toBeGreaterThan(1);
    expect(countAll(['x'.repeat(100_000)])).toBeGreaterThan(10_000);
    expect(countAll(['\ud83d', '', '漢字'.repeat(5000)])).toBeGreaterThan(5000);
  });

  it('are cut from code at line ends, so that they are as many as of the whole', () => {
    const code = Array.from({ length: 3000 }, (_, n) => `const value${n} = compute(${n});\n`).join('');
    expect(Math.abs(countAll([code]) - countTokens(code))).toBeLessThan(countTokens(code) / 500);
  });

  it('that nobody has are not counted', async () => {
    const meter = new TokenMeter(app.app, '01890000-0000-7000-8000-000000000000', 5);
    for (const nonsense of [0, -3, Number.NaN]) meter.add(nonsense);
    meter.add(1.5);
    await meter.flush();
    expect(meter.total).toBe(7);
  });
});
