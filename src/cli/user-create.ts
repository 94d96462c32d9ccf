import { createInterface } from 'node:readline/promises';
import {
  type CANCEL_SYMBOL,
  confirm,
  intro,
  isCancel,
  outro,
  password as passwordPrompt,
  select,
  text,
} from '@clack/prompts';
import { z } from 'zod';
import { passwordIssues } from '../auth/passwords.ts';
import { register } from '../auth/service.ts';
import { ValidationError } from '../platform/errors.ts';
import { CommandError } from './failure.ts';
import type { Output } from './output.ts';
import { withApp } from './settings.ts';
import { type CreateOptions, type RoleWord, roleWords } from './user.ts';
import { accountResult, roleOf } from './user-accounts.ts';

interface Account {
  readonly email: string;
  readonly username: string | undefined;
  readonly password: string;
  readonly displayName: string | undefined;
  readonly role: RoleWord;
}

const emailForm = z.email().max(254);
/** Ctrl-D or a closed terminal: nobody will ever answer. */
const hungUp = new AbortController();
/** Standard output carries nothing but the result. */
const prompting = { output: process.stderr, signal: hungUp.signal };

/** Makes an account from options, and asks for what they leave open when somebody is there to answer. */
export async function createAccount(options: CreateOptions, output: Output): Promise<void> {
  const role = chosenRole(options);
  if (options.email !== undefined) checkEmail(options.email);
  const complete = options.email !== undefined && options.password !== undefined;
  const interactive = !complete && process.stdin.isTTY === true;
  const account = interactive ? await askFor(options, role) : await fromOptions(options, role);
  checkLengths(account);
  const names = [account.email, account.email.split('@')[0] ?? '', account.username ?? ''];
  const [issue] = passwordIssues(account.password, names);
  if (account.password === '') throw new ValidationError('The password must not be empty');
  const user = await withApp((app) =>
    register(app, { ...account, role: roleOf[account.role] }, { overrideRule: true }),
  );
  // Whoever typed it at a terminal was asked.
  if (issue !== undefined && options.password !== undefined)
    output.note(`Warning: the password ${issue.message}; it was taken all the same.`);
  const words = `Made ${user.email} (username ${user.username}, role ${account.role}).`;
  if (interactive) outro(words, prompting);
  else output.print(words);
  output.result({ user: accountResult(user) });
}

function chosenRole({ role, superuser }: CreateOptions): RoleWord | undefined {
  if (superuser !== true) return role;
  if (role !== undefined && role !== 'admin') {
    throw new ValidationError(`--superuser means --role admin, but --role ${role} was given`);
  }
  return 'admin';
}

async function fromOptions(options: CreateOptions, role: RoleWord | undefined): Promise<Account> {
  const missing = (['email', 'password'] as const).filter((name) => options[name] === undefined);
  if (options.email === undefined || options.password === undefined) {
    const flags = missing.map((name) => `--${name}`).join(' and ');
    throw new ValidationError(`Give ${flags}: nobody is at a terminal to be asked`);
  }
  return {
    email: options.email,
    username: options.username,
    password: options.password === '-' ? await firstLineOfInput() : options.password,
    displayName: options.displayName,
    role: role ?? 'user',
  };
}

async function firstLineOfInput(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) return line;
  throw new ValidationError('--password - reads the password from standard input, which is empty');
}

async function askFor(options: CreateOptions, role: RoleWord | undefined): Promise<Account> {
  // The prompts stop listening without a word then, and nothing is left to wait for.
  process.once('beforeExit', () => hungUp.abort());
  intro('A new account', prompting);
  const email = options.email ?? (await askEmail());
  const username = options.username ?? (await askUsername(email));
  return {
    email,
    username,
    displayName: options.displayName ?? (await ask(text({ ...prompting, message: 'Display name (may stay empty)' }))),
    password: options.password ?? (await askPassword([email, email.split('@')[0] ?? '', username ?? ''])),
    role: role ?? (await askRole()),
  };
}

function askEmail(): Promise<string> {
  const validate = (typed = '') =>
    emailForm.safeParse(typed.trim()).success ? undefined : 'This is not an email address.';
  return ask(text({ ...prompting, message: 'Email', validate }));
}

async function askUsername(email: string): Promise<string | undefined> {
  const message = 'Username (empty: made from the email)';
  const typed = await ask(text({ ...prompting, message, placeholder: email.split('@')[0] ?? '' }));
  return typed?.trim() ? typed.trim() : undefined;
}

async function askPassword(names: readonly string[]): Promise<string> {
  for (;;) {
    const validate = (typed = '') => (typed === '' ? 'It must not be empty.' : undefined);
    const typed = await ask(passwordPrompt({ ...prompting, message: 'Password', validate }));
    const same = (repeated = '') => (repeated === typed ? undefined : 'This is not the same password.');
    await ask(passwordPrompt({ ...prompting, message: 'The same again', validate: same }));
    const [issue] = passwordIssues(typed, names);
    if (issue === undefined) return typed;
    const message = `The password ${issue.message}. Take it all the same?`;
    if (await ask(confirm({ ...prompting, message, initialValue: false }))) return typed;
  }
}

function askRole(): Promise<RoleWord> {
  const hints: Record<RoleWord, string> = {
    user: 'works with what is its own',
    admin: 'also sees and cancels the work of others and manages users',
    viewer: 'only reads what is its own',
  };
  const options = roleWords.map((value) => ({ value, label: value, hint: hints[value] }));
  return ask(select<RoleWord>({ ...prompting, message: 'Role', options, initialValue: 'user' }));
}

/** An answer, or the end of the command when Ctrl-C was the answer. */
async function ask<Answer>(prompt: Promise<Answer | typeof CANCEL_SYMBOL>): Promise<Answer> {
  const answer = await prompt;
  if (!isCancel(answer)) return answer;
  throw new CommandError('No account was made.', { code: 'CANCELLED', exitCode: 130 });
}

function checkEmail(email: string): void {
  if (!emailForm.safeParse(email.trim()).success) throw new ValidationError(`This is not an email address: ${email}`);
}

function checkLengths({ displayName = '' }: Account): void {
  if (displayName.length > 100) throw new ValidationError('A display name has at most 100 characters');
}
