// The command to copy. A file in this folder is a command of your own:
//
//   1. Copy this file to a name of yours, such as greet.ts, and change what it says and does.
//   2. `options` says by zod what each option accepts, its default and what it is for; `flags` how it is written.
//      What does not fit is refused in one sentence before `run` is called.
//   3. `run` gets the app (`app.database`, `app.storage`, `app.log` …) and the parsed options. Call the services of
//      the features (src/<feature>/service.ts) where there is one: they check the rules.
//   4. `output.print` is for people, `output.result` for programs (--json), `output.note` for warnings.
//   5. Throw an error to fail: its message is printed, and the exit code is 1.
//
// There is nothing to register: `millwright cmd` lists it, `millwright cmd greet --help` explains it.
import { z } from 'zod';
import type { App } from '../../app.ts';
import { createUser } from '../../users/service.ts';
import { defineCommand } from '../custom.ts';

const email = 'seed@millwright.localhost';
/** Rows written by one statement. */
const batch = 1000;

export default defineCommand({
  name: 'seed',
  description: 'Fill the database with test data.',
  options: z.object({
    count: z.coerce.number().int().min(1).max(1_000_000).default(10).describe('how many records to make'),
  }),
  flags: { count: '-c, --count <number>' },
  async run(app, { count }, output) {
    const user = await seedUser(app);
    for (let made = 0; made < count; made += batch) {
      const data = Array.from({ length: Math.min(batch, count - made) }, (_, index) => ({
        ownerId: user.id,
        title: `Item ${made + index + 1}`,
        description: 'Made by the command seed.',
      }));
      await app.database.prisma.item.createMany({ data });
    }
    output.print(`Created ${count} records!`);
    output.print(`They belong to ${email}; for a key to read them: millwright user api-key ${email}`);
    output.result({ created: count, owner: email });
  },
});

/** The account that owns test data. It has no password: nobody signs in by it. */
async function seedUser(app: App) {
  const present = await app.database.prisma.user.findUnique({ where: { email } });
  return present ?? (await createUser(app, { email, displayName: 'Test data', passwordHash: null, role: 'USER' }));
}
