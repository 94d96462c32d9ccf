import { posix } from 'node:path';
import type { Manifest } from '../../code/manifests.ts';
import { type CommandFault, type CommandPlace, foldersFor } from './command-place.ts';
import { cargoTarget, goPackage, scriptFile } from './command-targets.ts';
import type { MarkdownDocument } from './markdown-document.ts';
import { didYouMean, nearest } from './nearest.ts';
import { believed, checkOwnProgram, ownPrograms, ownWords } from './own-programs.ts';
import type { Fault } from './rules.ts';
import { type ShellCommand, shellCommands } from './shell-commands.ts';
import type { HealthSubject } from './subject.ts';

type Runner = (words: readonly string[], command: ShellCommand, place: CommandPlace) => CommandFault | null;

/** What is run, by the name of the program. */
const RUNNERS: Readonly<Record<string, Runner>> = {
  npm: npmScript,
  pnpm: npmScript,
  yarn: npmScript,
  bun: npmScript,
  make: makeTarget,
  python: pythonModule,
  python3: pythonModule,
  node: scriptFile,
  bash: scriptFile,
  sh: scriptFile,
  cargo: cargoTarget,
  go: goPackage,
};
const PASSING_ON: ReadonlySet<string> = new Set(['poetry', 'uv', 'pipenv', 'pdm', 'rye', 'hatch']);

/** Makes the check of the commands of documents; what the repository's own programs are is read once. */
export function commandChecker(subject: HealthSubject): (document: MarkdownDocument) => Fault[] {
  const read = ownPrograms(subject);
  const isFolder = (path: string): boolean => subject.paths.isFolder(path);
  const commands = new Map(
    [...subject.documents.values()]
      .filter(({ isHistory }) => !isHistory)
      .map((document) => [document, shellCommands(document, isFolder, read.names)]),
  );
  const programs = believed(read, [...commands.values()].flat(), subject.names);
  return (document) => {
    const seen = new Set<string>();
    return (commands.get(document) ?? []).flatMap((command) => {
      const fault = checkCommand(command, { document, subject, programs });
      const text = command.words.join(' ');
      // The same line twice in a paragraph is one thing to mend.
      if (fault === null || seen.has(`${command.line} ${text}`)) return [];
      seen.add(`${command.line} ${text}`);
      return [
        {
          rule: 'docs/unknown-command' as const,
          file: document.path,
          line: command.line,
          column: command.column,
          subject: text,
          shapes: [`calls of ${command.words.slice(0, 2).join(' ')}`],
          ...fault,
        },
      ];
    });
  };
}

/** It stands behind words that make it one of many. */
function isExample({ inline, line, column }: ShellCommand, { text }: MarkdownDocument): boolean {
  if (!inline) return false;
  const lines = text.split('\n');
  const before = `${lines[line - 2] ?? ''} ${(lines[line - 1] ?? '').slice(0, column - 1)}`;
  return /(?:\be\.\s?g\.?|\bfor (?:example|instance)|\bsuch as|\blike|\bsay)[\s,:(]*$/i.test(before);
}

/** What the reader puts a name for: `cargo run --bin example-name`. */
const PLACEHOLDER =
  /^(?:(?:[a-z]+[-_])*(?:example|script|target|command|task|package|crate|app|binary|bin|project|module|test|your|the)[-_]name|(?:your|my|some)[-_][\w-]+)$/i;

function checkCommand(command: ShellCommand, place: CommandPlace): CommandFault | null {
  if (isExample(command, place.document)) return null;
  let words = ownWords(command.words);
  if (PASSING_ON.has(words[0] ?? '') && words[1] === 'run')
    words = words.slice(2).filter((word, at) => at > 0 || !word.startsWith('-'));
  if (['npx', 'bunx', 'pnpx', 'uvx'].includes(words[0] ?? '')) words = afterOptions(words.slice(1));
  if (words[0] === 'pnpm' && (words[1] === 'exec' || words[1] === 'dlx')) words = words.slice(2);
  const [program = ''] = words;
  if (words.some((word) => /[<>{}…]|\.\.\./.test(word) && !word.startsWith('>')) && !place.programs.names.has(program))
    return null;
  if (words.some((word) => PLACEHOLDER.test(word)) && !place.programs.names.has(program)) return null;
  const runner = Object.hasOwn(RUNNERS, program) ? RUNNERS[program] : undefined;
  if (runner !== undefined) return runner(words, command, place);
  if (program.startsWith('./')) return scriptFile(['', ...words], command, place);
  return checkOwnProgram(words, place.programs, place.subject);
}

/** A program with what it is given, without the options of what runs it; what stands behind `--` later is its own. */
function afterOptions(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !/^(?:-y|--yes|--no-install|--)$/.test(word));
  return first < 0 ? [] : words.slice(first);
}

function manifestsIn(folders: readonly string[], kind: Manifest['kind'], { subject }: CommandPlace): Manifest[] {
  return folders.flatMap((folder) =>
    subject.manifests.filter((one) => one.kind === kind && posix.dirname(one.path) === (folder === '' ? '.' : folder)),
  );
}

