import { deflateSync } from 'node:zlib';
import { HELVETICA, onePagePdf, type PdfObject, printedPdf, rawPdf } from './cv-files.ts';
import type { HostileCv } from './hostile-cvs.ts';

const SENTENCE =
  'Ada Example builds services in TypeScript and keeps PostgreSQL well fed, day by day, at Example Works.';
const SHOWN = `BT /F1 11 Tf 60 700 Td (${SENTENCE}) Tj ET\n`;
/** One pixel; nobody decodes it. */
const IMAGE: PdfObject = {
  dictionary: '<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8>>',
  stream: '\0',
};

const repeated = (text: string, times: number) => text.repeat(times);
const catalogue = '<</Type/Catalog/Pages 2 0 R>>';
const font = (more: string) => `<</Type/Font/Subtype/Type0/BaseFont/Odd/Encoding/Identity-H${more}>>`;

async function textPdf(options: PDFKit.PDFDocumentOptions = {}, pages = 1): Promise<Buffer> {
  return await printedPdf((document) => {
    for (let page = 1; page <= pages; page++) {
      if (page > 1) document.addPage();
      document.fontSize(11).text(`${SENTENCE} Page ${page}.`, 60, 80, { lineBreak: false });
    }
  }, options);
}

/** PDFs that are broken or made to do harm. */
export async function hostilePdfs(): Promise<HostileCv[]> {
  const whole = await textPdf();
  const halved = Buffer.from(whole);
  halved.fill(0, Math.floor(halved.length / 3), Math.floor(halved.length / 2));
  return [
    { name: 'only the header of a PDF', bytes: Buffer.from('%PDF-1.7\n'), ends: ['damaged', 'empty'] },
    { name: 'a PDF cut off early', bytes: whole.subarray(0, 300), ends: ['damaged', 'empty'] },
    { name: 'a PDF without its end', bytes: whole.subarray(0, whole.length - 400), ends: ['read', 'damaged', 'empty'] },
    { name: 'a PDF with zeros in its middle', bytes: halved, ends: ['read', 'damaged', 'empty'] },
    { name: 'a PDF that asks for a password', bytes: await textPdf({ userPassword: 'secret' }), ends: ['encrypted'] },
    { name: 'a PDF that only forbids printing', bytes: await textPdf({ ownerPassword: 'secret' }), ends: ['read'] },
    { name: 'a PDF of 60 pages', bytes: await textPdf({}, 60), ends: ['too-many-pages'] },
    { name: 'a PDF with an empty page', bytes: onePagePdf('q Q\n'), ends: ['empty'] },
    {
      name: 'a PDF of a scanned page',
      bytes: onePagePdf('q 595 0 0 842 0 0 cm /X Do Q\n', { more: [IMAGE] }),
      ends: ['scanned'],
    },
    ...structures(),
    ...bombs(),
    ...strangeText(),
  ];
}

/** What is wrong with how the objects hang together. */
function structures(): HostileCv[] {
  const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>';
  const kids = (count: string, list: string) => `<</Type/Pages/Kids[${list}]/Count ${count}>>`;
  return [
    {
      name: 'a page tree that holds itself',
      bytes: rawPdf([catalogue, kids('1', '2 0 R')]),
      ends: ['damaged', 'empty'],
    },
    {
      name: 'two page trees that hold each other',
      bytes: rawPdf([catalogue, kids('2', '3 0 R'), '<</Type/Pages/Kids[2 0 R]/Count 2/Parent 2 0 R>>']),
      ends: ['damaged', 'empty'],
    },
    {
      name: 'a page tree that claims a million pages',
      bytes: rawPdf([catalogue, kids('1000000', '3 0 R'), page, { dictionary: '<<>>', stream: SHOWN }]),
      ends: ['too-many-pages', 'read', 'empty', 'damaged'],
    },
    {
      name: 'a page tree that claims less than no pages',
      bytes: rawPdf([catalogue, kids('-5', '3 0 R'), page, { dictionary: '<<>>', stream: SHOWN }]),
      ends: ['read', 'empty', 'damaged'],
    },
    {
      name: 'a table of objects that goes on at itself',
      bytes: Buffer.from(onePagePdf(SHOWN).toString('latin1').replace('/Root 1 0 R', '/Root 1 0 R/Prev 0'), 'latin1'),
      ends: ['read', 'damaged'],
    },
    {
      name: 'a stream whose length is itself',
      bytes: Buffer.from(
        onePagePdf(SHOWN)
          .toString('latin1')
          .replace(/\/Length \d+/, '/Length 4 0 R'),
        'latin1',
      ),
      ends: ['read', 'damaged', 'empty'],
    },
    {
      name: 'a drawing that draws itself',
      bytes: onePagePdf(`${SHOWN}/X Do\n`, {
        more: [
          {
            dictionary: '<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>>>',
            stream: '/X Do /X Do',
          },
        ],
      }),
      ends: ['read', 'damaged', 'empty'],
    },
    {
      name: 'arrays a hundred thousand deep',
      bytes: onePagePdf(`${repeated('[', 100_000)}\n${SHOWN}`),
      ends: ['read', 'empty', 'damaged'],
    },
    {
      name: 'dictionaries a hundred thousand deep',
      bytes: rawPdf([`<</Type/Catalog/Pages 2 0 R/Deep ${repeated('<</A ', 100_000)}>>`, kids('0', '')]),
      ends: ['empty', 'damaged', 'timed-out'],
    },
    {
      name: 'a PDF that runs a script when it is opened',
      bytes: rawPdf([
        '<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(while\\(true\\){})>>>>',
        kids('1', '3 0 R'),
        page.replace('/Contents', '/Resources<</Font<</F1 5 0 R>>>>/Contents'),
        { dictionary: '<<>>', stream: SHOWN },
        HELVETICA,
      ]),
      ends: ['read'],
    },
    {
      name: 'thousands of links that are no links',
      bytes: onePagePdf(SHOWN, {
        page: `/Annots[${repeated('<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(javascript:1)>>>>', 5_000)}]`,
      }),
      ends: ['read', 'timed-out', 'out-of-memory'],
    },
    {
      name: 'a page larger than any number',
      bytes: Buffer.from(onePagePdf(SHOWN).toString('latin1').replace('595 842', '9e99 nan'), 'latin1'),
      ends: ['read', 'empty', 'damaged'],
    },
  ];
}

