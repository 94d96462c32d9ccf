import { compileWasmOnce } from '../platform/compilation.ts';

// Holds for what is loaded from here on, so that everything else is.
compileWasmOnce();
const { runCommandLine } = await import('./command-line.ts');
await runCommandLine(process.argv.slice(2));
