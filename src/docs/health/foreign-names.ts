import { builtinModules, createRequire } from 'node:module';

/** Python's own, as far as documents name them with brackets. */
const PYTHON =
  'abs all any ascii bin breakpoint callable chr classmethod compile delattr dir divmod enumerate eval exec filter format ' +
  'frozenset getattr globals hasattr hash help hex id input isinstance issubclass iter len list locals map max memoryview ' +
  'min next object oct open ord pow print property range repr reversed round set setattr slice sorted staticmethod str ' +
  'sum super tuple type vars zip __import__ __init__ __call__ __enter__ __exit__ __str__ __repr__ __eq__ __hash__ ' +
  'append extend insert remove pop clear index count sort reverse copy keys values items update setdefault popitem join ' +
  'split strip encode decode startswith endswith replace lower upper read write readline readlines close seek tell flush ' +
  'sys_exit namedtuple defaultdict deque partial reduce lru_cache wraps contextmanager dataclass field asdict deepcopy ' +
  'run gather create_task sleep wait_for get_event_loop run_until_complete to_thread time perf_counter ' +
  'import_module invalidate_caches getLogger basicConfig iter_modules setUp tearDown assertEqual assertRaises ' +
  'exc_info set_trace setrecursionlimit getenv makedirs mkdtemp check_output check_call as_completed run_coroutine_threadsafe';

let script: Set<string> | null = null;
const python = new Set(PYTHON.split(' '));

/** Whether a name is one that a language or its platform brings along. */
export function isForeignName(name: string): boolean {
  script ??= scriptNames();
  return script.has(name) || python.has(name) || /^__\w+__$/.test(name);
}

/** Names of the globals of JavaScript, of their members, and of the modules of Node. */
function scriptNames(): Set<string> {
  const found = new Set<string>(
    'fetch document window navigator addEventListener removeEventListener querySelector querySelectorAll getElementById appendChild createElement setState useState useEffect useMemo useRef useCallback useContext render hydrate describe it test expect beforeEach afterEach beforeAll afterAll toBe toEqual localStorage sessionStorage requestAnimationFrame setAttribute getAttribute dispatchEvent preventDefault stopPropagation'.split(
      ' ',
    ),
  );
  const require = createRequire(import.meta.url);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    found.add(name);
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    // Getters of Node load what they stand for, and some of them warn.
    if (descriptor !== undefined && 'value' in descriptor) addMembers(descriptor.value, found);
  }
  for (const module of builtinModules) {
    if (!MODULES.has(module)) continue;
    found.add(module);
    const exported: unknown = require(`node:${module}`);
    addMembers(exported, found);
    if (typeof exported === 'object' && exported !== null)
      for (const one of Object.values(Object.getOwnPropertyDescriptors(exported))) addMembers(one.value, found);
  }
  return found;
}

const MODULES: ReadonlySet<string> = new Set(
  'fs path http https http2 stream util events url crypto buffer timers child_process net tls zlib assert os readline dns querystring worker_threads async_hooks perf_hooks'.split(
    ' ',
  ),
);

function addMembers(value: unknown, found: Set<string>): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  for (const name of Object.getOwnPropertyNames(value)) found.add(name);
  const prototype: unknown = Object.getOwnPropertyDescriptor(value, 'prototype')?.value;
  if (typeof prototype === 'object' && prototype !== null)
    for (const name of Object.getOwnPropertyNames(prototype)) found.add(name);
}
