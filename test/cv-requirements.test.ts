import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchSkills } from '../src/cv/engine/match.ts';
import { parseProfile } from '../src/cv/engine/profile/profile.ts';
import { type JobRequirements, readJobDescription } from '../src/cv/engine/requirements.ts';
import { findSkills } from '../src/cv/engine/skills/find-skills.ts';

const labels = ({ skills }: JobRequirements, priority: 'required' | 'preferred') =>
  skills.filter((requirement) => requirement.priority === priority).map(({ label }) => label);
const split = (text: string) => {
  const read = readJobDescription(text);
  return { required: labels(read, 'required'), preferred: labels(read, 'preferred') };
};

const post = `Senior Python Developer
Acme Widgets builds tools for gardeners. We run on Heroku. We have been in business for 25 years.

What you'll do
- Design REST APIs with Django
- Mentor juniors

Requirements
- 5+ years of professional software development experience
- 3+ years with Python and Django
- React or Vue
- Experience with a relational database such as PostgreSQL or MySQL
- Docker; Kubernetes is a plus
- AWS, GCP or Azure
- Excellent communication skills

Nice to have:
- Rust or Go
- Terraform

Benefits
- Swift onboarding, an Ansible course and a Kafka book`;

describe('a job description', () => {
  it('is parted into required and preferred by heading and wording; the firm asks for nothing', () => {
    const read = readJobDescription(post);
    expect(labels(read, 'required')).toEqual([
      'Python',
      'Django',
      'React or Vue.js',
      'PostgreSQL or MySQL',
      'Docker',
      'AWS, Google Cloud or Azure',
    ]);
    expect(labels(read, 'preferred')).toEqual(['Heroku', 'REST APIs', 'Kubernetes', 'Rust or Go', 'Terraform']);
    expect(read.softSkills.map(({ skill }) => skill)).toContain('Communication');
  });

  it('says years over all and by skill, and the level', () => {
    const { skills, years, seniority } = readJobDescription(post);
    expect(years?.years).toBe(5);
    expect(seniority?.level).toBe('senior');
    expect(
      Object.fromEntries(skills.flatMap(({ skill, years: asked }) => (asked === null ? [] : [[skill, asked.years]]))),
    ).toEqual({
      Python: 3,
      Django: 3,
    });
  });

  it('has a place in the text for everything it asks', () => {
    const { skills, softSkills, years, seniority } = readJobDescription(post);
    for (const { evidence } of [...skills, ...softSkills]) {
      expect(evidence.length).toBeGreaterThan(0);
      for (const { span, text } of evidence) expect(post.slice(span.start, span.end)).toBe(text);
    }
    expect(post.slice(years?.start, years?.end)).toBe('5+ years');
    expect(post.slice(seniority?.start, seniority?.end)).toBe('Senior');
  });

  it.each<[string, string[], string[]]>([
    [
      'You must know Java and Spring Boot. Experience with GraphQL would be nice.',
      ['Java', 'Spring Boot'],
      ['GraphQL'],
    ],
    ['Go is required, Rust a bonus.', ['Go'], ['Rust']],
    [
      'We require SQL. Experience with Angular, Ember and Svelte is a plus.',
      ['SQL'],
      ['Angular', 'Ember.js', 'Svelte'],
    ],
    ['Must have: TypeScript, HTML/CSS. Ideally you have used Storybook.', ['TypeScript', 'HTML', 'CSS'], ['Storybook']],
    ['You must have:\n- C\nYou should have:\n- Python', ['C'], ['Python']],
    ['Requires a degree in statistics, and SQL skills. You do not need to know Angular.', ['SQL'], []],
    [
      'You know React. What you will learn with us: Gradle. It would be great, but not necessary, if you have used Java before.',
      ['React'],
      ['Gradle', 'Java'],
    ],
    ['Python is a must. Our stack: Kotlin, Redis.', ['Python'], ['Kotlin', 'Redis']],
    ['You need experience with Java. No experience with COBOL is needed.', ['Java'], []],
    ['Required: C/C++ and Linux. JavaScript/TypeScript helpful.', ['C or C++', 'Linux'], ['JavaScript or TypeScript']],
    ['Required: one of Terraform, Pulumi, Ansible.', ['Terraform, Pulumi or Ansible'], []],
    ['Requires Python, PostgreSQL, React or Vue.', ['Python', 'PostgreSQL', 'React or Vue.js'], []],
    ['Backend\nAnforderungen\n- Java oder Kotlin\n- SQL\nVon Vorteil\n- Docker', ['Java or Kotlin', 'SQL'], ['Docker']],
    ['Backend\nRequisitos\n- Python y Django\nSe valorará\n- Docker', ['Python', 'Django'], ['Docker']],
  ])('%s', (text, required, preferred) => {
    expect(split(text)).toEqual({ required, preferred });
  });

  it('that asks for nothing outright asks for what the work is done with', () => {
    expect(split('Data Engineer. Build pipelines with Airflow and Spark, in Python.')).toEqual({
      required: ['Airflow', 'Apache Spark', 'Python'],
      preferred: [],
    });
  });

  it('takes what is of the same kind where it says "or similar"', () => {
    const [requirement] = readJobDescription('PostgreSQL or similar is required.').skills;
    expect(requirement?.alternatives).toEqual(['PostgreSQL', 'Relational databases']);
  });

  it('is read the same each time, whatever it is', () => {
    const words = fc.array(
      fc.constantFrom(
        'Python',
        'or',
        'Go',
        ',',
        '.',
        '\n',
        'Requirements',
        'a plus',
        '5+ years',
        '/',
        'must',
        '(',
        ')',
        'AWS',
        'such as',
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join(' ');
        const read = readJobDescription(text);
        expect(readJobDescription(text)).toEqual(read);
        const named = read.skills.map(({ skill }) => skill);
        expect(new Set(named.map((name) => name)).size).toBe(named.length);
      }),
    );
  });
});

