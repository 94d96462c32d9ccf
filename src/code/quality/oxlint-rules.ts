import type { Severity } from '../findings.ts';

/**
 * The rules of oxlint that are run, by what breaking them means (as in ruff-rules.ts). Rules of taste are not among
 * them, nor are those of security.
 */
const names: Readonly<Record<Severity, string>> = {
  high:
    'eslint/constructor-super eslint/for-direction eslint/no-class-assign eslint/no-compare-neg-zero ' +
    'eslint/no-const-assign eslint/no-constant-binary-expression eslint/no-constant-condition ' +
    'eslint/no-dupe-class-members eslint/no-dupe-else-if eslint/no-dupe-keys eslint/no-duplicate-case ' +
    'eslint/no-empty-character-class eslint/no-func-assign eslint/no-import-assign eslint/no-invalid-regexp ' +
    'eslint/no-new-native-nonconstructor eslint/no-obj-calls eslint/no-self-compare eslint/no-this-before-super ' +
    'eslint/no-unexpected-multiline eslint/no-unreachable eslint/no-unsafe-finally eslint/no-unsafe-negation ' +
    'eslint/no-unsafe-optional-chaining eslint/no-use-before-define eslint/no-useless-backreference eslint/use-isnan ' +
    'eslint/valid-typeof node/no-exports-assign oxc/bad-array-method-on-arguments oxc/bad-char-at-comparison ' +
    'oxc/bad-comparison-sequence oxc/bad-match-all-arg oxc/bad-min-max-func oxc/bad-object-literal-comparison ' +
    'oxc/bad-replace-all-arg oxc/erasing-op oxc/missing-throw oxc/number-arg-out-of-range ' +
    'oxc/uninvoked-array-callback react/jsx-no-duplicate-props react/no-direct-mutation-state ' +
    'promise/no-new-statics react/void-dom-elements-no-children unicorn/no-accessor-recursion ' +
    'unicorn/no-invalid-fetch-options',
  medium:
    'eslint/array-callback-return eslint/getter-return eslint/no-async-promise-executor eslint/no-cond-assign ' +
    'eslint/no-constructor-return eslint/no-debugger eslint/no-delete-var eslint/no-ex-assign eslint/no-extend-native ' +
    'eslint/no-fallthrough eslint/no-global-assign eslint/no-loss-of-precision eslint/no-misleading-character-class ' +
    'eslint/no-new-wrappers eslint/no-nonoctal-decimal-escape eslint/no-redeclare eslint/no-self-assign ' +
    'eslint/no-setter-return eslint/no-shadow-restricted-names eslint/no-sparse-arrays eslint/no-unassigned-vars ' +
    'eslint/no-template-curly-in-string eslint/no-undef eslint/no-with ' +
    'jest/no-focused-tests oxc/bad-bitwise-operator oxc/const-comparisons oxc/misrefactored-assign-op ' +
    'react/jsx-key react/require-render-return react/rules-of-hooks ' +
    'typescript/no-duplicate-enum-values typescript/no-misused-new typescript/no-non-null-asserted-optional-chain ' +
    'unicorn/no-array-fill-with-reference-type unicorn/no-await-in-promise-methods ' +
    'unicorn/no-invalid-remove-event-listener unicorn/no-negation-in-equality-check',
  low:
    'eslint/eqeqeq eslint/no-case-declarations eslint/no-empty eslint/no-empty-pattern eslint/no-empty-static-block ' +
    'eslint/no-extra-boolean-cast eslint/no-throw-literal eslint/no-unneeded-ternary eslint/no-unused-labels ' +
    'eslint/no-unused-private-class-members eslint/no-unused-vars eslint/no-useless-catch eslint/no-useless-concat ' +
    'eslint/no-useless-constructor eslint/no-useless-rename eslint/no-useless-return eslint/require-yield ' +
    'eslint/default-case-last node/handle-callback-err oxc/approx-constant oxc/double-comparisons ' +
    'oxc/no-accumulating-spread oxc/only-used-in-recursion ' +
    'react/exhaustive-deps react/no-string-refs typescript/no-confusing-non-null-assertion ' +
    'typescript/no-extra-non-null-assertion typescript/no-unsafe-declaration-merging ' +
    'typescript/no-unnecessary-parameter-property-assignment typescript/no-wrapper-object-types ' +
    'unicorn/no-empty-file unicorn/no-single-promise-in-promise-methods unicorn/no-unnecessary-await ' +
    'unicorn/no-useless-fallback-in-spread unicorn/no-useless-length-check',
};