const LIFECYCLE: ReadonlySet<string> = new Set(['test', 'start', 'stop', 'restart', 't']);
const SCRIPT_WORDS =
  /^(?:build|tests?|lint|dev|start|format|fmt|typecheck|type-check|docs?|release|deploy|serve|watch|clean|generate|bench|benchmark|coverage|check|preview|e2e|migrate|seed|prepare|ci)(?:[:-][\w:-]+)?$/;

function npmScript(words: readonly string[], command: ShellCommand, place: CommandPlace): CommandFault | null {
  const [program = '', ...rest] = words;
  if (
    rest.some((word) =>
      /^(?:-w|--workspaces?|--filter|-F|--prefix|-C|--cwd|-r|--recursive|--if-present|--dir)(?:=|$)/.test(word),
    )
  )
    return null;
  const [verb = '', next = ''] = rest.filter((word) => !/^-/.test(word));
  const isRun = verb === 'run' || verb === 'run-script';
  let script = isRun ? next : verb === 't' ? 'test' : verb;
  if (script === '' || !/^[\w:.@-]+$/.test(script)) return null;
  if (!isRun && program !== 'npm' && !LIFECYCLE.has(verb) && !SCRIPT_WORDS.test(verb)) return null;
  if (!isRun && !LIFECYCLE.has(verb) && (program === 'npm' || program === 'bun')) return null;
  // Of the package managers themselves.
  if (!isRun && /^(?:ci|docs|clean|prepare)$/.test(verb)) return null;
  if (program === 'bun' && (!isRun || /[./]/.test(script))) return null;
  script = script.replace(/^-+/, '');
  const folders = isForUsers(place) ? null : foldersFor(command);
  if (folders === null || place.document.blocks.some(({ text }) => NEW_PROJECT.test(text)) || isOfAnother(place))
    return null;
  if (LIFECYCLE.has(script) && isOfReadersProject(command, place.document)) return null;
  const manifests = manifestsIn(folders, 'package.json', place);
  const names = manifests.flatMap(({ scripts }) => scripts.map(({ name }) => name));
  if (manifests.length === 0 || manifests.some(({ problem }) => problem !== null) || names.includes(script))
    return null;
  if (script === 'restart' || (script === 'start' && place.subject.paths.isFile('server.js'))) return null;
  if (isToldElsewhere(script, 'package.json', place)) return null;
  const where = manifests[0]?.path ?? 'package.json';
  return {
    message: `\`${[program, isRun ? `${verb} ` : '', script].join(' ').replace(/\s+/g, ' ')}\`: \`${where}\` has no script \`${script}\`.`,
    suggestion: didYouMean(nearest(script, names)),
  };
}

/** The document shows the script in a manifest of its reader, or speaks of the folder whose manifest has it. */
function isToldElsewhere(name: string, kind: Manifest['kind'], { document, subject }: CommandPlace): boolean {
  if (document.blocks.some((block) => /json/.test(block.language) && block.text.includes(`"${name}":`))) return true;
  return subject.manifests.some((one) => {
    const folder = posix.dirname(one.path);
    return (
      one.kind === kind &&
      folder !== '.' &&
      one.scripts.some((script) => script.name === name) &&
      document.text.includes(posix.basename(folder))
    );
  });
}

const READERS =
  /\byour (?:own |\w+ )?(?:app|application|project|program|server|bot|site|service)\b|\b(?:in this example|launching your)\b/i;

/** The section speaks of a project of the reader's, which is started and tested in the way that all are. */
function isOfReadersProject({ line }: ShellCommand, { text }: MarkdownDocument): boolean {
  const lines = text.split('\n');
  const isHeading = (one: string): boolean => /^#{1,6}\s/.test(one);
  const first = lines.slice(0, line - 1).findLastIndex(isHeading);
  return lines.slice(first + 1, line).some((one) => READERS.test(one));
}

/** The document has its reader clone another repository, whose commands follow. */
function isOfAnother({ document, subject }: CommandPlace): boolean {
  const { name, url } = subject.repository;
  return [...document.text.matchAll(CLONED)].some(([, owner = '', cloned = '']) => {
    const own =
      url === null ? cloned.replace(/\.git$/, '') === name : url.includes(`${owner}/${cloned.replace(/\.git$/, '')}`);
    return !own;
  });
}

const CLONED = /\bclon(?:e|ed|ing)\b[^\n.:]{0,30}[`[]([\w-]+)\/([\w.-]+)[`\]]/gi;

