#!/usr/bin/env node
// The command `millwright`: plain JavaScript for any Node, which prepares the installation and hands over to main.js on
// the pinned Node.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { pinnedNode, prepare, reportAndFail } from './prepare.js';

const main = new URL('./main.js', import.meta.url);

try {
  prepare();
} catch (error) {
  reportAndFail(error);
}
if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.argv[1] = fileURLToPath(main);
  await import(main.href);
} else {
  handOver();
}

/** Runs main.js on the pinned Node, as if it were this process. */
function handOver() {
  const child = spawn(pinnedNode(), [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => {
      // A terminal has sent Ctrl-C and Ctrl-\ to the child already; a second one would mean "at once".
      const fromTerminal = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
      if (!fromTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`The pinned Node could not be started: ${error.message}.`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
