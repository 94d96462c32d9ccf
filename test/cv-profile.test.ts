import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { YearMonth } from '../src/cv/engine/profile/dates.ts';
import { type CvProfile, parseProfile } from '../src/cv/engine/profile/profile.ts';
import type { Found, Span } from '../src/cv/engine/profile/spans.ts';
import { layOut } from '../src/cv/engine/reading/blocks.ts';
import { readPlainText } from '../src/cv/engine/reading/plain-text.ts';

const asOf: YearMonth = { year: 2026, month: 11 };

function profileOf(cv: string, links: readonly string[] = []): CvProfile & { readonly text: string } {
  const laidOut = layOut(readPlainText(Buffer.from(cv)).drafts, { characters: 200_000 });
  return { ...parseProfile({ ...laidOut, links }, asOf), text: laidOut.text };
}

const written = <Value>(one: Found<Value> | null) => (one === null ? null : one.value);
const month = (date: YearMonth | 'present' | null) =>
  date === null || date === 'present' ? date : [date.year, date.month].filter((part) => part !== null).join('-');
/** Title, employer, place, time and months of each role, in one line. */
const rolesOf = ({ roles }: CvProfile) =>
  roles.map(({ title, employer, location, from, to, months }) =>
    [written(title), written(employer), written(location), month(written(from)), month(written(to)), months].join(
      ' | ',
    ),
  );
const studiesOf = ({ education }: CvProfile) =>
  education.map(({ degree, level, institution, from, to }) =>
    [written(degree), level, written(institution), month(written(from)), month(written(to))].join(' | '),
  );
const languagesOf = ({ languages }: CvProfile) =>
  languages.map(({ name, level, framework }) => [name.value, written(level), framework].join(' | '));
const inExperience = (lines: string) => profileOf(`Ada Example\n\nExperience\n${lines}`);

/** Of invented persons. */
const american = `ADA EXAMPLE, PhD
Austin, TX 78701 | (512) 555-0134 | ada@example.com | https://www.linkedin.com/in/ada-example/ | ada.dev

Summary
Engineer who shipped products from 2005 to 2020 in Node.js and ASP.NET.

Technical Skills
Languages: Python (primary), C++, C#, Go

Employment History

Acme Robotics Inc. — Austin, TX
Principal Engineer (June 2018 – Present)
- Led 8 people from 2019 to 2021
Senior Engineer (Aug 2015 – June 2018)
- Wrote firmware

Globex Corporation, Remote
Software Engineer, 03/2012 – 07/2015
- Web

Freelance Consultant
2010 - 2012

Education
Ph.D. in Computer Science, University of Example, 2012
B.S. Mathematics, Example State University (2006)

Languages
English – native
Spanish – B2 (upper intermediate)
`;
const german = `Lebenslauf
Max Beispiel
Musterstraße 1, 10115 Berlin
Telefon: 030 12345678
E-Mail: max@example.org

Berufserfahrung
01/2020 – heute
Softwareentwickler
Beispiel GmbH, Berlin
• Entwicklung von Diensten in Java
04/2017 – 12/2019
Werkstudent
Muster AG, München
• Tests

Ausbildung
10/2013 – 03/2017
Bachelor of Science Informatik
Technische Universität Berlin

Sprachen
Deutsch: Muttersprache
Englisch: verhandlungssicher (C1)
Französisch: Grundkenntnisse
`;
const spanish = `CURRICULUM VITAE

María Ejemplo García
Calle Mayor 5, 28013 Madrid
Teléfono: +34 612 345 678 · maria.ejemplo@example.org

EXPERIENCIA LABORAL
Desarrolladora backend | Ejemplo Sistemas S.L. | Madrid
enero de 2020 – actualidad
- API en Java y Spring Boot
Programadora junior, Muestra S.A., Valencia
sept. 2017 - dic. 2019
- Mantenimiento

FORMACIÓN ACADÉMICA
Grado en Ingeniería Informática, Universidad de Ejemplo, 2013 - 2017

IDIOMAS
Español (nativo), Inglés (C1), Francés básico
`;
const french = `Jean Exemple
Développeur web – Lyon, France
jean@exemple.fr | 06 12 34 56 78 | github.com/jean-exemple

Expériences professionnelles
Depuis mars 2021 : Développeur full-stack, Exemple SAS, Lyon
• Conception d'API
De 2018 à 2021 : Technicien informatique chez Modèle SARL
• Support

Formation
2016 – 2018  BTS Services informatiques, Lycée Exemple

Langues
Français : langue maternelle
Anglais : courant (C1)
`;

