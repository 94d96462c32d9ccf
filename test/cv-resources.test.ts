import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { advise } from '../src/cv/engine/advice/advice.ts';
import { matchSkills } from '../src/cv/engine/match.ts';
import { readJobDescription } from '../src/cv/engine/requirements.ts';
import type { CvReport } from '../src/cv/report.ts';
import { withResources } from '../src/cv/resources.ts';
import { type TestApp, testApp } from './app.ts';
import { FakeGitHub } from './fakes/github.ts';
import { readDescription } from './fakes/github-description.ts';
import { FakeYouTube } from './fakes/youtube.ts';

const signal = new AbortController().signal;

/** The report of an empty CV for a job that requires these skills. */
function reportFor(...skills: string[]): CvReport {
  const description = `Requirements:\n${skills.map((skill) => `- ${skill}`).join('\n')}`;
  const evidence = { text: '', mentions: [], roles: [], monthsOfExperience: null, asOf: { year: 2026, month: 11 } };
  const match = matchSkills(evidence, readJobDescription(description));
  return {
    result: {
      skillMatchAnalysis: {
        totalRequiredSkills: match.totalRequired,
        matchedSkills: [],
        missingRequiredSkills: [...match.missingRequired],
        missingPreferredSkills: [],
        matchPercentage: match.matchPercentage,
        strengths: [],
        areasForImprovement: [],
      },
      ...advise(match, evidence),
    },
    profile: {
      name: null,
      email: null,
      phone: null,
      location: null,
      links: [],
      roles: [],
      monthsOfExperience: null,
      education: [],
      languages: [],
      sections: [],
    },
    skills: [],
    requirements: [],
    warnings: [],
  };
}

const gapOf = (report: CvReport, skill: string) => {
  const found = report.result.skillGapRecommendations.find(({ skillGap }) => skillGap.skillName === skill);
  if (found === undefined) throw new Error(`no gap ${skill}`);
  return found;
};

