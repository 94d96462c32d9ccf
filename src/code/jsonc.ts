import { type ParseError, parse } from 'jsonc-parser';

/**
 * Reads JSON with comments and trailing commas, as far as it can be read; `isWhole` tells whether it parses. Where
 * nothing can be read the value is undefined, also where it is nested so deeply that the parser, which calls itself for
 * each step, runs out of stack.
 */
export function readJsonc(text: string): { readonly value: unknown; readonly isWhole: boolean } {
  const errors: ParseError[] = [];
  try {
    const value: unknown = parse(text, errors, { allowTrailingComma: true });
    return { value, isWhole: errors.length === 0 };
  } catch {
    return { value: undefined, isWhole: false };
  }
}
