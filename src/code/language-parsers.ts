import type { ParsedLanguage } from './languages.ts';
import type { ParsedSource } from './symbols.ts';

/** Languages that are read by a grammar of their own and give symbols with comments. */
type GrammarLanguage = Exclude<ParsedLanguage, 'typescript' | 'javascript' | 'python'>;

/** Parses one file; the reader of its language and its grammar are loaded when they are first needed. */
export async function parseByGrammar(
  language: GrammarLanguage,
  path: string,
  text: string,
): Promise<Omit<ParsedSource, 'lines'>> {
  switch (language) {
    case 'go':
      return (await import('./go-symbols.ts')).parseGo(text);
    case 'java':
      return (await import('./java-symbols.ts')).parseJava(text);
    case 'rust':
      return (await import('./rust-symbols.ts')).parseRust(text);
    case 'c':
    case 'cpp':
      return (await import('./c-symbols.ts')).parseC(path, text);
    case 'csharp':
      return (await import('./csharp-symbols.ts')).parseCSharp(text);
    case 'ruby':
      return (await import('./ruby-symbols.ts')).parseRuby(text);
    case 'php':
      return (await import('./php-symbols.ts')).parsePhp(text);
  }
}
