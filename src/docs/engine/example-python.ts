import type { TestBody } from './examples.ts';

/** Bodies of a Python file's test functions that take no fixtures. */
export function pythonTests(text: string): TestBody[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const helpers = lines.flatMap((line) => {
    const name = /^(?:async )?(?:def|class) (\w+)|^(\w+)\s*(?::[^=]+)?=(?!=)/.exec(line);
    return name === null ? [] : [name[1] ?? name[2] ?? ''];
  });
  const found: TestBody[] = [];
  for (const [index, line] of lines.entries()) {
    const name = /^def (test_\w+)\(\)(?:\s*->[^:]*)?:\s*$/.exec(line)?.[1];
    // A decorator gives the function what it does not take by itself, or skips it.
    if (name === undefined || /^[@)]/.test(lines[index - 1] ?? '')) continue;
    let end = index + 1;
    while (end < lines.length && /^(?:\s|$)/.test(lines[end] ?? '')) end += 1;
    while (end > index + 1 && (lines[end - 1] ?? '').trim() === '') end -= 1;
    if (end === index + 1) continue;
    found.push({
      code: lines.slice(index + 1, end).join('\n'),
      line: index + 2,
      endLine: end,
      title: null,
      needs: helpers.filter((one) => one !== name),
    });
  }
  return found;
}
