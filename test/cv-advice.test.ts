import { describe, expect, it } from 'vitest';
import { advise } from '../src/cv/engine/advice/advice.ts';
import { catalogue, type Project, readProjects } from '../src/cv/engine/advice/catalogue.ts';
import { listed } from '../src/cv/engine/advice/wording.ts';
import { matchSkills, type SkillMatch } from '../src/cv/engine/match.ts';
import type { CvEvidence } from '../src/cv/engine/match-evidence.ts';
import type { JobRequirements, Requirement } from '../src/cv/engine/requirements.ts';
import type { Seniority } from '../src/cv/engine/requirements-demands.ts';
import type { SkillMention } from '../src/cv/engine/skills/find-skills.ts';
import { skillCategories, vocabulary } from '../src/cv/engine/skills/vocabulary.ts';

/** What advertisements ask for most, as job boards and surveys of developers list it. */
const mostAsked = `
  Python, Java, JavaScript, TypeScript, C, C++, C#, Go, Rust, R, Swift, Kotlin, Ruby, PHP, Scala, SQL, Bash, PowerShell,
  HTML, CSS, React, Next.js, Vue.js, Angular, Svelte, Redux, Tailwind CSS, Sass, Responsive design, Web accessibility,
  Web performance, GraphQL, WebSockets, Storybook, Webpack, Vite, Node.js, Express, NestJS, Django, Flask, FastAPI,
  Spring Boot, Spring, .NET, ASP.NET, Ruby on Rails, Laravel, REST APIs, Microservices, gRPC, Kafka, RabbitMQ, OAuth, JWT,
  Event-driven architecture, System design, Design patterns, OpenAPI, Message queues, PostgreSQL, MySQL, SQL Server,
  Oracle Database, MongoDB, Redis, Elasticsearch, Cassandra, DynamoDB, SQLite, Database design, Query optimization, Neo4j,
  AWS, Azure, Google Cloud, Docker, Kubernetes, Terraform, Ansible, Jenkins, GitHub Actions, GitLab CI, CI/CD, Helm, Linux,
  Git, Prometheus, Grafana, Nginx, AWS Lambda, Serverless, Infrastructure as code, Monitoring, Observability, Amazon S3,
  Argo CD, Azure DevOps, Machine learning, Deep learning, PyTorch, TensorFlow, scikit-learn, pandas, NumPy,
  Natural language processing, Computer vision, Large language models, Data analysis, Data visualization, Statistics,
  Apache Spark, Airflow, dbt, Snowflake, BigQuery, ETL, Data warehousing, Power BI, Tableau, Excel, MLOps, A/B testing,
  Android, iOS, React Native, Flutter, SwiftUI, Jetpack Compose, Firebase, Unit testing, Integration testing,
  Test automation, Selenium, Cypress, Playwright, Jest, JUnit, pytest, Performance testing, End-to-end testing, OWASP,
  Penetration testing, Network security, SIEM, Application security, Agile, Scrum, Jira, Product management, UX design,
  Figma, User research, Technical writing, Embedded systems, RTOS, Unity, SAP, Salesforce, Active Directory, Networking,
  TCP/IP, Business analysis, Project management, Communication, Leadership, Mentoring`
  .split(',')
  .map((name) => name.trim());

const skillOf = (name: string) => {
  const skill = vocabulary().get(name);
  if (skill === undefined) throw new Error(`no skill ${name}`);
  return skill;
};
const nowhere = { start: 0, end: 0 };

function mention(name: string, stance: SkillMention['stance'] = 'held'): SkillMention {
  return { skill: name, category: skillOf(name).category, span: nowhere, text: name, section: 'skills', stance };
}

function asks(name: string, more: Partial<Requirement> = {}): Requirement {
  const { category } = skillOf(name);
  const evidence = [mention(name)];
  const own = { skill: name, alternatives: [name], label: name, category, evidence, years: null };
  return { ...own, priority: 'required', ...more };
}
const welcomes = (name: string) => asks(name, { priority: 'preferred' });

interface Situation {
  readonly knows?: readonly string[];
  readonly wishes?: readonly string[];
  readonly job: readonly Requirement[];
  readonly yearsAsked?: number;
  readonly months?: number;
  readonly seniority?: Seniority;
}

