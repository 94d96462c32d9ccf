const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  nbsp: ' ',
  quot: '"',
  mdash: '—',
  ndash: '–',
  hellip: '…',
  '#64': '@',
  '#42': '*',
};

/**
 * HTML as comments of Java and PHP hold it, as Markdown: paragraphs, lists, code, emphasis and links; every other tag
 * is taken away and its text kept.
 */
export function htmlToMarkdown(html: string): string {
  if (!/[<&]/.test(html)) return html;
  const blocks: string[] = [];
  const keep = (markdown: string): string => `\0${blocks.push(markdown) - 1}\0`;
  const text = html
    .replace(/`[^`\n]+`/g, keep)
    .replace(/<pre\b[^>]*>([\s\S]*?)<\/pre\s*>/gi, (_, code) => keep(fenced(code)))
    .replace(/<code\b[^>]*>([\s\S]*?)<\/code\s*>/gi, (_, code) => keep(codeSpan(withoutTags(code))))
    .replace(/<a\b[^>]*\bhref\s*=\s*["']?([^"'\s>]+)["']?[^>]*>([\s\S]*?)<\/a\s*>/gi, (_, href, label) =>
      /^https?:/i.test(href) ? `[${label.trim()}](${href})` : label,
    )
    .replace(/\s*<li\b[^>]*>\s*/gi, '\n- ')
    .replace(/<\/?(?:b|strong)\b[^>]*>/gi, '**')
    .replace(/<\/?(?:i|em|var)\b[^>]*>/gi, '*')
    .replace(/\s*<\/?(?:p|ul|ol|dl|table|div|blockquote|h[1-6])\b[^>]*>\s*/gi, '\n\n')
    .replace(/\s*<(?:br|tr|dt|dd)\b[^>]*>\s*/gi, '\n');
  return unescaped(withoutTags(text))
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\0(\d+)\0/g, (_, at) => blocks[Number(at)] ?? '')
    .trim();
}

/** Text as a Markdown code span, with as many backticks as it needs. */
export function codeSpan(text: string): string {
  const code = unescaped(text).replace(/\s+/g, ' ').trim();
  if (code === '') return '';
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``;
}

/** Text as a fenced block of code on lines of its own. */
export function fenced(code: string): string {
  // In a list of Javadoc `{@code …}` stands inside of `<pre>`.
  const inner = /^\s*\{@(?:code|literal)\b([\s\S]*)\}\s*$/.exec(code)?.[1] ?? withoutTags(code);
  const body = unescaped(inner)
    .replace(/^[ \t]*\n/, '')
    .trimEnd();
  return `\n\n\`\`\`\n${body}\n\`\`\`\n\n`;
}

function withoutTags(html: string): string {
  return html.replace(/<\/?[a-zA-Z][^<>\n]*>|<!--[\s\S]*?-->/g, '');
}

function unescaped(text: string): string {
  return text.replace(/&(#?\w+);/g, (whole, name: string) =>
    Object.hasOwn(ENTITIES, name) ? (ENTITIES[name] ?? whole) : whole,
  );
}
