import { existsSync } from 'node:fs';
import fc from 'fast-check';
import mammoth from 'mammoth';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CvReading } from '../src/cv/engine/reading/blocks.ts';
import { createCvThreads, readCvFile } from '../src/cv/reading.ts';
import type { ThreadPool } from '../src/platform/thread-pool.ts';
import { docx, onePagePdf, paragraph, printedPdf, relations, wordPart } from './fakes/cv-files.ts';

let threads: ThreadPool;
beforeAll(() => {
  threads = createCvThreads(1);
});
afterAll(() => threads.close());

/** Reads a good file; however slow the machine is. */
const read = async (bytes: Buffer): Promise<CvReading> =>
  await readCvFile(bytes, { threads, limits: { milliseconds: 60_000 } });
const linesOf = async (bytes: Buffer) => (await read(bytes)).text.split('\n').filter((line) => line !== '');

type Drawing = Parameters<Parameters<typeof printedPdf>[0]>[0];
/** Draws lines from a point downwards, each in its place. */
const draw = (document: Drawing, left: number, top: number, lines: readonly string[], leading = 14) => {
  for (const [at, line] of lines.entries()) document.text(line, left, top + at * leading, { lineBreak: false });
};

describe('a PDF', () => {
  it('of two columns is read column by column, whatever the order it was drawn in', async () => {
    const side = ['Skills', 'TypeScript', 'PostgreSQL', 'Docker', 'Languages', 'English', 'German'];
    const main = [
      'Experience',
      'Backend Engineer, Example Works',
      'Built the payment service of nine countries',
      'and kept it up for four years in a row.',
      'Education',
      'MSc Physics, University of Example',
    ];
    const bytes = await printedPdf((page) => {
      page.fontSize(20).text('Ada Example', 50, 40, { lineBreak: false });
      page.fontSize(10);
      for (const at of side.keys()) {
        draw(page, 220, 100 + at * 14, main.slice(at, at + 1));
        draw(page, 50, 100 + at * 14, side.slice(at, at + 1));
      }
    });
    const { text } = await read(bytes);
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      'Ada Example',
      ...side,
      'Experience',
      'Backend Engineer, Example Works',
      'Built the payment service of nine countries and kept it up for four years in a row.',
      'Education',
      'MSc Physics, University of Example',
    ]);
  });

  it('keeps dates beside their titles, and the cells of a table in their rows', async () => {
    const bytes = await printedPdf((page) => {
      page.fontSize(10);
      const rows = [
        ['Backend Engineer', 'Jan 2019 – Mar 2021'],
        ['Data Engineer', 'Apr 2021 – present'],
        ['Languages', 'TypeScript, C++'],
        ['Databases', 'PostgreSQL, Redis'],
      ];
      for (const [at, [left = '', right = '']] of rows.entries()) {
        draw(page, 50, 60 + at * 16, [left]);
        draw(page, 400, 60 + at * 16, [right]);
      }
    });
    expect((await read(bytes)).blocks.map(({ kind }) => kind)).toEqual(['row', 'row', 'row', 'row']);
    expect(await linesOf(bytes)).toEqual([
      'Backend Engineer\tJan 2019 – Mar 2021',
      'Data Engineer\tApr 2021 – present',
      'Languages\tTypeScript, C++',
      'Databases\tPostgreSQL, Redis',
    ]);
  });

  it('has its ligatures as letters', async () => {
    const font = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[1/fi/fl]>>>>';
    const bytes = onePagePdf('BT /F1 11 Tf 60 700 Td (Ef\x01cient work\x02ow) Tj ET', { font });
    expect((await read(bytes)).text).toBe('Efficient workflow');
    // Some fonts have them where no standard says what is there; alone they stay signs.
    const plain = await read(Buffer.from('Scienti\uf001c writing, river \uf001sh, work\uf002ow, \uf001'));
    expect(plain.text).toBe('Scientific writing, river fish, workflow, \uf001');
  });

  it('has words that a line broke whole again, and compounds with their hyphen', async () => {
    const bytes = await printedPdf((page) => {
      page.fontSize(10);
      draw(page, 50, 60, [
        'We looked after the configu-',
        'ration of event-',
        'driven services, and full-',
        'stack work.',
      ]);
    });
    expect((await read(bytes)).text).toBe(
      'We looked after the configuration of event-driven services, and full-stack work.',
    );
  });

  it('has no page numbers, and running headers once', async () => {
    const bytes = await printedPdf((document) => {
      for (const page of [1, 2, 3]) {
        if (page > 1) document.addPage();
        document.fontSize(8).text('Ada Example · Curriculum vitae', 50, 20, { lineBreak: false });
        document.fontSize(10).text(`In year ${page} something else was built, and it was good.`, 50, 200, {
          lineBreak: false,
        });
        document.fontSize(8).text(`Page ${page} of 3`, 280, 815, { lineBreak: false });
      }
    });
    const { text, pages, blocks } = await read(bytes);
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      'Ada Example · Curriculum vitae',
      ...[1, 2, 3].map((page) => `In year ${page} something else was built, and it was good.`),
    ]);
    expect([pages, blocks.map(({ page }) => page)]).toEqual([3, [1, 1, 2, 3]]);
  });

  it('has rotated text apart, at the end', async () => {
    const bytes = await printedPdf((page) => {
      page.save().rotate(-90, { origin: [30, 400] });
      page.fontSize(10).text('Confidential draft', 30, 400, { lineBreak: false });
      page.restore();
      draw(page, 80, 380, ['Built services in TypeScript.', 'Kept PostgreSQL well fed.', 'Led a team of five.']);
    });
    expect((await linesOf(bytes)).at(-1)).toBe('Confidential draft');
    expect((await linesOf(bytes)).slice(0, -1).join(' ')).toBe(
      'Built services in TypeScript. Kept PostgreSQL well fed. Led a team of five.',
    );
  });

  it('has words whose letters stand each by itself, and headings set wide', async () => {
    const bytes = await printedPdf((page) => {
      const letters = (word: string, top: number, apart: number) => {
        let left = 60;
        for (const letter of word) {
          page.text(letter, left, top, { lineBreak: false });
          left += page.widthOfString(letter) + apart;
        }
      };
      page.fontSize(11);
      letters('EXPERIENCE', 60, 4);
      letters('TypeScript', 90, 0.4);
    });
    expect(await linesOf(bytes)).toEqual(['EXPERIENCE', 'TypeScript']);
  });

  it('tells items of lists by their bullets and joins their lines', async () => {
    const bytes = await printedPdf((page) => {
      page.fontSize(10);
      draw(page, 50, 60, ['•', '•']);
      page.text('Cut the costs of the office by a third and', 62, 60, { lineBreak: false });
      page.text('the time of a release by half', 62, 74, { lineBreak: false });
    });
    const { text, blocks } = await read(
      await printedPdf((page) => {
        page.fontSize(10);
        draw(page, 50, 60, [
          '• Cut the costs of the office by a third and the time of',
          '  a release by half',
          '• Led five',
        ]);
      }),
    );
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['bullet', '• Cut the costs of the office by a third and the time of a release by half'],
      ['bullet', '• Led five'],
    ]);
    expect((await read(bytes)).blocks[0]?.kind).toBe('bullet');
  });

  it('has no text that nobody can see, and says so', async () => {
    const bytes = await printedPdf((page) => {
      page.fontSize(10).text('Ada Example, engineer', 50, 60, { lineBreak: false });
      page.fontSize(1).text('Kubernetes Kubernetes', 50, 90, { lineBreak: false });
    });
    expect(await read(bytes)).toMatchObject({
      text: 'Ada Example, engineer',
      warnings: ['Text that cannot be seen, too small or outside of its page, was left out'],
    });
  });

  it('gives the addresses its links lead to', async () => {
    const bytes = await printedPdf((page) => {
      page.fontSize(10).text('My profile', 50, 60, { lineBreak: false, link: 'https://github.com/ada-example' });
    });
    expect((await read(bytes)).links).toEqual(['https://github.com/ada-example']);
  });
});

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