function situation({ knows = [], wishes = [], job, yearsAsked, months, seniority }: Situation) {
  const mentions = [...knows.map((name) => mention(name)), ...wishes.map((name) => mention(name, 'wished'))];
  const asOf = { year: 2026, month: 11 };
  const evidence: CvEvidence = { text: '', mentions, roles: [], monthsOfExperience: months ?? null, asOf };
  const requirements: JobRequirements = {
    skills: job,
    softSkills: [],
    years: yearsAsked === undefined ? null : { years: yearsAsked, ...nowhere },
    seniority: null,
  };
  const match: SkillMatch = { ...matchSkills(evidence, requirements), seniorityShown: seniority ?? null };
  return { match, evidence, advice: advise(match, evidence) };
}
const adviceFor = (one: Situation) => situation(one).advice;
const gapsFor = (one: Situation) => adviceFor(one).skillGapRecommendations;
const titlesFor = (one: Situation) => gapsFor(one).map((gap) => gap.recommendedProjects.map(({ title }) => title));

describe('the catalogue', () => {
  const projects = catalogue();
  const each = (bad: (project: Project) => boolean) => projects.filter(bad).map(({ title }) => title);

  it('has at least 150 projects, each complete, with a title of its own', () => {
    expect(projects.length).toBeGreaterThanOrEqual(150);
    expect(new Set(projects.map(({ title }) => title)).size).toBe(projects.length);
    expect(each(({ features }) => features.length < 3 || features.length > 5)).toEqual([]);
    expect(each(({ outcomes }) => outcomes.length < 2 || outcomes.length > 4)).toEqual([]);
    expect(each(({ skills }) => skills.length < 3 || new Set(skills).size < skills.length)).toEqual([]);
    expect(each(({ hours }) => hours < 6 || hours > 80)).toEqual([]);
    expect(each(({ description }) => description.length < 45 || !/[.?!]$/.test(description))).toEqual([]);
    for (const difficulty of ['beginner', 'intermediate', 'advanced'])
      expect(projects.filter((one) => one.difficulty === difficulty).length).toBeGreaterThan(40);
  });

  it('names skills as the vocabulary does', () => {
    const names = projects.flatMap(({ skills, prerequisites }) => [...skills, ...prerequisites]);
    expect([...new Set(names)].filter((name) => !vocabulary().has(name))).toEqual([]);
  });

  it('covers every category, and what is asked for most at least twice', () => {
    const times = new Map<string, number>();
    for (const name of projects.flatMap(({ skills }) => skills)) times.set(name, (times.get(name) ?? 0) + 1);
    const covered = new Set([...times.keys()].map((name) => skillOf(name).category));
    expect(skillCategories.filter((category) => !covered.has(category))).toEqual([]);
    expect(mostAsked.length).toBeGreaterThanOrEqual(120);
    expect(mostAsked.filter((name) => (times.get(name) ?? 0) < 2)).toEqual([]);
  });

  it('has no two projects that say the same in other words', () => {
    const words = projects.map(
      ({ description, features }) =>
        new Set(
          [description, ...features]
            .join(' ')
            .toLowerCase()
            .match(/\p{L}{4,}/gu),
        ),
    );
    const alike = words.flatMap((mine, index) =>
      words.slice(index + 1).flatMap((theirs, after) => {
        const shared = mine.intersection(theirs).size / mine.union(theirs).size;
        return shared > 0.25 ? [[projects[index]?.title, projects[index + 1 + after]?.title]] : [];
      }),
    );
    expect(alike).toEqual([]);
  });

  it('refuses a file that is not of its form', () => {
    const text = '# A\nbeginner, 4 h: SQL < \nText.\n- one\n> two\n';
    expect(readProjects(text)).toMatchObject([{ title: 'A', hours: 4, skills: ['SQL'], prerequisites: [] }]);
    expect(() => readProjects(text.replace('beginner', 'simple'))).toThrow('Not a project of the catalogue: A');
    expect(() => readProjects(`${text}stray\n`)).toThrow('Not a project of the catalogue: A');
  });
});