describe('contact data', () => {
  it.each([
    ['American', american, 'ADA EXAMPLE', 'ada@example.com', '(512) 555-0134', 'Austin, TX 78701'],
    ['German', german, 'Max Beispiel', 'max@example.org', '030 12345678', 'Musterstraße 1, 10115 Berlin'],
    [
      'Spanish',
      spanish,
      'María Ejemplo García',
      'maria.ejemplo@example.org',
      '+34 612 345 678',
      'Calle Mayor 5, 28013 Madrid',
    ],
    ['French', french, 'Jean Exemple', 'jean@exemple.fr', '06 12 34 56 78', 'Lyon, France'],
  ])('of a(n) %s CV is found', (_style, cv, name, email, phone, location) => {
    const { contact } = profileOf(cv);
    expect([contact.name, contact.email, contact.phone, contact.location].map(written)).toEqual([
      name,
      email,
      phone,
      location,
    ]);
  });

  it('has links by what they lead to, each once, and no names of technologies', () => {
    const { contact } = profileOf(american, [
      'https://linkedin.com/in/ada-example',
      'https://github.com/ada',
      'mailto:a@b.c',
    ]);
    expect(contact.links.map(({ kind, url, span }) => [kind, url, span !== null])).toEqual([
      ['linkedin', 'https://www.linkedin.com/in/ada-example/', true],
      ['website', 'https://ada.dev', true],
      ['github', 'https://github.com/ada', false],
    ]);
  });

  it('is null where there is none: neither years nor a profession nor a heading is taken for it', () => {
    const { contact } = profileOf('Software Engineer\n2015 - 2020 2021 - 2024\n\nWORK EXPERIENCE\nThings\n');
    expect(contact).toEqual({ name: null, email: null, phone: null, location: null, links: [] });
  });
});

describe('sections', () => {
  it('are told by their headings, whatever the language and the case', () => {
    const kinds = (cv: string) => profileOf(cv).sections.map(({ kind }) => kind);
    expect(kinds(american)).toEqual(['contact', 'summary', 'skills', 'experience', 'education', 'languages']);
    for (const cv of [german, spanish, french])
      expect(kinds(cv)).toEqual(['contact', 'experience', 'education', 'languages']);
    expect(
      kinds(
        "Ada\n\nWhere I've worked:\nx\n\nSkills & Tools\nx\n\nCertifications and licenses\nx\n\nSide projects\nx\n\nHobbys\nx",
      ),
    ).toEqual(['contact', 'experience', 'skills', 'certificates', 'projects', 'other']);
  });

  it('hold each line of the CV once, in order', () => {
    const { sections, text } = profileOf(american);
    const lines = sections.flatMap((section) => section.lines.map((line) => line.text));
    const headings = sections.flatMap(({ heading }) => heading ?? []);
    const all = text.split('\n').filter((line) => line !== '');
    expect([...lines, ...headings].sort()).toEqual(all.map((line) => line.replace(/^• /, '')).sort());
  });

  it('do not end at a label inside of another: languages among skills are those of programming', () => {
    const profile = profileOf(american);
    expect(profile.sections.find(({ kind }) => kind === 'skills')?.lines.map(({ text }) => text)).toEqual([
      'Languages: Python (primary), C++, C#, Go',
    ]);
    expect(languagesOf(profile)).toEqual(['English | native | native', 'Spanish | B2 (upper intermediate) | B2']);
  });
});