// Where tests must be complete, a browser that is missing is a failure.
describe.skipIf(!existsSync(executablePath) && process.env.CI === undefined)('a page printed by a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  it('is read column by column, with its ligatures and hyphens undone', async () => {
    const page = await browser.newPage();
    await page.setContent(`<html lang="en"><style>
      body { font: 11pt 'DejaVu Serif', serif; margin: 0 }
      .grid { display: grid; grid-template-columns: 55mm 1fr; gap: 8mm }
      h2 { letter-spacing: 3px; text-transform: uppercase; font-size: 12pt }
      p { text-align: justify; hyphens: auto }</style>
      <h1>Ada Example</h1><div class="grid"><div><h2>Skills</h2><ul><li>C++</li><li>C#</li><li>Node.js</li></ul>
      <h2>Languages</h2><div>English (native)</div><div>German – C1</div></div><div><h2>Experience</h2>
      <b>Backend Engineer, Example Works</b><p>Responsible for the efficient configuration of the workflow of finance
      offices, and for infrastructure that nobody notices because it is simply always there when it is needed.</p>
      <h2>Education</h2><div>MSc Physics, University of Example</div></div></div></html>`);
    const lines = await linesOf(await page.pdf({ format: 'A4', margin: { top: '15mm', left: '15mm', right: '15mm' } }));
    await page.close();
    expect(lines).toEqual([
      'Ada Example',
      'SKILLS',
      'C++',
      'C#',
      'Node.js',
      'LANGUAGES',
      'English (native)',
      'German – C1',
      'EXPERIENCE',
      'Backend Engineer, Example Works',
      'Responsible for the efficient configuration of the workflow of finance offices, and for infrastructure that nobody notices because it is simply always there when it is needed.',
      'EDUCATION',
      'MSc Physics, University of Example',
    ]);
  });
});

