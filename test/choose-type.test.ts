import { describe, expect, it } from 'vitest';
import { chooseType } from '../src/tasks/engine/choose-type.ts';

const prompts: Record<string, readonly string[]> = {
  ASK: [
    'Where is the retry limit defined?',
    'Who calls parseConfig()?',
    'What does the scheduler do when a job times out?',
    'How is the database URL configured?',
    'Which file handles OAuth callbacks?',
    'Explain how sessions are stored',
    'Please tell me which functions write to the cache.',
    'Is there any place where we retry failed requests?',
    'Can you show me where the error "No such table" comes from?',
    'List all functions that take a Context',
    'What is the documentation command called?',
    'Why does the worker keep a second queue?',
    'authentication flow',
    '',
    'Wo wird die Verbindung geöffnet?',
  ],
  DEBUG: [
    'Fix the bug in src/parser.ts',
    'Debug the login handler, it returns 500',
    'Please fix the crash when the list is empty.',
    'Find bugs in the payment module',
    'Check src/api for security issues',
    'The upload fails with "EPIPE" since yesterday',
    'Traceback (most recent call last):\n  File "app.py", line 12, in <module>\nValueError: bad value',
    'Remove unused imports in lib/',
    'Lint the project',
    'Could you track down why the tests are failing and repair it?',
    'Resolve the type errors in models.py',
    'Our websocket is broken, help me to fix it',
    'Scan for leaked secrets',
  ],
  DOCUMENTATION: [
    'Document the public API of src/client',
    'Write a README for this project',
    'Add docstrings to utils.py',
    'Generate documentation for the REST endpoints',
    'Please add JSDoc comments to all exported functions',
    'Update the docs of the CLI',
    'List undocumented functions',
    'Create a user guide',
    'Improve the documentation of the storage layer',
  ],
  ARCHITECT: [
    'Draw the architecture of this service',
    'Give me an overview of the architecture',
    'Design a plugin system for the exporter',
    'Find import cycles',
    'Describe the module structure and the layers',
    'Where are the hot spots of this code base?',
    'Analyze the technical debt of the project',
    'Refactor the billing package into smaller modules',
    'Map out how the packages depend on each other',
    'Plan the migration to a plugin architecture',
    'Review the architecture of the backend',
  ],
  PR_REVIEW: [
    'Review this pull request',
    'Review the changes on feature/login',
    'Please review my branch before I merge it',
    'Do a code review',
    'Check the diff against main',
    'Compare this branch with main',
    'Is this PR ready to merge?',
    'Look over my last commits and comment on them',
    'Give feedback on the merge request',
  ],
};

describe('a task without a type', () => {
  for (const [type, own] of Object.entries(prompts)) {
    it.each(own)(`is ${type}: %s`, (prompt) => {
      expect(chooseType(prompt)).toMatchObject({ type });
    });
  }

  it('says in a sentence what it was chosen by', () => {
    expect(chooseType('Please fix the crash in `a.ts`').reason).toBe(
      'The prompt says “fix”, so it is taken as code to be checked and fixed (DEBUG).',
    );
    expect(chooseType('…').reason).toBe(
      'The prompt names no kind of work, so it is taken as a question to be answered (ASK).',
    );
  });

  it('takes what is quoted for the subject, not for the order', () => {
    expect(chooseType('What does `fix the bug` in the log mean?').type).toBe('ASK');
    expect(chooseType('Explain this:\n```\nfix();\nreview();\n```').type).toBe('ASK');
  });

  it('is chosen in a time that grows with the length of its prompt', () => {
    expect(chooseType('fix '.repeat(100_000)).type).toBe('DEBUG');
    expect(chooseType('please '.repeat(100_000)).type).toBe('ASK');
  });
});
