import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/**
 * Where compiled modules are kept, beside the installation they belong to: a process or thread starts in half the time
 * with them. Node writes what is new when it ends in good order. Without leave to write there, nothing is kept.
 */
export const MODULE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/millwright-modules', import.meta.url));

/**
 * WebAssembly is left as V8's first compiler makes it. Parsers are large and a thread does not live long: to compile
 * their busy functions once more took over half of the processor time of a small tree, and saves a few percent of that
 * of thousands of files. Both flags are needed.
 */
const COMPILED_ONCE = ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up'];

/**
 * Leaves WebAssembly at V8's first compiler, in the whole process. To be called before modules are loaded: V8 takes
 * none from the cache that was compiled under other flags.
 */
export function compileWasmOnce(): void {
  for (const flag of COMPILED_ONCE) setFlagsFromString(flag);
}