describe('roles', () => {
  it.each([
    [
      'an American CV, where one firm heads two posts',
      american,
      [
        'Principal Engineer | Acme Robotics Inc. | Austin, TX | 2018-6 | present | 102',
        'Senior Engineer | Acme Robotics Inc. |  | 2015-8 | 2018-6 | 35',
        'Software Engineer | Globex Corporation | Remote | 2012-3 | 2015-7 | 41',
        'Freelance Consultant |  |  | 2010 | 2012 | 24',
      ],
    ],
    [
      'a German CV, where the time heads the post',
      german,
      [
        'Softwareentwickler | Beispiel GmbH | Berlin | 2020-1 | present | 83',
        'Werkstudent | Muster AG | München | 2017-4 | 2019-12 | 33',
      ],
    ],
    [
      'a Spanish CV, where the time follows',
      spanish,
      [
        'Desarrolladora backend | Ejemplo Sistemas S.L. |  | 2020-1 | present | 83',
        'Programadora junior | Muestra S.A. | Valencia | 2017-9 | 2019-12 | 28',
      ],
    ],
    [
      'a French CV, where all is in one line',
      french,
      [
        'Développeur full-stack | Exemple SAS | Lyon | 2021-3 | present | 69',
        'Technicien informatique | Modèle SARL |  | 2018 | 2021 | 36',
      ],
    ],
  ])('of %s have title, employer, place, time and months', (_style, cv, roles) => {
    expect(rolesOf(profileOf(cv))).toEqual(roles);
  });

  it.each([
    ['Engineer, One Ltd (Jan 2018 - Dec 2019)', 'Engineer | One Ltd |  | 2018-1 | 2019-12 | 24'],
    ['Engineer at One Ltd, 2018-03 to 2019-02', 'Engineer | One Ltd |  | 2018-3 | 2019-2 | 12'],
    ["Engineer | One Ltd | Sep '18 – Feb '19", 'Engineer | One Ltd |  | 2018-9 | 2019-2 | 6'],
    ['One Ltd, Engineer, Jan – Mar 2020', 'Engineer | One Ltd |  | 2020-1 | 2020-3 | 3'],
    ['Engineer, One Ltd, 15/01/2018 - 30/06/2018', 'Engineer | One Ltd |  | 2018-1 | 2018-6 | 6'],
    ['Engineer, One Ltd, 01/15/2018 - 06/30/2018', 'Engineer | One Ltd |  | 2018-1 | 2018-6 | 6'],
    ['Engineer, One Ltd, summer 2018 – now', 'Engineer | One Ltd |  | 2018 | present | 101'],
    ['Engineer, One Ltd (2021)', 'Engineer | One Ltd |  | 2021 | 2021 | '],
  ])('%s', (line, role) => {
    expect(rolesOf(inExperience(`${line}\n- Built things\n`))).toEqual([role]);
  });

  it('are not made of sentences that mention years', () => {
    expect(rolesOf(inExperience('I worked for many people from 2010 to 2015, and liked it.\n'))).toEqual([]);
    expect(
      rolesOf(inExperience('Engineer, One Ltd, 2018 - 2020\nMigrated all of it to Kubernetes in 2019\n')),
    ).toHaveLength(1);
  });

  it('are not made of what was done or won in a year', () => {
    const lines = 'Engineer, One Ltd, 2018 - 2020\n- Built things\nPrize of the Example Society (2019)\n';
    expect(rolesOf(inExperience(lines))).toEqual(['Engineer | One Ltd |  | 2018 | 2020 | 24']);
  });

  it('keep a time in small letters below a long line, which is no line that was wrapped', () => {
    const lines = 'Ingeniera de software y de datos, Ejemplo y Muestra Sistemas S.L.\nsept. 2017 - dic. 2019\n- Java\n';
    expect(rolesOf(inExperience(lines))).toEqual([
      'Ingeniera de software y de datos | Ejemplo y Muestra Sistemas S.L. |  | 2017-9 | 2019-12 | 28',
    ]);
    expect(inExperience(lines).text.split('\n')).toContain('sept. 2017 - dic. 2019');
  });

  it('give the months of work, what overlaps once, and none where no time is written', () => {
    const overlapping = 'Engineer, One Ltd (Jan 2018 - Dec 2019)\nTeacher, Two School (Jul 2019 - Jun 2020)\n';
    expect(inExperience(overlapping).monthsOfExperience).toBe(30);
    expect(inExperience('Engineer, One Ltd\n').monthsOfExperience).toBeNull();
    expect(profileOf(american).monthsOfExperience).toBe(197);
  });

  it('that go on are counted to the month of the analysis, which is told', () => {
    const cv = layOut(readPlainText(Buffer.from('Experience\nEngineer, One Ltd, Jan 2020 - present')).drafts, {
      characters: 999,
    });
    const months = (at: YearMonth) => parseProfile({ ...cv, links: [] }, at).monthsOfExperience;
    expect([
      months({ year: 2020, month: 1 }),
      months({ year: 2021, month: 1 }),
      months({ year: 2019, month: 1 }),
    ]).toEqual([1, 13, null]);
  });
});