describe('a DOCX', () => {
  const row = (...cells: string[]) => `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`;
  const run = (text: string, properties = '') => `<w:r><w:rPr>${properties}</w:rPr><w:t>${text}</w:t></w:r>`;

  it('is read as it is shown: header, text, lists, tables, links, footer', async () => {
    const styles = '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>';
    const bytes = docx(
      [
        paragraph('Experience', '<w:pPr><w:pStyle w:val="H1"/></w:pPr>'),
        paragraph('Engineer'),
        paragraph('Built services', '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr>'),
        `<w:tbl>${row('Languages', 'TypeScript, C++')}${row('Databases', 'PostgreSQL')}</w:tbl>`,
        `<w:p><w:hyperlink r:id="r9">${run('My profile')}</w:hyperlink></w:p>`,
      ].join(''),
      [
        {
          name: 'word/_rels/document.xml.rels',
          content: relations([
            ['r1', 'styles', 'styles.xml'],
            ['r2', 'header', 'header1.xml'],
            ['r3', 'footer', 'footer1.xml'],
            ['r9', 'hyperlink', 'https://example.org/ada'],
          ]),
        },
        { name: 'word/styles.xml', content: wordPart('styles', styles) },
        { name: 'word/header1.xml', content: wordPart('hdr', paragraph('Ada Example')) },
        { name: 'word/footer1.xml', content: wordPart('ftr', paragraph('Page 1 of 2')) },
      ],
    );
    const { text, blocks, ...rest } = await read(bytes);
    expect(rest).toEqual({ format: 'docx', pages: null, links: ['https://example.org/ada'], warnings: [] });
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['paragraph', 'Ada Example'],
      ['heading', 'Experience'],
      ['paragraph', 'Engineer'],
      ['bullet', '• Built services'],
      ['row', 'Languages\tTypeScript, C++'],
      ['row', 'Databases\tPostgreSQL'],
      ['paragraph', 'My profile'],
    ]);
  });

  it('has the text of a text box once, in its place', async () => {
    const box = (inside: string) => `<w:txbxContent>${paragraph(inside)}</w:txbxContent>`;
    const drawing = `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>${box('In the box')}</wps:txbx>
      </w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>${box('In the box of old readers')}</v:textbox></w:pict></mc:Fallback>
      </mc:AlternateContent></w:r>`;
    const bytes = docx(`${paragraph('Before')}<w:p>${drawing}</w:p>${paragraph('After')}`);
    expect(await linesOf(bytes)).toEqual(['Before', 'In the box', 'After']);
  });

  it('has neither deleted nor hidden text, and says so of the hidden', async () => {
    const bytes = docx(
      `<w:p>${run('Engineer ')}<w:del><w:r><w:delText>Manager </w:delText></w:r></w:del><w:ins>${run('since 2019')}</w:ins></w:p>
       <w:p>${run('Kubernetes', '<w:vanish/>')}</w:p><w:p>${run('Rust', '<w:sz w:val="2"/>')}</w:p>`,
    );
    expect(await read(bytes)).toMatchObject({
      text: 'Engineer since 2019',
      warnings: ['Text marked as hidden was left out'],
    });
  });

  it('has columns made by a table one after the other', async () => {
    const cell = (...lines: string[]) => `<w:tc>${lines.map((line) => paragraph(line)).join('')}</w:tc>`;
    const left = ['Skills', 'TypeScript', 'Docker'];
    const right = ['Experience', 'Engineer', 'Example Works'];
    expect(await linesOf(docx(`<w:tbl><w:tr>${cell(...left)}${cell(...right)}</w:tr></w:tbl>`))).toEqual([
      ...left,
      ...right,
    ]);
  });

  it('has the words another reader of Word finds', async () => {
    const body = [
      paragraph('Größe &amp; Maß &lt;b&gt; &#8211; &quot;ok&quot;'),
      `<w:p>${run('Type')}${run('Script', '<w:b/>')}<w:r><w:tab/></w:r>${run('2019')}</w:p>`,
      `<w:sdt><w:sdtContent>${paragraph('In a content control')}</w:sdtContent></w:sdt>`,
      `<w:tbl>${row('a', 'b')}<w:tr><w:tc><w:tbl>${row('c', 'd')}</w:tbl>${paragraph('e')}</w:tc></w:tr></w:tbl>`,
    ].join('');
    const bytes = docx(body);
    const other = await mammoth.extractRawText({ buffer: bytes });
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
    expect(words((await read(bytes)).text)).toEqual(words(other.value));
  });
});

