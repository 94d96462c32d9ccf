/**
 * A name by which a file knows a whole module, and the last part of what it imports it by; empty for `..` and its kind.
 */
export interface ModuleName {
  readonly local: string;
  readonly last: string;
}

const SCRIPT =
  /\bimport\s+(?:\*\s*as\s+)?([\w$]+)\s*(?:,[^;'"]*)?\s+from\s*['"]([^'"]+)['"]|\b(?:const|let|var)\s+([\w$]+)\s*=\s*require\(\s*['"]([^'"]+)['"]\s*\)/g;

/**
 * `import httpx`, `import numpy as np`, `from pkg import module`, `import * as x from 'x'`, `const x = require('x')`.
 */
export function moduleNames(path: string, text: string): ModuleName[] {
  return /\.pyi?$/.test(path) ? pythonNames(text) : scriptNames(text);
}

function scriptNames(text: string): ModuleName[] {
  return [...text.matchAll(SCRIPT)].map((match) => ({
    local: match[1] ?? match[3] ?? '',
    last: (match[2] ?? match[4] ?? '')
      .replace(/\/(?:index)?(?:\.[cm]?[jt]sx?)?$|\.[cm]?[jt]sx?$/, '')
      .replace(/^.*\//, '')
      .replace(/^\.+$/, ''),
  }));
}

function pythonNames(text: string): ModuleName[] {
  const statements = text.matchAll(/^[ \t]*(?:import|from[ \t]+[\w.]+[ \t]+import)[ \t]+([\w., \t]+)/gm);
  return [...statements].flatMap((match) =>
    (match[1] ?? '').split(',').flatMap((one): ModuleName[] => {
      const [name = '', , alias] = one.trim().split(/\s+/);
      if (!/^\w[\w.]*$/.test(name)) return [];
      return [{ local: alias ?? name, last: name.slice(name.lastIndexOf('.') + 1) }];
    }),
  );
}