describe('resources', () => {
  let github: FakeGitHub;
  let youtube: FakeYouTube;
  let server: TestApp;
  const described = readDescription();
  const away: TestApp[] = [];
  /** An app that remembers nothing of the others. */
  const fresh = async (settings: Record<string, string> = {}) => {
    const app = await testApp(
      { api: false },
      { GITHUB_API_URL: github.apiUrl, ...youtube.settings, CV_RESOURCES: 'on', ...settings },
    );
    away.push(app);
    return app;
  };

  beforeAll(async () => {
    [github, youtube] = await Promise.all([FakeGitHub.start(), FakeYouTube.start()]);
    const ada = github.addUser('ada');
    const page = (name: string) => ({ name, pageUrl: `https://github.com/ada/${name}` });
    const pushedAt = new Date().toISOString();
    github.addListed(ada, 1, { ...page('kubernetes-tutorial'), stars: 5000, pushedAt, language: 'Shell' });
    github.addListed(ada, 1, {
      ...page('clusters'),
      description: 'A kubernetes tutorial\u202e with\nlines',
      stars: 90_000,
      pushedAt: '2015-01-01T00:00:00Z',
    });
    github.addListed(ada, 1, { ...page('kubernetes-tutorial-new'), stars: 2 });
    github.addListed(ada, 1, { ...page('kubernetes-tutorial-own'), stars: 800, isPrivate: true });
    github.addListed(ada, 1, { name: 'kubernetes-tutorial-open', pageUrl: 'http://github.com/ada/x', stars: 700 });
    github.addListed(ada, 1, {
      name: 'kubernetes-tutorial-trap',
      pageUrl: 'https://github.com.example.net/x',
      stars: 700,
    });
    github.addListed(ada, 1, { name: 'kubernetes-tutorial-script', pageUrl: 'javascript:alert(1)', stars: 700 });
    youtube.videos.push(
      {
        id: 'aaaaaaaaaaa',
        title: 'Tutorial',
        description: 'kubernetes',
        channel: 'One',
        duration: 'PT1H2M',
        views: 90,
      },
      {
        id: 'bbbbbbbbbbb',
        title: 'Kubernetes tutorial',
        description: '',
        channel: 'Two',
        duration: 'PT9M',
        views: 800_000,
      },
      {
        id: 'ccccccccccc',
        title: 'Kubernetes tutorial 2',
        description: 'x',
        channel: 'Three',
        duration: '?',
        views: null,
      },
    );
    server = await fresh();
  });
  afterAll(async () => {
    await Promise.all(away.map((app) => app.close()));
    await Promise.all([github.close(), youtube.close()]);
  });

  it('come from GitHub and YouTube, the most relevant first, with links to these two only', async () => {
    const report = await withResources(server.app, reportFor('Kubernetes'), signal);
    const { githubResources, youtubeResources, documentationResources } = gapOf(report, 'Kubernetes');
    expect(report.warnings).toEqual([]);
    expect(documentationResources.map(({ url }) => url)).toEqual(['https://kubernetes.io/docs/']);
    expect(githubResources.map(({ url, stars, relevanceScore }) => [url, stars, relevanceScore])).toEqual([
      ['https://github.com/ada/kubernetes-tutorial', 5000, 0.92],
      ['https://github.com/ada/clusters', 90_000, 0.6],
    ]);
    expect(githubResources[1]?.description).toBe('A kubernetes tutorial with lines');
    expect(youtubeResources.map(({ url, views, duration }) => [url, views, duration])).toEqual([
      ['https://www.youtube.com/watch?v=bbbbbbbbbbb', 800_000, 'PT9M'],
      ['https://www.youtube.com/watch?v=aaaaaaaaaaa', 90, 'PT1H2M'],
      ['https://www.youtube.com/watch?v=ccccccccccc', null, null],
    ]);
    const searches = github.replies.filter(({ path }) => path.startsWith('/search'));
    expect(searches.map((reply) => described.faultOf(reply))).toEqual([null]);
  });

  it('are asked for once a day: what is known costs no quota', async () => {
    const [asked, units] = [github.seen.length, youtube.units];
    const again = await withResources(server.app, reportFor('Kubernetes'), signal);
    expect(gapOf(again, 'Kubernetes').youtubeResources).toHaveLength(3);
    expect([github.seen.length, youtube.units]).toEqual([asked, units]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 });
    try {
      await withResources(server.app, reportFor('Kubernetes'), signal);
    } finally {
      vi.useRealTimers();
    }
    expect([github.seen.length, youtube.units]).toEqual([asked + 1, units + 101]);
  });

  it('name skills to others and nothing else, and no key in an address', () => {
    const asked = [...github.seen.map(({ path }) => path), ...youtube.seen].map(decodeURIComponent);
    expect(asked.some((path) => path.includes(youtube.key))).toBe(false);
    const queries = github.seen.map(({ path }) => new URL(path, github.origin).searchParams.get('q'));
    expect([...new Set(queries)]).toEqual([
      '"Kubernetes" tutorial in:name,description,topics archived:false stars:>=20 is:public',
    ]);
  });

  it('are left out with a warning when a service fails, and the service is then left alone', async () => {
    const { app } = await fresh();
    youtube.fault = 'quota';
    github.limit = 'primary';
    const report = await withResources(app, reportFor('Docker'), signal);
    youtube.fault = null;
    github.limit = null;
    const { githubResources, youtubeResources, documentationResources } = gapOf(report, 'Docker');
    expect([githubResources, youtubeResources]).toEqual([[], []]);
    expect(documentationResources).toHaveLength(1);
    expect(report.warnings).toEqual([
      'GitHub could not be searched for all skills: its limit is used up for now.',
      'YouTube could not be searched for all skills: its limit is used up for now.',
    ]);
    const [asked, units] = [github.seen.length, youtube.seen.length];
    await withResources(app, reportFor('Terraform'), signal);
    expect([github.seen.length, youtube.seen.length]).toEqual([asked, units]);
  });

  it('wait for a silent service only so long, and have what the other one found', async () => {
    const { app } = await fresh();
    youtube.fault = 'silent';
    const report = await withResources(app, reportFor('Kubernetes'), signal, 2000);
    youtube.fault = null;
    expect(gapOf(report, 'Kubernetes').githubResources).toHaveLength(2);
    expect(gapOf(report, 'Kubernetes').youtubeResources).toEqual([]);
    expect(report.warnings).toEqual(['YouTube could not be searched for all skills: it took too long to answer.']);
  });

  it('stop when the work is cancelled', async () => {
    const { app } = await fresh();
    youtube.fault = 'silent';
    const cancel = new AbortController();
    const searching = withResources(app, reportFor('Kubernetes'), cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(searching).rejects.toThrow('cancelled');
    youtube.fault = null;
  });

  it('keep to the quotas: ten searches a minute at GitHub without a token, the five first gaps at YouTube', async () => {
    const { app } = await fresh();
    const many = ['Java', 'Docker', 'Terraform', 'Ansible', 'Jenkins', 'Kafka', 'Redis', 'MongoDB'];
    const [asked, units] = [github.seen.length, youtube.units];
    await withResources(app, reportFor(...many), signal);
    expect([github.seen.length - asked, youtube.units - units]).toEqual([8, 500]);
    const more = await withResources(app, reportFor('Rust', 'Angular', 'Django', 'Laravel'), signal);
    expect(github.seen.length - asked).toBe(10);
    expect(more.warnings).toEqual(['GitHub could not be searched for all skills: its limit is used up for now.']);
  });

  it('are documentation alone without a key, and when searching is switched off', async () => {
    const { app } = await fresh({ CV_RESOURCES: 'off' });
    const [asked, seen] = [github.seen.length, youtube.seen.length];
    const report = reportFor('Kubernetes');
    expect(await withResources(app, report, signal)).toEqual(report);
    const keyless = await fresh({ YOUTUBE_API_KEY: '' });
    const found = await withResources(keyless.app, report, signal);
    expect(found.warnings).toEqual([]);
    expect([gapOf(found, 'Kubernetes').youtubeResources, youtube.seen.length]).toEqual([[], seen]);
    expect(github.seen.length).toBe(asked + 1);
  });
});
