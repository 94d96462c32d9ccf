import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSkills, type SkillTextFacts } from '../src/cv/engine/skills/find-skills.ts';
import { formOf } from '../src/cv/engine/skills/forms.ts';
import { readSkill } from '../src/cv/engine/skills/kinship.ts';
import {
  hoursByEffort,
  impliedSkills,
  readSkillTable,
  skillCategories,
  vocabulary,
} from '../src/cv/engine/skills/vocabulary.ts';

/** The skills a text shows of its person, each once, in order. */
function held(text: string, facts?: SkillTextFacts): string[] {
  const mentions = findSkills(text, facts).filter(({ stance }) => stance === 'held');
  return [...new Set(mentions.map(({ skill }) => skill))];
}
const stances = (text: string) => Object.fromEntries(findSkills(text).map(({ skill, stance }) => [skill, stance]));

describe('the vocabulary', () => {
  const skills = [...vocabulary().values()];

  it('knows at least 800 skills in every category of the contract', () => {
    expect(skills.length).toBeGreaterThanOrEqual(800);
    expect(new Set(skills.map(({ category }) => category))).toEqual(new Set(skillCategories));
  });

  it('names, for each, an https documentation page and hours to learn it', () => {
    expect(
      skills.filter(({ documentation }) => !URL.canParse(documentation) || !documentation.startsWith('https://')),
    ).toEqual([]);
    expect(skills.filter(({ hours }) => !Object.values<number>(hoursByEffort).includes(hours))).toEqual([]);
  });

  it('implies only skills that it knows, and none implies itself', () => {
    const unknown = skills.flatMap(({ name, implies, parents }) =>
      [...implies, ...parents].filter((other) => readSkill(other) === undefined).map((other) => `${name}: ${other}`),
    );
    expect(unknown).toEqual([]);
    expect(skills.filter(({ name }) => impliedSkills(name).has(name))).toEqual([]);
  });

  it('gives a spelling to one skill only', () => {
    const owners = new Map<string, Set<string>>();
    for (const { name, forms } of skills)
      for (const { text, exactCase } of forms) {
        const key = exactCase ? text : text.toLowerCase();
        owners.set(key, (owners.get(key) ?? new Set()).add(name));
      }
    expect([...owners].filter(([, names]) => names.size > 1).map(([text, names]) => [text, ...names])).toEqual([]);
  });

  it('knows what a skill stands on, at any distance', () => {
    expect([...impliedSkills('Django').keys()]).toContain('Python');
    expect([...impliedSkills('Next.js').keys()]).toEqual(expect.arrayContaining(['React', 'JavaScript']));
    expect([...impliedSkills('PostgreSQL').keys()]).toContain('Relational databases');
    expect([...impliedSkills('Python').keys()]).not.toContain('Django');
  });

  it('refuses a table with a line that is none', () => {
    expect(() => readSkillTable('[framework]\nThing | huge | example.org | | |')).toThrow('Not a line');
    expect(() => readSkillTable('[magic]\nThing | a | example.org | | |')).toThrow('No category');
  });
});

describe('a skill is known by whole words', () => {
  it.each([
    ['Skills\nC, C++, C#, R, Go, .NET, Node.js', ['C', 'C++', 'C#', 'R', 'Go', '.NET', 'Node.js']],
    ['Ten years of Java', ['Java']],
    ['Ten years of JavaScript', ['JavaScript']],
    ['Skills: Python (primary), Rust (basic), Go 1.21', ['Python', 'Rust', 'Go']],
    ['My daily work is with Kubernetes', ['Kubernetes']],
    ['CI / CD, micro services, micro-services and microservice design', ['CI/CD', 'Microservices']],
    [
      'Python 3, Java 17, ES6, HTML5, CSS3, Angular 2+, Vue 3',
      ['Python', 'Java', 'JavaScript', 'HTML', 'CSS', 'Angular', 'Vue.js'],
    ],
    ['C/C++ and HTML/CSS/JS', ['C', 'C++', 'HTML', 'CSS', 'JavaScript']],
    ['React Native and React', ['React Native', 'React']],
    ['AWS (EC2, S3, Lambda), GCP', ['AWS', 'Amazon EC2', 'Amazon S3', 'AWS Lambda', 'Google Cloud']],
    ['Unit, integration and end-to-end testing', ['Unit testing', 'Integration testing', 'End-to-end testing']],
    ['PostgreSQL/MySQL, MS SQL Server, T-SQL', ['PostgreSQL', 'MySQL', 'SQL Server', 'T-SQL']],
    ['Programming: C+ + (daily), as a PDF may space it', ['C++']],
    ['Ran end-toend testing, a line break of a PDF', ['End-to-end testing']],
    ['Power-BI, PowerBI, power bi', ['Power BI']],
    ['F#, VB.NET, ASP.NET Core, D3.js', ['F#', 'VB.NET', 'ASP.NET', 'D3.js']],
  ])('%s', (text, skills) => {
    expect(held(text)).toEqual(skills);
  });
});

