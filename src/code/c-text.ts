/** Whether a header is written in C++: what only C++ has stands at the beginning of a line. */
export function isCppHeader(text: string): boolean {
  const shared = withoutCplusplus(text);
  return /^[ \t]*(?:(?:inline[ \t]+)?namespace\b[^;()]*\{|template[ \t]*<|class[ \t]+[\w:]+[^;()]*[{:]|(?:public|private|protected)[ \t]*:|using[ \t]+[\w:]+|#[ \t]*include[ \t]+<(?:string|vector|map|memory|functional|utility|type_traits|cstd\w+|iostream|string_view)>)/m.test(
    shared,
  );
}

/**
 * The text as the grammar can read it: macros that only mark a declaration for export give way to blanks, and so does
 * what stands in C headers for C++ alone. Every position is kept.
 */
export function readableC(text: string, language: 'c' | 'cpp'): string {
  const shared = language === 'c' ? withoutCplusplus(text) : text;
  return shared
    .replace(EXPORT_BEFORE_TYPE, (_, indent: string, macro: string) => indent + blank(macro))
    .replace(EXPORT_IN_HEAD, (_, head: string, macro: string) => head + blank(macro))
    .replace(CALLING_CONVENTION, (_, macro: string) => blank(macro))
    .replace(POINTER_CONVENTION, (_, macro: string) => `(${blank(macro)}`)
    .replace(NAMESPACE_MACRO, blank);
}

const MARK =
  '(?:API|EXPORT|EXPORTS|EXPORTED|EXTERN|PUBLIC|DECL|DECLSPEC|INLINE|FUNC|DEF|DEPRECATED|NODISCARD|CONSTEXPR\\w*|NORETURN|UNUSED|VISIBLE|LINKAGE|IMPORT|HIDDEN|PURE)';

/** `LIB_API int f(…)`: only before another word, since such a name may be the type itself. */
const EXPORT_BEFORE_TYPE = new RegExp(
  `^([ \\t]*(?:(?:extern|static|inline|template[ \\t]*<[^<>{}]*>)[ \\t\\n]+)*)((?:[A-Z_][A-Z0-9_]*_${MARK}(?![\\w(])[ \\t\\n]+|${MARK}(?![\\w(])[ \\t\\n]+)+)(?=[a-zA-Z_:~])`,
  'gm',
);
/** `class LIB_API Name` and `struct LIB_API Name {`. */
const EXPORT_IN_HEAD =
  /\b((?:class|struct|enum|union)[ \t]+)([A-Z_][A-Z0-9_]{2,}(?:\([^()\n]*\))?[ \t]+)(?=[A-Za-z_]\w*[ \t\n]*(?:final\b[ \t\n]*)?[:{;])/g;
/** `int CALL f(…)`. */
const CALLING_CONVENTION =
  /(?<=[\w*&>][ \t*&]+)((?:[A-Z][A-Z0-9_]*_(?:CALL|CC|CDECL|STDCALL|API|EXPORT)|WINAPI|APIENTRY|ZEXPORT|CALLBACK)[ \t]+)(?=[a-z_]\w*[ \t]*\()/g;
/** `void (CALL *f)(…)`. */
const POINTER_CONVENTION = /\(([A-Z][A-Z0-9_]{2,})(?=[ \t]*\*[ \t]*\w+[ \t]*\)[ \t]*\()/g;
/** `FOO_BEGIN_NAMESPACE` on a line of its own. */
const NAMESPACE_MACRO = /^[ \t]*[A-Z][A-Z0-9_]*(?:BEGIN|END)[A-Z0-9_]*(?:\([^()\n]*\))?[ \t]*;?[ \t]*$/gm;

function blank(part: string): string {
  return part.replace(/[^\n]/g, ' ');
}

/** Leaves out what stands between `#ifdef __cplusplus` and its `#else` or `#endif`, with the directives. */
function withoutCplusplus(text: string): string {
  if (!text.includes('__cplusplus')) return text;
  const lines = text.split('\n');
  const open: { cplusplus: boolean; hides: boolean }[] = [];
  return lines
    .map((line) => {
      const directive = /^[ \t]*#[ \t]*(if|ifdef|ifndef|else|elif|endif)\b(.*)$/.exec(line);
      const word = directive?.[1] ?? '';
      if (word.startsWith('if')) {
        const only =
          /^(?:if|ifdef)$/.test(word) &&
          /^[ \t]*(?:defined[ \t]*\(?[ \t]*)?__cplusplus[ \t]*\)?[ \t]*(?:\/[/*].*)?$/.test(directive?.[2] ?? '');
        const inside = open.some((one) => one.hides);
        open.push({ cplusplus: only, hides: only });
        return only || inside ? blank(line) : line;
      }
      const top = open.at(-1);
      const hidden = open.some((one) => one.hides);
      if (word === 'endif') {
        open.pop();
        return top?.cplusplus === true || hidden ? blank(line) : line;
      }
      if ((word === 'else' || word === 'elif') && top?.cplusplus === true) {
        top.hides = false;
        return blank(line);
      }
      return hidden ? blank(line) : line;
    })
    .join('\n');
}