describe('plain text', () => {
  const text = 'Ada Größe, développeur – C++\nRésumé';
  const utf16be = (some: string) => Buffer.from(some, 'utf16le').swap16();

  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16, the small end first', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, the large end first', utf16be(`\ufeff${text}`)],
    ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-16 of the large end without a mark', utf16be(text)],
    ['Windows-1252', Buffer.from(text.replace('–', '\x96'), 'latin1')],
  ])('in %s is read', async (_encoding, bytes) => {
    expect(await read(bytes)).toMatchObject({ text, format: 'txt', pages: null });
  });

  it('loses what cannot be seen and keeps what carries meaning', async () => {
    const bytes = Buffer.from(
      'C\uff0b\uff0b C\u266f Kuber\u00adnetes\u200b Re\u0301sume\u0301 m² ½ ﬁne\u0007 a\u00a0b',
    );
    expect((await read(bytes)).text).toBe('C++ C# Kubernetes Résumé m² ½ fine a b');
  });

  it('has items of lists, headings and lines that were wrapped', async () => {
    const bytes = Buffer.from(
      'SKILLS\n======\n- TypeScript\n* C++\n\n## Experience\nBuilt the payment service of nine countries and looked after all of its\nparts for years.\n',
    );
    const { text: all, blocks } = await read(bytes);
    expect(blocks.map(({ kind, start, end }) => [kind, all.slice(start, end)])).toEqual([
      ['heading', 'SKILLS'],
      ['bullet', '• TypeScript'],
      ['bullet', '• C++'],
      ['heading', 'Experience'],
      ['paragraph', 'Built the payment service of nine countries and looked after all of its parts for years.'],
    ]);
  });
});

it('the blocks of any text are its lines in order, and reading it again changes nothing', async () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('', '- C++', '\t', 'SKILLS', '•'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
      const bytes = Buffer.from(['Ada', ...lines].join('\n'));
      const first = await read(bytes);
      expect(await read(bytes)).toEqual(first);
      let reached = 0;
      for (const { start, end } of first.blocks) {
        expect(first.text.slice(reached, start).trim()).toBe('');
        expect(first.text.slice(start, end)).toMatch(/^\S(?:.*\S)?$/u);
        reached = end;
      }
      expect(reached).toBe(first.text.length);
    }),
    { numRuns: 60 },
  );
});