describe('education', () => {
  it.each([
    [
      american,
      [
        'Ph.D. in Computer Science | doctorate | University of Example |  | 2012',
        'B.S. Mathematics | bachelor | Example State University |  | 2006',
      ],
    ],
    [german, ['Bachelor of Science Informatik | bachelor | Technische Universität Berlin | 2013-10 | 2017-3']],
    [spanish, ['Grado en Ingeniería Informática | bachelor | Universidad de Ejemplo | 2013 | 2017']],
    [french, ['BTS Services informatiques | vocational | Lycée Exemple | 2016 | 2018']],
  ])('has degree, level, school and time', (cv, studies) => {
    expect(studiesOf(profileOf(cv))).toEqual(studies);
  });

  it('needs no dates', () => {
    expect(studiesOf(profileOf('Ada Example\n\nEducation\nMSc Physics, University of Example\n'))).toEqual([
      'MSc Physics | master | University of Example |  | ',
    ]);
  });
});

describe('spoken languages', () => {
  it('have their English name, the level as written, and what it says in the framework', () => {
    expect(languagesOf(profileOf(german))).toEqual([
      'German | Muttersprache | native',
      'English | verhandlungssicher (C1) | C1',
      'French | Grundkenntnisse | A2',
    ]);
    expect(languagesOf(profileOf(spanish))).toEqual([
      'Spanish | nativo | native',
      'English | C1 | C1',
      'French | básico | A2',
    ]);
    expect(languagesOf(profileOf('Ada\n\nLanguages\nEnglish, Mandarin (HSK 5), Klingon\n'))).toEqual([
      'English |  | ',
      'Chinese | HSK 5 | ',
    ]);
  });
});

/** All spans of a profile, with the value where it is a piece of the text. */
function spansIn(value: unknown): (Span & { readonly said: string | null })[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(spansIn);
  if (!('start' in value && 'end' in value && typeof value.start === 'number' && typeof value.end === 'number'))
    return inside;
  const said = 'text' in value ? value.text : 'value' in value && value.value !== 'present' ? value.value : null;
  return [...inside, { start: value.start, end: value.end, said: typeof said === 'string' ? said : null }];
}

it('every value of any CV is what stands at its place, and reading it again changes nothing', () => {
  const lines = [american, german, spanish, french].flatMap((cv) => cv.split('\n'));
  const line = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...lines) },
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom('Engineer 2019 -', '2019', '- 2020 to 2021', 'Languages: German', 'a@b.co', '+49 30 123', 'Skills'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 25 }), (some) => {
      const { text, ...profile } = profileOf(some.join('\n'));
      expect(profileOf(some.join('\n'))).toEqual({ text, ...profile });
      // The name of a language is given in English, so its value is not what is written.
      const { languages, ...rest } = profile;
      for (const { start, end, said } of [...spansIn(rest), ...spansIn(languages.map(({ level }) => level))]) {
        expect(start >= 0 && start <= end && end <= text.length).toBe(true);
        if (said !== null) expect(text.slice(start, end)).toBe(said);
      }
    }),
    { numRuns: 150 },
  );
});