describe('an ordinary word is a skill where list, section or words around say so', () => {
  it.each([
    ['Built services in Go and a CLI in Rust.', ['Go', 'Rust']],
    ['Senior Go developer', ['Go']],
    ['Technologies: go, rust, swift', ['Go', 'Rust', 'Swift']],
    ['Proficient in Word, Excel and Access', ['Microsoft Word', 'Excel', 'Microsoft Access']],
    ['Julia, Python, R and MATLAB', ['Julia', 'Python', 'R', 'MATLAB']],
    ['Configuration with Chef, Puppet and Ansible', ['Chef', 'Puppet', 'Ansible']],
    ['Node.js with Express and MongoDB', ['Node.js', 'Express', 'MongoDB']],
    ['Design in Figma and Sketch.', ['Figma', 'Sketch']],
    ['Used Slack, Notion and Jira daily', ['Slack', 'Notion', 'Jira']],
    ['Rust is a plus', ['Rust']],
  ])('%s', (text, skills) => {
    expect(held(text)).toEqual(skills);
  });

  it.each([
    'I go to the gym. Let us go.',
    'Spring 2020: moved house. In spring we planted trees.',
    'I excel at work and have access to excellent word of mouth.',
    'R&D department, Vitamin C, C-level managers, John C. Reilly, Plan B',
    'Chef at the Ritz restaurant, cooked pasta',
    'Express your ideas. The spark of joy. A flask of tea.',
    'React to changes quickly; angular momentum; unity of purpose; a notion of time',
    'Languages: English (fluent), German (B2), Spanish (C1), French C1',
    'Grade A in Maths; licence category C; Ms R. Gupta',
    'Model accuracy rose to 93%; reliable; patient care',
  ])('and none in: %s', (text) => {
    expect(held(text)).toEqual([]);
  });
});

describe('names and links hold no skills', () => {
  it.each([
    'Julia Roberts managed the team. Ruby Smith too.',
    'University of Oracle, Redis Labs GmbH, Swift Logistics Inc.',
    'Elm Street 5, Ruby Lane 3',
    'Code at https://github.com/jane/react-python and www.example.com/docker, mail jane.java@example.com',
    'Ms. R. Gupta, D. Smith',
  ])('%s', (text) => {
    expect(held(text)).toEqual([]);
  });

  it('an employer in a dated line is no skill, what was done there is', () => {
    expect(held('Oracle, Software Engineer, 2018 - 2020\nBuilt reports with Oracle 19c and PL/SQL')).toEqual([
      'Oracle Database',
      'PL/SQL',
    ]);
    expect(findSkills('Oracle, Software Engineer, 2018 - 2020')).toEqual([]);
  });

  it('a broad field counts in a list, and in a sentence only where it is asked for', () => {
    expect(held('Wrote release notes and the documentation of the tool.')).toEqual([]);
    expect(held('Skills: documentation, Python')).toEqual(['Documentation', 'Python']);
    expect(held('You care for the documentation of the tool.', { broadInSentences: true })).toEqual(['Documentation']);
  });

  it('nor do the names that the profile found', () => {
    const text = 'Kafka Mueller\nDeveloper with Redis';
    expect(held(text, { names: [{ start: 0, end: 13 }] })).toEqual(['Redis']);
  });
});

