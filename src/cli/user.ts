import { type Command, Option } from 'commander';
import type { Output } from './output.ts';
import { withApp } from './settings.ts';

/** What `user create` was told by options. */
export interface CreateOptions {
  readonly email?: string;
  readonly username?: string;
  readonly password?: string;
  readonly displayName?: string;
  readonly role?: RoleWord;
  readonly superuser?: boolean;
}

/** The roles, as they are written at the command line. */
export const roleWords = ['user', 'admin', 'viewer'] as const;
export type RoleWord = (typeof roleWords)[number];

const createExamples = `
Examples:
  $ millwright user create
  $ millwright user create --email you@example.com --password secret --superuser
  $ millwright user create --email you@example.com --password - < password.txt

At a terminal, what is missing is asked for. The password rule does not bind you here: a password against it is
taken, with a warning.`;

/** Why credits are given, as it is written at the command line. */
export const grantWords = ['credit', 'bonus', 'refund', 'purchase'] as const;
export type GrantWord = (typeof grantWords)[number];

/** Adds `user create|list|set-role|grant|api-key`. */
export function registerUserCommands(program: Command, output: Output): void {
  const user = program.command('user').description('Make accounts and look after them.');
  const roleOption = () => new Option('--role <role>', 'what the account may do').choices(roleWords);
  user
    .command('create')
    .description('Make an account.')
    .option('--email <address>', 'email, unique')
    .option('--username <name>', "username, unique; made from the email's local part unless given")
    .option(
      '--password <password>',
      'password; - reads the first line of standard input, which keeps it off the screen',
    )
    .option('--display-name <name>', 'how to call them')
    .addOption(roleOption())
    .option('--superuser', 'the same as --role admin')
    .addHelpText('after', createExamples)
    .action(async (options: CreateOptions) => (await import('./user-create.ts')).createAccount(options, output));
  user
    .command('list')
    .description('List all accounts, oldest first.')
    .action(async () => (await import('./user-accounts.ts')).listAccounts(output));
  user
    .command('set-role')
    .description('Give an account another role, from its next request on.')
    .argument('<email>', 'email or username')
    .addOption(roleOption().makeOptionMandatory())
    .action(async (login: string, { role }: { role: RoleWord }) => {
      const { setAccountRole } = await import('./user-accounts.ts');
      await withApp((app) => setAccountRole(app, { login, role }, output));
    });
  addGrant(user, output);
  user
    .command('api-key')
    .description('Make an API key for an account and print it, this once.')
    .argument('<email>', 'email or username')
    .option('--name <name>', 'what the key is for', 'command line')
    .addHelpText('after', '\nExample:\n  $ curl -H "X-API-Key: $(millwright user api-key you@example.com)" …')
    .action(async (login: string, { name }: { name: string }) => {
      const { makeApiKey } = await import('./user-accounts.ts');
      await withApp((app) => makeApiKey(app, { login, name }, output));
    });
}

function addGrant(user: Command, output: Output): void {
  user
    .command('grant')
    .description('Give an account credits.')
    .argument('<email>', 'email or username')
    .argument('<credits>', 'how many', Number)
    .addOption(new Option('--type <type>', 'why').choices(grantWords).default('credit'))
    .option('--description <text>', 'what for, as its owner reads it', 'Granted by the operator')
    .action(async (login: string, amount: number, options: { type: GrantWord; description: string }) => {
      const { grantAccount } = await import('./user-accounts.ts');
      await withApp((app) => grantAccount(app, { login, amount, ...options }, output));
    });
}