function makeTarget(words: readonly string[], command: ShellCommand, place: CommandPlace): CommandFault | null {
  if (words.some((word) => /^(?:-C|-f|--directory|--file|--makefile)/.test(word))) return null;
  const folders = isForUsers(place) ? null : foldersFor(command);
  // Another program is built from its own sources.
  if (folders === null || place.document.blocks.some(({ text }) => OTHER_SOURCES.test(text))) return null;
  const manifests = manifestsIn(makefileFolders(folders, command, place), 'Makefile', place);
  const [first] = manifests;
  if (first === undefined) return null;
  const text = manifests.map(({ path }) => place.subject.read(path) ?? '').join('\n');
  // Targets by pattern, or from files that are not read.
  if (/^-?s?include\s/m.test(text) || /^[^\t#:=]*%[^:=]*:/m.test(text)) return null;
  const names = manifests.flatMap(({ scripts }) => scripts.map(({ name }) => name));
  const targets = words
    .slice(1)
    .filter((word) => /^[\w.-]+$/.test(word) && !word.startsWith('-') && !/^v?\d[\d.]*$/.test(word));
  const unknown = targets.find(
    (target) =>
      !names.includes(target) &&
      !new RegExp(`^[^\\t#=]*(?<![\\w-])${target.replace(/[.]/g, '\\.')}(?![\\w-])[^=]*:`, 'm').test(text),
  );
  if (unknown === undefined || isToldElsewhere(unknown, 'Makefile', place)) return null;
  return {
    message: `\`make ${unknown}\`: \`${first.path}\` has no target \`${unknown}\`.`,
    suggestion: didYouMean(nearest(unknown, names)),
  };
}

const OTHER_SOURCES = /^\s*(?:\$ )?(?:\.\/configure|\.\/autogen|cmake|meson|curl|wget|tar)\b/m;

/** Where a reader is: at the top, in the folder of the document when it is a README, or where the commands go. */
function makefileFolders(folders: readonly string[], { folder }: ShellCommand, { document }: CommandPlace): string[] {
  const own = posix.dirname(document.path).replace(/^\.$/, '');
  const isAtHome = /^(?:readme|contributing|development|hacking)\b/i.test(posix.basename(document.path));
  return folders.filter((one) => one === '' || (one === folder && (one !== own || isAtHome)));
}

/** A page of a site tells users what to run in projects of their own, unless it is for those who work on this one. */
function isForUsers({ document, subject }: CommandPlace): boolean {
  return subject.sites.of(document).isSite && !/contribut|develop|hacking|maintain|internal|build/i.test(document.path);
}

/** Modules that others bring, which a package deep in the sources may share its name with. */
const FOREIGN_MODULES: ReadonlySet<string> = new Set(
  'build pip venv virtualenv pytest unittest doctest twine tox nox http json timeit cProfile pdb ensurepip black isort flake8 mypy ruff coverage pre_commit'.split(
    ' ',
  ),
);

/** Folders that hold a package of that name, wherever they are. */
function packagesNamed(name: string, { subject }: CommandPlace): string[] {
  return subject.paths
    .endingWith(`${name}/__init__.py`)
    .map((path) => posix.join(posix.dirname(path), '..').replace(/^\.$/, ''));
}

function pythonModule(words: readonly string[], command: ShellCommand, place: CommandPlace): CommandFault | null {
  const at = words.indexOf('-m');
  if (at < 0) return scriptFile(words, command, place);
  const module = words[at + 1] ?? '';
  if (!/^[A-Za-z_][\w.]*$/.test(module)) return null;
  const { paths } = place.subject;
  const parts = module.split('.');
  const [top = ''] = parts;
  const folders = foldersFor(command) ?? [''];
  const homes = [
    ...new Set([
      ...folders,
      ...folders.map((one) => posix.join(one, 'src')),
      '',
      'src',
      'lib',
      ...(FOREIGN_MODULES.has(top) ? [] : packagesNamed(top, place)),
    ]),
  ].filter((home) => {
    const own = posix.join(home, top);
    return paths.isFile(`${own}.py`) || paths.isFile(`${own}/__init__.py`) || paths.isFile(`${own}/__main__.py`);
  });
  if (homes.length === 0) return null;
  const isThere = homes.some((home) => {
    const path = posix.join(home, ...parts);
    return paths.isFile(`${path}.py`) || paths.isFile(`${path}/__main__.py`);
  });
  if (isThere) return checkOwnProgram([`-m ${module}`, ...words.slice(at + 2)], place.programs, place.subject);
  const modules = [...paths.files()].filter(
    (path) => path.endsWith('.py') && homes.some((home) => path.startsWith(posix.join(home, top))),
  );
  const names = modules.map((path) =>
    path
      .replace(/(?:\/__main__|\/__init__)?\.py$/, '')
      .replace(/^(?:src|lib)\//, '')
      .replaceAll('/', '.'),
  );
  return {
    message: `\`python -m ${module}\`: there is no module \`${module}\` to run.`,
    suggestion: didYouMean(nearest(module, names)),
  };
}

/** A project that the reader makes has scripts of its own. */
const NEW_PROJECT =
  /\b(?:npm|yarn|pnpm|bun) (?:init|create)\b|\bnpx create-|\bdegit\b|\bgit clone\b(?![^\n]*\n\s*cd\b)/;