/** Little that becomes much. */
function bombs(): HostileCv[] {
  const spaces = deflateSync(Buffer.alloc(80 * 1024 * 1024, ' '), { level: 9 });
  const zeros = deflateSync(deflateSync(Buffer.alloc(80 * 1024 * 1024), { level: 9 }), { level: 9 });
  const huge = (filter: string) => `/Filter/FlateDecode/DecodeParms<<${filter}>>`;
  return [
    {
      name: 'a page that unpacks to 80 MB',
      bytes: onePagePdf(spaces, { filter: '/Filter/FlateDecode' }),
      ends: ['zip-bomb'],
    },
    {
      name: 'a page that unpacks twice',
      bytes: onePagePdf(zeros, { filter: '/Filter[/FlateDecode/FlateDecode]' }),
      ends: ['zip-bomb', 'damaged'],
    },
    {
      name: 'run lengths in run lengths',
      bytes: onePagePdf(deflateSync(Buffer.alloc(4 * 1024 * 1024, '\x81 ', 'latin1')), {
        filter: '/Filter[/FlateDecode/RunLengthDecode]',
      }),
      ends: ['zip-bomb', 'timed-out'],
    },
    {
      name: 'a predictor of a thousand million columns',
      bytes: onePagePdf(deflateSync(SHOWN), { filter: huge('/Predictor 12/Columns 1000000000') }),
      ends: ['zip-bomb', 'damaged', 'empty'],
    },
    {
      name: 'a hundred and fifty thousand letters, each by itself',
      bytes: onePagePdf(deflateSync(`BT /F1 1 Tf ${repeated('1 0 0 1 9 9 Tm (a) Tj ', 150_000)}ET`), {
        filter: '/Filter/FlateDecode',
      }),
      ends: ['too-much-text', 'timed-out'],
    },
    {
      name: 'millions of orders to do nothing',
      bytes: onePagePdf(deflateSync(repeated('q Q\n', 4_000_000)), { filter: '/Filter/FlateDecode' }),
      ends: ['empty', 'timed-out'],
    },
    {
      name: 'a font that gives meaning to four thousand million letters',
      bytes: onePagePdf('BT /F1 11 Tf 60 700 Td <00010002> Tj ET', {
        font: font('/ToUnicode 6 0 R/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Odd>>]'),
        more: [
          { dictionary: '<<>>', stream: 'begincmap 1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange endcmap' },
        ],
      }),
      ends: ['read', 'empty', 'damaged', 'timed-out', 'out-of-memory', 'zip-bomb'],
    },
    {
      name: 'an image of a million by a million pixels',
      bytes: onePagePdf(`${SHOWN}/X Do\n`, {
        more: [
          {
            dictionary:
              '<</Type/XObject/Subtype/Image/Width 1000000/Height 1000000/ColorSpace/DeviceRGB/BitsPerComponent 8>>',
            stream: 'x',
          },
        ],
      }),
      ends: ['read'],
    },
  ];
}

/** Text that is there and cannot be read as text. */
function strangeText(): HostileCv[] {
  return [
    {
      name: 'a font program that is noise',
      bytes: onePagePdf(SHOWN, {
        font: '<</Type/Font/Subtype/TrueType/BaseFont/Odd/FirstChar 0/LastChar 255/Widths 6 0 R/FontDescriptor<</Type/FontDescriptor/FontName/Odd/Flags 4/FontFile2 7 0 R>>>>',
        more: ['[1 (a) null]', { dictionary: '<</Length1 99999999>>', stream: '\0\x01\0\0\xff\xff\xff\xff noise' }],
      }),
      ends: ['read', 'empty', 'damaged', 'unreadable-text'],
    },
    {
      name: 'a page whose font is missing',
      bytes: onePagePdf(SHOWN, { font: 'null' }),
      ends: ['read', 'empty', 'damaged'],
    },
    { name: 'text set in no size at all', bytes: onePagePdf(SHOWN.replace('11 Tf', '0 Tf')), ends: ['empty', 'read'] },
    {
      name: 'text far outside of the page',
      bytes: onePagePdf(SHOWN.replace('60 700', '99999 -99999')),
      ends: ['empty'],
    },
    {
      name: 'a web page that is also a PDF',
      bytes: Buffer.concat([Buffer.from('<html><script>alert(1)</script>\n'), onePagePdf(SHOWN)]),
      ends: ['read'],
    },
  ];
}