const cv = `Jane Sample
jane@example.com

Experience
Senior Developer, Northwind
January 2021 - December 2023
Built shops with Django and PostgreSQL.

Developer, Contoso
January 2018 - December 2020
Wrote services in Java. Docker every day.

Skills
React, TypeScript, AWS
No experience with Terraform. Eager to learn Kubernetes.`;

function match(cvText: string, job: string) {
  const blocks = [...cvText.matchAll(/[^\n]+/g)].map(({ 0: line, index }) => ({
    kind: 'paragraph' as const,
    start: index,
    end: index + line.length,
    page: null,
    size: null,
    look: null,
  }));
  const asOf = { year: 2024, month: 1 };
  const profile = parseProfile({ text: cvText, blocks, links: [] }, asOf);
  const mentions = findSkills(cvText, { sections: profile.sections });
  return matchSkills(
    { text: cvText, mentions, roles: profile.roles, monthsOfExperience: profile.monthsOfExperience, asOf },
    readJobDescription(job),
  );
}

describe('a match', () => {
  it('counts what is shown of what is required, one decimal; the preferred do not count', () => {
    const found = match(cv, 'Required: Python, React or Vue, Kubernetes. Terraform is a plus, TypeScript is a plus.');
    expect(found.totalRequired).toBe(3);
    expect(found.matchPercentage).toBe(66.7);
    expect(found.matchedSkills).toEqual(['Python', 'React', 'TypeScript']);
    expect(found.missingRequired).toEqual(['Kubernetes']);
    expect(found.missingPreferred).toEqual(['Terraform']);
  });

  it('is over the preferred where nothing is required, and null with a warning where nothing is asked', () => {
    const preferred = match(cv, 'Gardener wanted.\nNice to have:\n- Docker\n- Rust');
    expect([preferred.totalRequired, preferred.matchPercentage]).toEqual([0, 50]);
    const nothing = match(cv, 'A gardener who likes roses and quiet mornings is wanted by a small family.');
    expect(nothing.matchPercentage).toBeNull();
    expect(nothing.warnings).toEqual([expect.stringContaining('no match percentage')]);
  });

  it('knows a skill by another that stands on it, and says which', () => {
    const { required } = match(cv, 'Python and a relational database are required.');
    const through = required.map(({ shown }) => [shown?.skill, shown?.through]);
    expect(through).toEqual([
      ['Python', 'Django'],
      ['Relational databases', 'PostgreSQL'],
    ]);
    const [span] = required[0]?.shown?.mentions.map((mention) => mention.span) ?? [];
    expect(cv.slice(span?.start, span?.end)).toBe('Django');
  });

  it('measures years by the roles that name a skill; not measured is null, not zero', () => {
    const { required, yearsShown } = match(
      cv,
      'Required: 5+ years of Java. At least 2 years with Python. 3 years with React.',
    );
    const years = required.map(({ requirement, shown, yearsMissing }) => [
      requirement.skill,
      shown?.years?.years ?? null,
      yearsMissing,
    ]);
    expect(years).toEqual([
      ['Java', 3, 2],
      ['Python', 3, 0],
      ['React', null, null],
    ]);
    expect(yearsShown).toBe(6);
  });

  it('takes the years that the CV states', () => {
    const { required } = match('Skills\nPython (8 years), SQL', 'Required: 5 years of Python.');
    expect(required[0]?.shown?.years).toMatchObject({ years: 8, source: 'stated' });
    const both = match(cv.replace('React,', 'Java (8 years), React,'), 'Required: 5 years of Java.');
    expect(both.required[0]?.shown?.years).toMatchObject({ years: 8, source: 'stated' });
  });

  it('says what speaks for the person and what is missing, with the places', () => {
    const found = match(
      cv,
      'Lead Developer\nRequired: Python, Docker, Kubernetes, Terraform, 5 years of Java and 10 years of professional experience.',
    );
    const strengths = found.strengths.map(({ text }) => text);
    expect(strengths).toEqual(
      expect.arrayContaining([
        'The CV shows 3 of the 5 required skills: Python, Docker and Java.',
        'Python is not named, but follows from the work with Django.',
      ]),
    );
    const areas = found.areasForImprovement.map(({ text }) => text);
    expect(areas).toEqual(
      expect.arrayContaining([
        'Kubernetes is required; the CV names it only as something to learn.',
        'Terraform is required; the CV says that it is missing.',
        'Java: 5 years asked for, 3 shown.',
        'The job asks for 10 years of experience; the dated roles of the CV add up to 6.',
        'The post is for a lead position; the latest roles are senior ones.',
      ]),
    );
    const kubernetes = found.areasForImprovement.find(({ text }) => text.startsWith('Kubernetes'))?.evidence[0];
    expect(cv.slice(kubernetes?.start, kubernetes?.end)).toBe('Kubernetes');
  });
});

describe('of a hostile job description', () => {
  // The square of these lengths takes minutes.
  it.each([
    [' ', 400_000, []],
    ['\t\u00a0', 400_000, []],
    ['no ', 100_000, []],
    ['\n-', 30_000, []],
    ['C,', 30_000, ['C']],
    ['Java, Docker and ', 30_000, ['Java', 'Docker']],
  ])('the reading ends, and holds no more than is there: %j again and again', (words, length, skills) => {
    const { required, preferred } = split(words.repeat(length / words.length));
    expect(new Set([...required, ...preferred])).toEqual(new Set(skills));
  });
});