describe('gaps', () => {
  it('stand in the order of their impact: required first, then by emphasis; ten at most', () => {
    const years = { years: 5, ...nowhere };
    const often = [mention('Kafka'), mention('Kafka'), mention('Kafka'), mention('Kafka')];
    const names = gapsFor({
      job: [welcomes('Rust'), asks('Jira'), asks('Redis'), asks('Kafka', { evidence: often }), asks('Java', { years })],
    }).map(({ skillGap }) => skillGap.skillName);
    expect(names).toEqual(['Java', 'Kafka', 'Redis', 'Jira', 'Rust']);
    expect(gapsFor({ job: mostAsked.slice(0, 14).map((name) => asks(name)) })).toHaveLength(10);
  });

  it('are told with what makes them larger or smaller', () => {
    const impacts = gapsFor({
      knows: ['MySQL', 'Docker'],
      wishes: ['Rust'],
      job: [
        asks('Docker'),
        asks('PostgreSQL'),
        asks('Kubernetes', { years: { years: 1, ...nowhere } }),
        asks('React', { alternatives: ['React', 'Vue.js', 'Angular'] }),
        asks('Rust'),
      ],
    }).map(({ skillGap }) => [skillGap.skillName, skillGap.impact]);
    expect(Object.fromEntries(impacts)).toMatchObject({
      Kubernetes:
        'Critical for the role: 1 year of Kubernetes is asked for. A project shows the skill, though not the year.',
      PostgreSQL:
        'One of five required skills, and not in the CV. MySQL in the CV is close to it, so the way is shorter.',
      React: expect.stringMatching(/Vue\.js or Angular would do as well\.$/),
      Rust: expect.stringMatching(/a first project turns the wish into evidence\.$/),
    });
  });
});

describe('projects', () => {
  it('build on what the person knows', () => {
    const covered = (...knows: string[]) =>
      gapsFor({ knows, job: [asks('REST APIs')] }).flatMap(({ recommendedProjects }) =>
        recommendedProjects.flatMap(({ skillsCovered }) => skillsCovered),
      );
    expect(covered('Java', 'XML', 'SQL')).toContain('Java');
    expect(covered('Python', 'SQL')).toContain('Python');
    expect(covered('Python', 'SQL')).not.toContain('Java');
    expect(covered('Python', 'SQL')).not.toContain('PHP');
    const docker = titlesFor({ knows: ['Python', 'Linux'], job: [asks('Docker')] }).flat();
    expect(docker[0]).toBe('Containers for a three-part application');
    const ruby = gapsFor({ knows: ['Ruby', 'HTML'], job: [asks('Ruby on Rails')] });
    expect(ruby[0]?.recommendedProjects[0]?.title).toBe('Shared flat manager in Ruby on Rails');
  });

  it('close several gaps at once where there is one that does', () => {
    const [first] = gapsFor({ knows: ['Linux'], job: [asks('Prometheus'), asks('Grafana')] });
    expect(first?.recommendedProjects.some(({ skillsCovered }) => skillsCovered.includes('Grafana'))).toBe(true);
    expect(first?.skillGap.impact).toContain('together with Grafana');
    const best = (...names: string[]) => {
      const knows = ['JavaScript', 'HTML', 'CSS'];
      const gaps = gapsFor({ knows, job: names.map((name) => asks(name)) });
      return /“([^”]+)” fits best/.exec(
        gaps.find(({ skillGap }) => skillGap.skillName === 'TypeScript')?.learningPath ?? '',
      )?.[1];
    };
    expect(best('TypeScript', 'React', 'Storybook')).toBe('Component library with visual review');
    expect(best('TypeScript')).not.toBe('Component library with visual review');
  });

  it('are at most three for a gap, none twice, from easy to hard, and of different difficulty where there is a choice', () => {
    const order = ['beginner', 'intermediate', 'advanced'];
    for (const name of mostAsked) {
      const [gap] = gapsFor({ job: [asks(name)] });
      const levels = (gap?.recommendedProjects ?? []).map(({ difficulty }) => order.indexOf(difficulty));
      const titles = gap?.recommendedProjects.map(({ title }) => title) ?? [];
      expect([name, titles.length > 0 && titles.length <= 3]).toEqual([name, true]);
      expect(new Set(titles).size).toBe(titles.length);
      expect(levels).toEqual(levels.toSorted());
      expect(gap?.recommendedProjects.every(({ skillsCovered }) => skillsCovered.includes(name))).toBe(true);
    }
    const [python] = gapsFor({ job: [asks('Docker')] });
    expect(new Set(python?.recommendedProjects.map(({ difficulty }) => difficulty)).size).toBeGreaterThan(1);
  });

  it('begin where somebody of this seniority begins', () => {
    const bestOf = (seniority: Seniority, skill: string) => {
      const [gap] = gapsFor({ seniority, knows: ['Linux', 'SQL', 'Git', 'HTTP'], job: [asks(skill)] });
      const title = /“([^”]+)” fits best/.exec(gap?.learningPath ?? '')?.[1];
      return catalogue().find((project) => project.title === title)?.difficulty;
    };
    const beginners = (seniority: Seniority) =>
      mostAsked.filter((skill) => bestOf(seniority, skill) === 'beginner').length;
    expect(beginners('junior')).toBeGreaterThan(1.5 * beginners('senior'));
  });

  it('for a skill the catalogue does not have are made of its own data, and of nothing invented', () => {
    const titles = new Set(catalogue().map(({ title }) => title));
    const rare = [...vocabulary().values()].filter(({ name, category }) => {
      const [title] = titlesFor({ job: [asks(name)] }).flat();
      return category !== 'soft_skill' && title !== undefined && !titles.has(title);
    });
    const titleOf = (name: string) => titlesFor({ job: [asks(name)] }).flat();
    expect(titleOf('Fortran')).toEqual(['Fortran: from the documentation to a first piece of work']);
    expect(titleOf('PMP')).toEqual(['PMP: from the outline to the exam']);
    expect(titleOf('Accounting')).toEqual(['Accounting: one case worked through']);
    expect(rare.length).toBeGreaterThan(0);
    for (const { name, documentation, hours } of rare) {
      const [project] = gapsFor({ job: [asks(name)] })[0]?.recommendedProjects ?? [];
      expect(project?.description).toContain(documentation);
      expect(project?.estimatedHours).toBe(Math.min(hours, 40));
      expect(project?.skillsCovered[0]).toBe(name);
    }
  });
});

