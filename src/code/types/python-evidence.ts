import { posix } from 'node:path';
import type { MirroredFile } from './mirror.ts';
import { calleeOf, callIn, isOwnKey, isOwnWay, openCalls } from './python-calls.ts';
import {
  decoratedFunctions,
  isConverter,
  isOwnClassDecorator,
  isOwnDecorator,
  isOwnLanguage,
  isRegistered,
  isResultOfDecorator,
} from './python-decorated.ts';
import { isBoundWithin, isSettledAround, isSortedOut } from './python-enclosing.ts';
import { FilledAttributes } from './python-filled.ts';
import {
  isAskedFor,
  isAskedForMethod,
  isAskedTogether,
  isGuarded,
  isOptionalModule,
  isPiped,
  isTried,
} from './python-guards.ts';
import { MadeSure } from './python-lazy.ts';
import { LoadedModules } from './python-loaded.ts';
import { TreeMembers } from './python-members.ts';
import type { MissingModules } from './python-misread.ts';
import { MixedIn } from './python-mixins.ts';
import { isListedPart, isOtherwiseBound, isWrittenByBuild, worksOutNames } from './python-modules.ts';
import { NoneDefaults } from './python-none-defaults.ts';
import { isNoted, isSilenced } from './python-noted.ts';
import { FilledOnDemand, heldAt } from './python-on-demand.ts';
import { UnpromisedResults } from './python-overrides.ts';
import type { PythonSpot } from './python-spot.ts';
import { StandIns } from './python-stand-ins.ts';
import { TakenNames } from './python-stars.ts';
import { WidenedAttributes } from './python-widened.ts';

/** What the text of a tree knows better than pyright, which sees types only. */
export class PythonEvidence {
  /** Parameters of all functions of a name, as written. */
  readonly #parameters = new Map<string, string[]>();
  /** Functions that a decorator other than Python's own may have put something else in the place of. */
  readonly #decorated = new Set<string>();
  readonly #texts: ReadonlyMap<string, string>;
  readonly #lines = new Map<string, readonly string[]>();
  readonly #loaded: LoadedModules;
  /** Classes with a decorator that is none of Python's own. */
  readonly #made = new Set<string>();
  readonly #paths: ReadonlySet<string>;
  /** Attributes that a value is put into. */
  readonly #held = new Set<string>();
  /** Methods that a decorator makes values of, by its name. */
  readonly #properties = new Set<string>();
  /** Methods that are made static, or those of the class, below their definition. */
  readonly #unbound = new Set<string>();
  readonly #filled: FilledAttributes;
  /** What the tree says far away from the places that it explains. */
  readonly #others: readonly { readonly explains: (spot: PythonSpot) => boolean }[];
  readonly #onDemand: FilledOnDemand;
  readonly #taken: TakenNames;

