import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A video there is. */
export interface FakeVideo {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly channel: string;
  readonly duration: string;
  /** Null when the channel hides it: the field is absent then. */
  readonly views: number | null;
}

/** YouTube's Data API on a free port of this machine: search and videos, with its key and its quota. */
export class FakeYouTube {
  readonly key = 'AIza-key-of-the-test';
  origin = '';
  /** How the next requests are refused or held. */
  fault: 'quota' | 'broken' | 'silent' | null = null;
  /** Units used so far. */
  units = 0;
  /** Addresses as they were asked. */
  readonly seen: string[] = [];
  readonly videos: FakeVideo[] = [];
  readonly #server = createServer((request, response) => this.#handle(request, response));

  static async start(): Promise<FakeYouTube> {
    const fake = new FakeYouTube();
    await new Promise<void>((listening) => fake.#server.listen(0, '127.0.0.1', listening));
    const bound = fake.#server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    fake.origin = `http://127.0.0.1:${bound.port}`;
    return fake;
  }

  /** Settings of a server that uses this YouTube. */
  get settings(): Record<string, string> {
    return { YOUTUBE_API_URL: `${this.origin}/youtube/v3`, YOUTUBE_API_KEY: this.key };
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.origin);
    this.seen.push(url.pathname + url.search);
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
    const refuse = (code: number, reason: string) =>
      answer(code, { error: { code, message: reason, errors: [{ message: reason, domain: 'youtube', reason }] } });
    if (this.fault === 'silent') return;
    if (this.fault === 'broken') return void refuse(500, 'backendError');
    if (this.fault === 'quota') return void refuse(403, 'quotaExceeded');
    if (request.headers['x-goog-api-key'] !== this.key) return void refuse(400, 'keyInvalid');
    if (url.pathname === '/youtube/v3/search') answer(200, this.#search(url));
    else if (url.pathname === '/youtube/v3/videos') answer(200, this.#list(url));
    else refuse(404, 'notFound');
  }

  #search({ searchParams }: URL): object {
    this.units += 100;
    const words = (searchParams.get('q') ?? '').toLowerCase().split(' ');
    const found = this.videos.filter(({ title, description }) => {
      const text = `${title} ${description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const items = found.slice(0, Number(searchParams.get('maxResults') ?? 5)).map(({ id }) => ({
      kind: 'youtube#searchResult',
      etag: id,
      id: { kind: 'youtube#video', videoId: id },
    }));
    const pageInfo = { totalResults: found.length, resultsPerPage: items.length };
    return { kind: 'youtube#searchListResponse', etag: 'e', regionCode: 'US', pageInfo, items };
  }

  #list({ searchParams }: URL): object {
    this.units += 1;
    const ids = (searchParams.get('id') ?? '').split(',');
    const items = this.videos
      .filter(({ id }) => ids.includes(id))
      .map(({ id, title, description, channel, duration, views }) => ({
        kind: 'youtube#video',
        etag: id,
        id,
        snippet: { publishedAt: '2026-03-04T05:06:07Z', channelId: 'UC1', title, description, channelTitle: channel },
        contentDetails: { duration, dimension: '2d', definition: 'hd', caption: 'false' },
        statistics: { ...(views !== null && { viewCount: String(views) }), likeCount: '1', commentCount: '0' },
      }));
    return { kind: 'youtube#videoListResponse', etag: 'e', items, pageInfo: { totalResults: items.length } };
  }
}