describe('the learning path', () => {
  it('begins with what the skill stands on, and leaves out what is known or a gap of its own', () => {
    const path = (one: Situation, skill: string) =>
      gapsFor(one).find(({ skillGap }) => skillGap.skillName === skill)?.learningPath ?? '';
    const alone = path({ job: [asks('Django')] }, 'Django');
    expect(alone).toMatch(/^Django stands on Python/);
    expect(alone).toContain(
      '1. Learn as much Python as Django needs from https://docs.python.org/3/ (about 30 hours).',
    );
    expect(path({ knows: ['Python'], job: [asks('Django')] }, 'Django')).not.toContain('Learn as much');
    expect(path({ job: [asks('Django'), asks('Python')] }, 'Django')).toContain('1. Begin with Python, which is a gap');
  });

  it('takes less reading for somebody who knows the like', () => {
    const reading = (knows: string[]) =>
      /try its examples \(about (\d+) hours/.exec(
        gapsFor({ knows, job: [asks('PostgreSQL')] })[0]?.learningPath ?? '',
      )?.[1];
    expect([reading(['SQL']), reading(['SQL', 'MySQL'])]).toEqual(['9', '5']);
  });
});

describe('the assessment', () => {
  it('of a strong match says to apply', () => {
    const advice = adviceFor({
      knows: ['Java', 'Spring Boot', 'PostgreSQL'],
      job: ['Java', 'Spring Boot', 'PostgreSQL'].map((name) => asks(name)),
    });
    expect(advice.overallAssessment).toMatch(/^This is a strong match: all three required skills are in the CV\./);
    expect(advice.overallAssessment).toMatch(/Apply now/);
    expect(advice.estimatedPreparationTime).toBe(
      'None for the skills: everything that is asked for is in the CV already.',
    );
    expect(advice.skillGapRecommendations).toEqual([]);
  });

  it('of a partial match names what is missing first, and its hours', () => {
    const { overallAssessment, estimatedPreparationTime } = adviceFor({
      knows: ['JavaScript', 'CSS', 'Vue.js'],
      job: [asks('JavaScript'), asks('CSS'), asks('TypeScript'), asks('React'), welcomes('GraphQL')],
    });
    expect(overallAssessment).toMatch(/^Half of the way is done: the CV has two of four required skills\./);
    expect(overallAssessment).toContain('TypeScript and React are missing');
    expect(estimatedPreparationTime).toMatch(
      /^About \d+ hours, or \d+ weeks at 8 hours a week, for TypeScript and React; \d+ hours more would add GraphQL, which the job would welcome\.$/,
    );
  });

  it('of a far one, of one without requirements, and of one without skills is another', () => {
    const far = adviceFor({ job: mostAsked.slice(0, 8).map((name) => asks(name)) }).overallAssessment;
    expect(far).toMatch(/^As it stands, the CV shows none of the eight required skills/);
    const other = adviceFor({ knows: ['Figma', 'UX design'], job: [asks('Java'), asks('SQL')] }).overallAssessment;
    expect(other).toContain('Its strengths lie elsewhere: Figma and UX design.');
    const loose = adviceFor({ knows: ['SQL'], job: [welcomes('SQL'), welcomes('Excel')] });
    expect(loose.overallAssessment).toMatch(
      /^Nothing is required outright; of the 2 skills that would be welcome the CV shows one\./,
    );
    expect(loose.estimatedPreparationTime).toMatch(/^None for what is required\. Excel would take about/);
    const none = adviceFor({ job: [] });
    expect(none.overallAssessment).toMatch(/names no skill/);
    expect(none.estimatedPreparationTime).toBe(
      'Cannot be estimated: the job description names no skill that is known here.',
    );
  });

  it('tells years that are short, and only those that were measured', () => {
    const job = [asks('SQL')];
    const said = (months?: number) =>
      adviceFor({ knows: ['SQL'], job, yearsAsked: 5, ...(months !== undefined && { months }) }).overallAssessment;
    expect(said(24)).toContain('The job asks for 5 years of experience and the dated roles add up to 2');
    expect(said(54)).toContain('experience is just short');
    expect(said(72)).not.toContain('years of experience');
    expect(said()).not.toContain('years of experience');
  });

  it('counts a project that closes two gaps once', () => {
    const hours = (...names: string[]) =>
      Number(
        /^About (\d+) hour/.exec(
          adviceFor({ knows: ['Linux'], job: names.map((name) => asks(name)) }).estimatedPreparationTime,
        )?.[1],
      );
    expect(hours('Prometheus', 'Grafana')).toBeLessThan(hours('Prometheus') + hours('Grafana') - 10);
  });
});

describe('all of it', () => {
  const names = [...vocabulary().values()].filter(({ category }) => category !== 'soft_skill').map(({ name }) => name);
  /** Situations that differ in what is known, asked and how much, without chance. */
  const situations = names.flatMap((_, index): Situation[] => {
    if (index % 7 !== 0) return [];
    const pick = (count: number, step: number) =>
      Array.from({ length: count }, (_unused, at) => names[(index + at * step) % names.length] ?? '');
    const required = pick(index % 6, 13).map((name, at) =>
      asks(name, at === 1 ? { years: { years: (index % 4) + 1, ...nowhere } } : {}),
    );
    const preferred = pick(index % 4, 31)
      .slice(1)
      .map(welcomes);
    return [
      {
        knows: pick(index % 9, 26),
        wishes: pick(1, 3),
        job: [...required, ...preferred],
        yearsAsked: index % 8,
        months: index % 100,
      },
    ];
  });

  it('reads like a person wrote it: no gaps in the text, no wrong plurals', () => {
    const texts = situations.flatMap((one) => {
      const { overallAssessment, estimatedPreparationTime, skillGapRecommendations } = adviceFor(one);
      const gaps = skillGapRecommendations.flatMap(({ skillGap, learningPath }) => [
        skillGap.impact,
        ...learningPath.split('\n'),
      ]);
      return [overallAssessment, estimatedPreparationTime, ...gaps];
    });
    expect(texts.length).toBeGreaterThan(1000);
    const faults =
      /undefined|null|NaN|Infinity|\s\s|(?<![\d.])1 (hours|weeks|years|skills|months)\b|\b(0|no) hours\b|[,;]\s*[.;,](?!NET\b)|\.\.|,\s*and\s*,|\band\s*[.;](?!NET\b)|(^|\s)are are\b|^\s|\s$/;
    expect(texts.filter((text) => faults.test(text) || !/[.?!]$/.test(text))).toEqual([]);
  });

  it('is the same each time', () => {
    const one = situations[20] ?? { job: [] };
    expect(adviceFor(one)).toEqual(adviceFor(one));
  });

  it('lists as people do', () => {
    expect([listed([]), listed(['A']), listed(['A', 'B']), listed(['A', 'B', 'C'], 4, 'or')]).toEqual([
      '',
      'A',
      'A and B',
      'A, B or C',
    ]);
    expect(listed(['A', 'B', 'C', 'D', 'E'], 3)).toBe('A, B, C and 2 more');
  });
});