  /** `missing` are the modules of each file that could not be found. */
  constructor(files: readonly MirroredFile[], missing: MissingModules) {
    this.#paths = new Set(files.map(({ path }) => path));
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#filled = new FilledAttributes(files);
    this.#loaded = new LoadedModules(files);
    const noneDefaults = new NoneDefaults(files);
    const [members, results] = [new TreeMembers(files), new UnpromisedResults(files)];
    const elsewhere = [new MixedIn(files), new WidenedAttributes(files), new MadeSure(files)];
    this.#others = [members, results, new StandIns(files), noneDefaults, ...elsewhere];
    this.#onDemand = new FilledOnDemand(files);
    this.#taken = new TakenNames(files, missing);
    for (const { path, text } of files) {
      if (!/\.pyi?$/.test(path)) continue;
      for (const [, name = '', list = ''] of text.matchAll(/^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[^(\n]*\(([^)]*)/gm)) {
        const known = this.#parameters.get(name);
        if (known === undefined) this.#parameters.set(name, [list]);
        else known.push(list);
      }
      for (const [, decorator = '', name = ''] of text.matchAll(/^[ \t]*@([\w.]+)[^\n]*\n[ \t]*class[ \t]+(\w+)/gm)) {
        if (!isOwnClassDecorator(decorator, text)) this.#made.add(name);
      }
      for (const { name, decorators } of decoratedFunctions(text)) {
        if (decorators.some((one) => /^@(?:[\w.]*\.)?\w*property\b/i.test(one))) this.#properties.add(name);
        if (!decorators.every((one) => isOwnDecorator(one, text))) this.#decorated.add(name);
      }
      for (const [, name = ''] of text.matchAll(/^[ \t]*(?:self|cls)\.(\w+)[ \t]*(?::[^=\n]*)?=[^=]/gm))
        this.#held.add(name);
      for (const [, name = ''] of text.matchAll(
        /^[ \t]+(\w+)[ \t]*=[ \t]*(?:(?:static|class)method\(\1\)|property\(\*\*\1\(\)\))/gm,
      ))
        this.#unbound.add(name);
    }
  }

  /** Whether the text explains what pyright calls an error. */
  explains(spot: PythonSpot): boolean {
    const { rule, message } = spot;
    if (/"Never"/.test(message)) return true;
    if (/"\(.*\) -> /.test(message) && this.#isProperty(spot)) return true;
    if (this.#onDemand.explains(spot)) return true;
    // A function that gives back what it is asked for by the type of an argument: pyright does not follow the check.
    if (rule === 'reportReturnType') return isOwnMember(message) || isDeclaredOnly(spot);
    const text = this.#texts.get(spot.file) ?? '';
    if (isAskedTogether(spot) || isAskedForMethod(spot) || isPiped(spot) || this.#taken.isOfMachine(spot)) return true;
    if (this.#others.some((one) => one.explains(spot))) return true;
    if (
      this.#filled.explains(spot) ||
      [isSettledAround, isBoundWithin, isSortedOut].some((explains) => explains(spot, (file) => this.#linesOf(file))) ||
      isOptionalModule(spot, text)
    )
      return true;
    if (isNoted(spot) || isSilenced(spot) || isTried(spot) || isGuarded(spot)) return true;
    if (isListedPart(spot, this.#texts) || isOtherwiseBound(spot, text) || isConverter(spot)) return true;
    if (rule === 'reportUndefinedVariable' && worksOutNames(text)) return true;
    if (rule === 'reportUndefinedVariable') return isOwnLanguage(spot) || isOwnKey(spot) || isOfSphinx(spot);
    if (rule === 'reportSelfClsParameterName') return this.#unbound.has(/\bdef\s+(\w+)/.exec(spot.line)?.[1] ?? '');
    if (rule === 'reportUnusedExpression') return isPassedOnByName(spot, text);
    if (rule === 'reportAssignmentType' && this.#unbound.has(/^\s*(\w+)\s*=/.exec(spot.line)?.[1] ?? '')) return true;
    if (rule === 'reportRedeclaration') return isRegistered(spot);
    if (rule === 'reportCallIssue' || rule === 'reportArgumentType')
      return (
        this.#isMade(spot) ||
        this.#isOfDecorator(spot) ||
        this.#isDecorated(spot) ||
        this.#isInferred(spot) ||
        isResultOfDecorator(spot, this.#texts.values()) ||
        isOwnWay(spot)
      );
    return (
      (rule?.startsWith('reportOptional') === true && isAskedFor(spot)) ||
      (rule === 'reportAttributeAccessIssue' &&
        (isAskedFor(spot) || this.#taken.explains(spot) || isWrittenByBuild(spot) || this.#isOfModule(spot)))
    );
  }

  #linesOf(file: string): readonly string[] {
    const known = this.#lines.get(file) ?? (this.#texts.get(file) ?? '').split('\n');
    this.#lines.set(file, known);
    return known;
  }

  /**
   * Whether what is said holds only on some ways: of an attribute before the object has filled it, so in another order
   * of calls; of a name where the block that takes it was not run.
   */
  isOfOrder(spot: PythonSpot): boolean {
    if (this.#taken.isTakenInBlock(spot)) return true;
    const held = heldAt(spot);
    return held !== null && this.#filled.isLate(held.name);
  }

  /** A method in the place of its value: what a decorator of a package makes of it is not known. */
  #isProperty({ message, line }: PythonSpot): boolean {
    const attributes = [...line.matchAll(/\.([A-Za-z_]\w*)(?!\w|\s*\()/g)];
    // The body of a class puts a value in the place of what a base makes so.
    const own = /is not assignable to declared type/.test(message) ? /^\s+(\w+)\s*=(?!=)/.exec(line)?.[1] : undefined;
    const names = [...attributes.map(([, name = '']) => name), ...(own === undefined ? [] : [own])];
    return names.some((name) => this.#properties.has(name) || this.#decorated.has(name));
  }

  /** A class whose constructor a decorator of a package writes, or that is made of a dictionary's own fields. */
  #isMade({ message, line, above }: PythonSpot): boolean {
    if (/^Unable to match unpacked|^No overloads for "__init__"/.test(message)) return line.includes('**');
    if (!/^Expected \d+ positional|^Arguments? missing|^No parameter named/.test(message)) return false;
    const called = [line, ...openCalls(above, line)];
    // The class of a class that is given.
    if (called.some((one) => /\btype\((?!self\))\w+\)\(/.test(one))) return true;
    if (this.#made.size > 0 && called.some((one) => /\b(?:cls|type\(self\)|self\.__class__)\(/.test(one))) return true;
    return called.some((one) => one.split(/\W+/).some((name) => this.#made.has(name)));
  }

  /** A parameter that only what a decorator put in the function's place has: pyright does not bind that to `self`. */
  #isOfDecorator({ message, line, column }: PythonSpot): boolean {
    const parameter = /^Arguments? missing for parameters? "(\w+)"|to parameter "(\w+)" .* in function "__call__"/.exec(
      message,
    );
    const name = parameter?.[1] ?? parameter?.[2];
    if (name === undefined) return false;
    const callee = calleeOf(line.slice(column - 1)) ?? /(\w+)\(\s*$/.exec(line.slice(0, column - 1))?.[1];
    // An argument that stands on a line of its own: whose it is stands above.
    if (callee === undefined) return /in function "__call__"/.test(message);
    const known = this.#parameters.get(callee);
    return known !== undefined && !known.some((list) => new RegExp(`\\b${name}\\b`).test(list));
  }

  /** A call of a function whose decorator comes from a package, as those of a command line do. */
  #isDecorated(spot: PythonSpot): boolean {
    const { message, line, column } = spot;
    if (!/^Expected \d+ (?:more )?positional|^Arguments? missing|^No parameter named/.test(message)) return false;
    const call = callIn(spot);
    const named = call === line ? null : /(?<!\w)(\w+)\s*\($/.exec(call)?.[1];
    const callee = named ?? calleeOf(line.slice(column - 1)) ?? /(\w+)\([^()]*$/.exec(line.slice(0, column - 1))?.[1];
    if (callee === undefined) return false;
    // What an attribute holds is not decided by the value it has at first.
    const isHeld =
      new RegExp(`\\b(?:self|cls)\\.${callee}\\(`).test(call) &&
      (this.#held.has(callee) || !this.#parameters.has(callee));
    const receiver = new RegExp(`\\b(?:self|cls)\\.(\\w+)\\.${callee}\\(`).exec(call)?.[1];
    if (receiver !== undefined && this.#held.has(receiver) && !this.#filled.isAnnotated(receiver)) return true;
    return isHeld || this.#unbound.has(callee) || this.#decorated.has(callee);
  }

  /** A parameter without an annotation: its type was made up from its default. */
  #isInferred({ message }: PythonSpot): boolean {
    const [, parameter, callee] =
      /to parameter "(\w+)" of type .* in function "(\w+)"/.exec(message.split('\n')[0] ?? '') ?? [];
    const known = this.#parameters.get(callee ?? '');
    if (parameter === undefined || known === undefined) return false;
    const own = new RegExp(`(?:^|[,(*\\s])${parameter}\\s*(:)?`);
    const found = known.flatMap((list) => own.exec(list) ?? []);
    return found.length > 0 && !known.some((list) => own.exec(list)?.[1] === ':');
  }

  /** A part of a package that some file of the tree has loaded, or a file that only shares its name with a package. */
  #isOfModule({ file, message, line, column }: PythonSpot): boolean {
    const [, attribute, module] = /^"(\w+)" is not a known attribute of module "([\w.]+)"/.exec(message) ?? [];
    if (attribute === undefined || module === undefined) return false;
    if (this.#loaded.has(`${module}.${attribute}`)) return true;
    // A name that is put into the module here is there from then on.
    if (new RegExp(`^${attribute}\\s*=[^=]`).test(line.slice(column - 1)) || /^\s*del\b/.test(line)) return true;
    const text = this.#texts.get(file) ?? '';
    if (new RegExp(`^[ \\t]*[\\w.]+\\.${attribute}[ \\t]*=[^=]`, 'm').test(text)) return true;
    // A name for one of two modules, of which the other is tried first.
    const receiver = /(\w+)\s*\.\s*$/.exec(line.slice(0, column - 1))?.[1];
    const bound = new RegExp(
      `^[ \\t]+(?:from[ \\t]+\\S+[ \\t]+import|import[ \\t]+\\S+[ \\t]+as)[ \\t]+${receiver}\\b`,
      'gm',
    );
    if (receiver !== undefined && (text.match(bound)?.length ?? 0) > 1) return true;
    const folder = posix.dirname(file);
    const path = module.replaceAll('.', '/');
    return (
      folder !== '.' && (this.#paths.has(`${folder}/${path}.py`) || this.#paths.has(`${folder}/${path}/__init__.py`))
    );
  }
}

/** Imported names that stand alone, or as a list of them: they are named so that nothing calls their import unused. */
function isPassedOnByName({ line, below }: PythonSpot, text: string): boolean {
  const list = /^\($/.test(line.trim())
    ? below.slice(0, below.findIndex((one) => /^\)/.test(one)) + 1).join(' ')
    : line;
  const names = list.replace(/#.*$/, '').match(/\w+/g) ?? [];
  if (names.length === 0 || !/^[\s\w,()]*$/.test(list.replace(/#.*$/, ''))) return false;
  const imports = [...text.matchAll(/^from[ \t]+\S+[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|^import[ \t]+([^\n]*)/gm)];
  const imported = new Set(imports.flatMap(([, taken = '', plain = '']) => `${taken} ${plain}`.match(/\w+/g) ?? []));
  return names.every((name) => imported.has(name));
}

/** What Sphinx gives to the configuration that it runs. */
function isOfSphinx({ file, message }: PythonSpot): boolean {
  return /(?:^|\/)conf\.py$/.test(file) && /^"tags" is not defined/.test(message);
}

/** A value of the asked class itself, or of the class that the method belongs to. */
function isOwnMember(message: string): boolean {
  if (/return type "\w+@\w+"/.test(message)) return true;
  const [, given = '', own = ''] = /^Type "([^"]*)" is not assignable to return type "Self@(\w+)/.exec(message) ?? [];
  return own !== '' && new RegExp(`\\b${own}\\b`).test(given);
}

/** A function whose body is a docstring: it says what others are like, as those of a protocol do. */
function isDeclaredOnly({ message, below }: PythonSpot): boolean {
  if (!/must return value on all code paths$/.test(message.split('\n')[0] ?? '')) return false;
  const head = below.findIndex((one) => /:\s*(?:#.*)?$/.test(one));
  const [first = '', ...rest] = head < 0 ? [] : below.slice(head + 1);
  const quotes = /^\s+[rR]?("{3}|'{3})/.exec(first)?.[1];
  if (quotes === undefined) return false;
  const isWhole =
    first.trim().length > 3 &&
    first
      .trimEnd()
      .slice(first.indexOf(quotes) + 3)
      .endsWith(quotes);
  const end = isWhole ? 0 : rest.findIndex((one) => one.trimEnd().endsWith(quotes)) + 1;
  if (!isWhole && end === 0) return false;
  const next = rest.slice(end).find((one) => one.trim() !== '') ?? '';
  return next.length - next.trimStart().length < first.length - first.trimStart().length;
}
