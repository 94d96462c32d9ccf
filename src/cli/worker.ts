import type { Command } from 'commander';
import type { Output } from './output.ts';
import { runUntilStopped } from './run.ts';
import { readSettings } from './settings.ts';

type Role = 'worker' | 'scheduler';

const roles = {
  worker: {
    description: 'Work on jobs until stopped. Start as many as you like, on any machine.',
    ready: 'Working on jobs.',
  },
  scheduler: {
    description: 'Start what is due by the clock until stopped. Several share the work; each time comes once.',
    ready: 'Watching the clock.',
  },
} as const;

/** Adds `worker` and `scheduler`, and the same below `taskiq`, by which scripts know them. */
export function registerWorkerCommands(program: Command, output: Output): void {
  addRoles(program, output);
  addRoles(program.command('taskiq').description('The same as worker and scheduler, by their older name.'), output);
}

function addRoles(parent: Command, output: Output): void {
  for (const role of ['worker', 'scheduler'] as const) {
    parent
      .command(role)
      .description(roles[role].description)
      .action(() => runRole(role, output));
  }
}

async function runRole(role: Role, output: Output): Promise<void> {
  const config = readSettings();
  await runUntilStopped(config, { api: false, worker: role === 'worker', scheduler: role === 'scheduler' }, () => {
    output.print(`${roles[role].ready} Stop with Ctrl-C.`);
    output.result({ role, pid: process.pid });
  });
}
