/** Languages whose symbols are read; every other language is listed only. */
export type ParsedLanguage =
  | 'typescript'
  | 'javascript'
  | 'python'
  | 'go'
  | 'java'
  | 'rust'
  | 'c'
  | 'cpp'
  | 'csharp'
  | 'ruby'
  | 'php';

const BY_EXTENSION: Readonly<Record<string, string>> = {
  astro: 'Astro',
  bash: 'Shell',
  bat: 'Batch',
  cfg: 'INI',
  clj: 'Clojure',
  css: 'CSS',
  dart: 'Dart',
  elm: 'Elm',
  erl: 'Erlang',
  ex: 'Elixir',
  exs: 'Elixir',
  fs: 'F#',
  gradle: 'Gradle',
  graphql: 'GraphQL',
  hs: 'Haskell',
  html: 'HTML',
  ini: 'INI',
  jl: 'Julia',
  json: 'JSON',
  jsonc: 'JSON',
  json5: 'JSON',
  kt: 'Kotlin',
  kts: 'Kotlin',
  less: 'Less',
  lua: 'Lua',
  m: 'Objective-C',
  md: 'Markdown',
  mdx: 'MDX',
  ml: 'OCaml',
  mm: 'Objective-C++',
  nim: 'Nim',
  pl: 'Perl',
  prisma: 'Prisma',
  proto: 'Protocol Buffers',
  ps1: 'PowerShell',
  pyx: 'Cython',
  r: 'R',
  rst: 'reStructuredText',
  sass: 'Sass',
  scala: 'Scala',
  scss: 'SCSS',
  sh: 'Shell',
  sol: 'Solidity',
  sql: 'SQL',
  svelte: 'Svelte',
  swift: 'Swift',
  tf: 'HCL',
  toml: 'TOML',
  txt: 'Text',
  vue: 'Vue',
  xml: 'XML',
  yaml: 'YAML',
  yml: 'YAML',
  zig: 'Zig',
  zsh: 'Shell',
};

const PARSED_EXTENSION: Readonly<Record<string, ParsedLanguage>> = {
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
  pyi: 'python',
  go: 'go',
  java: 'java',
  rs: 'rust',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  hxx: 'cpp',
  cs: 'csharp',
  rb: 'ruby',
  php: 'php',
};

const BY_NAME: Readonly<Record<string, string>> = {
  makefile: 'Makefile',
  dockerfile: 'Dockerfile',
  gnumakefile: 'Makefile',
};

const DISPLAY_NAME: Readonly<Record<ParsedLanguage, string>> = {
  typescript: 'TypeScript',
  javascript: 'JavaScript',
  python: 'Python',
  go: 'Go',
  java: 'Java',
  rust: 'Rust',
  c: 'C',
  cpp: 'C++',
  csharp: 'C#',
  ruby: 'Ruby',
  php: 'PHP',
};

const BINARY_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    '7z a avi avif bin bmp br bz2 class db dll dmg doc docx dylib eot exe flac gif gz ico icns jar jpeg jpg lockb mo mov ' +
    'mp3 mp4 node o obj ogg otf parquet pdf pkl png ppt pptx psd pyc pyd pyo rar so sqlite tar tgz tif tiff ttf wasm ' +
    'wav webm webp whl woff woff2 xls xlsx xz zip zst'
  ).split(' '),
);

/** Lower-case extension of the last path segment without its dot; empty when there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}

/** The language whose symbols can be read from this path, or null. */
export function parsedLanguageOf(path: string): ParsedLanguage | null {
  const extension = extensionOf(path);
  return Object.hasOwn(PARSED_EXTENSION, extension) ? (PARSED_EXTENSION[extension] ?? null) : null;
}

/**
 * Whether the parser of a language keeps to a bounded stack. The one of TypeScript and JavaScript does not: large text
 * needs a process of its own.
 */
export function hasBoundedParser(language: ParsedLanguage): boolean {
  return language !== 'typescript' && language !== 'javascript';
}

/** Name of the language of a path as people write it ("TypeScript", "C++"), or null when it is not known. */
export function languageOf(path: string): string | null {
  const parsed = parsedLanguageOf(path);
  if (parsed !== null) return DISPLAY_NAME[parsed];
  const extension = extensionOf(path);
  if (Object.hasOwn(BY_EXTENSION, extension)) return BY_EXTENSION[extension] ?? null;
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return Object.hasOwn(BY_NAME, name) ? (BY_NAME[name] ?? null) : null;
}

/** Whether the extension alone says that the file holds no text. */
export function hasBinaryExtension(path: string): boolean {
  return BINARY_EXTENSIONS.has(extensionOf(path));
}
