/** The languages that the rules are written for; JavaScript and TypeScript are one. */
export type Language = 'python' | 'script';
