const COLOURS: readonly (readonly [from: number, colour: string])[] = [
  [90, '#2e7d32'],
  [75, '#558b2f'],
  [50, '#b26a00'],
  [0, '#c62828'],
];
const UNKNOWN = '#616161';
/** Width of a character of 11 px Verdana on average, a little more than it takes. */
const CHARACTER = 7;
const PADDING = 10;

/**
 * A badge with the coverage in percent as an SVG of its own: nothing is loaded. From 90 on green, 75 light green, 50
 * amber, red below; grey where there is nothing to document. White on each of these has a contrast of 4.1 at least.
 */
export function coverageBadge(percentage: number | null): string {
  const value = percentage === null ? 'unknown' : `${percentage} %`;
  const colour = percentage === null ? UNKNOWN : (COLOURS.find(([from]) => percentage >= from)?.[1] ?? UNKNOWN);
  const name = 'documented';
  const left = name.length * CHARACTER + PADDING;
  const right = value.length * CHARACTER + PADDING;
  const width = left + right;
  const text = (at: number, written: string): string => `<text x="${at}" y="14">${written}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${name}: ${value}">`,
    `<title>${name}: ${value}</title>`,
    `<rect width="${width}" height="20" rx="3" fill="#444"/>`,
    `<path d="M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-${right - 3}z" fill="${colour}"/>`,
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">',
    text(left / 2, name),
    text(left + right / 2, value),
    '</g></svg>\n',
  ].join('');
}