describe('what is denied or wished for is marked and not held', () => {
  it.each([
    ['No experience with Kubernetes. Eager to learn Rust.', { Kubernetes: 'denied', Rust: 'wished' }],
    ['I have not yet used Terraform, but I know Ansible well.', { Terraform: 'denied', Ansible: 'held' }],
    ['Kubernetes (no experience), Docker', { Kubernetes: 'denied', Docker: 'held' }],
    ['I would like to learn Go and Rust.', { Go: 'wished', Rust: 'wished' }],
    ['Not only Java but also Kotlin', { Java: 'held', Kotlin: 'held' }],
    ['SIN EXPERIENCIA EN\nPython, Django\n\nJava', { Python: 'denied', Django: 'denied', Java: 'held' }],
    ['Currently reading about Vulkan. Not yet: Docker.', { Vulkan: 'wished', Docker: 'wished' }],
    ['There is no better tool than Java.', { Java: 'held' }],
    ['I write Java, not JavaScript.', { Java: 'held', JavaScript: 'denied' }],
    ['Keine Erfahrung mit Docker. Ich möchte Kubernetes lernen.', { Docker: 'denied', Kubernetes: 'wished' }],
    ['Sin experiencia en AWS. Me gustaría aprender Rust.', { AWS: 'denied', Rust: 'wished' }],
  ])('%s', (text, said) => {
    expect(stances(text)).toEqual(said);
  });
});

describe('every mention has its evidence', () => {
  const text = 'Jane Roe\n\nSkills\nPython, Docker\n\nExperience\nBuilt APIs with FastAPI';

  it('the span is the words of the text, the section the one it stands in', () => {
    const mentions = findSkills(text);
    expect(mentions.map(({ text: words, span }) => [words, text.slice(span.start, span.end)])).toEqual(
      mentions.map(({ text: words }) => [words, words]),
    );
    expect(mentions.map(({ skill, section }) => [skill, section])).toEqual(
      expect.arrayContaining([
        ['Python', 'skills'],
        ['FastAPI', 'experience'],
      ]),
    );
  });

  it('in German and Spanish too', () => {
    expect(held('Entwicklung in Java und Spring Boot, Kenntnisse in C++')).toEqual(['Java', 'Spring Boot', 'C++']);
    expect(held('Desarrollo en Python y Django con PostgreSQL')).toEqual(['Python', 'Django', 'PostgreSQL']);
  });
});

describe('for any text', () => {
  const plain = [...vocabulary().values()].filter(({ category, name, forms }) => {
    const own = forms[0];
    return (
      category !== 'soft_skill' &&
      own !== undefined &&
      !own.ordinary &&
      !own.exactCase &&
      !own.employer &&
      /^[A-Z][a-z]{4,}$/.test(name) &&
      formOf([name.toLowerCase()]) !== undefined
    );
  });
  const names = fc.uniqueArray(fc.constantFrom(...plain.map(({ name }) => name)), { minLength: 1, maxLength: 8 });
  const chatter = fc.constantFrom('I like long walks.', 'We met every Tuesday.', 'The garden is green.', '', '\n\n');

  it('the same text gives the same mentions', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        expect(findSkills(text)).toEqual(findSkills(text));
      }),
    );
  });

  it('a list shows every skill on it, whatever stands around it', () => {
    fc.assert(
      fc.property(names, chatter, chatter, (list, before, after) => {
        expect(held(`${before}\nSkills: ${list.join(', ')}\n${after}`)).toEqual(expect.arrayContaining(list));
      }),
    );
  });

  it('case and spaces make no difference in a list', () => {
    fc.assert(
      fc.property(names, (list) => {
        const written = held(`Skills: ${list.join(', ')}`);
        expect(held(`Skills: ${list.join(' ,   ').toUpperCase()}`)).toEqual(written);
        expect(held(`Skills: ${list.join('\n').toLowerCase()}`)).toEqual(expect.arrayContaining(written));
      }),
    );
  });

  it('mentions do not overlap, and stand in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('Go', 'C', 'C++', 'React', 'native', 'Unit', 'testing', ',', '/', 'and', '.', 'in'), {
          maxLength: 30,
        }),
        (words) => {
          const spans = findSkills(words.join(' ')).map(({ span }) => span);
          for (const [at, span] of spans.entries()) expect(span.start).toBeGreaterThanOrEqual(spans[at - 1]?.end ?? 0);
        },
      ),
    );
  });
});