const severityOf: ReadonlyMap<string, Severity> = new Map(
  (['high', 'medium', 'low'] as const).flatMap((severity) =>
    names[severity].split(' ').map((name): [string, Severity] => [name, severity]),
  ),
);

/** A name that begins with `_` says that it is not meant to be used. */
const underscored = { varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' };

/** What rules are told besides; where nothing is said a rule runs as its authors made it. */
const options: Readonly<Record<string, object | string>> = {
  'eslint/eqeqeq': 'smart',
  'eslint/no-constant-condition': { checkLoops: 'allExceptWhileTrue' },
  'eslint/no-empty': { allowEmptyCatch: false },
  // A parameter that is not looked into keeps its place.
  'eslint/no-empty-pattern': { allowObjectPatternsAsParameters: true },
  'eslint/no-fallthrough': { allowEmptyCase: true },
  // A parameter that is not used keeps the place of those after it.
  'eslint/no-unused-vars': { args: 'none', caughtErrors: 'none', ignoreRestSiblings: true, ...underscored },
  // A module may have a name of its own that the platform has as well.
  'eslint/no-redeclare': { builtinGlobals: false },
  // Only what runs before its own line in the same scope: that throws.
  'eslint/no-use-before-define': { functions: false, classes: false, variables: false, typedefs: false, enums: false },
};

/** Rules about React; names like `useX` mean something else elsewhere. */
const onlyInJsx = /^react\//;
/** Rules about what the compiler tells better, or about what type declarations do on purpose. */
const notInTypeScript: ReadonlySet<string> = new Set(['eslint/no-undef', 'eslint/no-redeclare']);
/** Rules about what tests do on purpose: expressions for their effect, odd values, callbacks that stay empty. */
const notInTests: ReadonlySet<string> = new Set(
  (
    'eslint/array-callback-return eslint/getter-return eslint/no-empty eslint/no-extend-native eslint/no-global-assign ' +
    'eslint/no-new-wrappers eslint/no-sparse-arrays eslint/no-throw-literal eslint/no-undef ' +
    'eslint/no-unsafe-optional-chaining eslint/no-constructor-return eslint/no-loss-of-precision eslint/no-constant-condition ' +
    'eslint/no-self-assign eslint/no-unused-private-class-members eslint/no-shadow-restricted-names ' +
    'typescript/no-misused-new typescript/no-unsafe-declaration-merging ' +
    'eslint/no-constant-binary-expression eslint/no-self-compare eslint/no-unreachable eslint/no-useless-concat ' +
    'eslint/require-yield eslint/no-useless-constructor eslint/no-empty-pattern eslint/no-template-curly-in-string ' +
    'node/handle-callback-err oxc/no-accumulating-spread ' +
    'oxc/approx-constant react/jsx-key react/exhaustive-deps react/rules-of-hooks react/void-dom-elements-no-children eslint/no-useless-return typescript/no-wrapper-object-types unicorn/no-empty-file ' +
    'unicorn/no-single-promise-in-promise-methods unicorn/no-unnecessary-await unicorn/no-array-fill-with-reference-type'
  ).split(' '),
);

/** The whole configuration of oxlint. What the analysed project says is heeded afterwards, as data. */
export const oxlintConfig: object = {
  plugins: ['eslint', 'jest', 'node', 'oxc', 'promise', 'react', 'typescript', 'unicorn'],
  categories: { correctness: 'off' },
  env: Object.fromEntries(
    'builtin node browser worker serviceworker commonjs amd jest mocha jasmine jquery greasemonkey webextensions deno bun'
      .split(' ')
      .map((name) => [name, true]),
  ),
  rules: Object.fromEntries(
    [...severityOf.keys()].map((name) => {
      const option = options[name];
      return [name, option === undefined ? 'warn' : ['warn', option]];
    }),
  ),
};

/** Severity of a rule (`plugin/name`) in a file of that kind; null where it says nothing. */
export function oxlintSeverity(rule: string, { path, isTest }: { path: string; isTest: boolean }): Severity | null {
  const severity = severityOf.get(rule) ?? null;
  if (severity === null) return null;
  if (onlyInJsx.test(rule) && !/\.[jt]sx$/.test(path)) return null;
  if (notInTypeScript.has(rule) && /\.[cm]?tsx?$/.test(path)) return null;
  if (!isTest) return severity;
  // What a test of types declares is asserted by being declared.
  if (rule === 'eslint/no-unused-vars' && /[.-]test-d\.|(?:^|\/)(?:test-d|typings?|types?|dts)\//.test(path))
    return null;
  if (notInTests.has(rule)) return null;
  return severity === 'high' ? 'medium' : 'low';
}
