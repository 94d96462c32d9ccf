/** The server refused a request. */
export class AsyncCoderError extends Error {
  override readonly name = 'AsyncCoderError';
  /** The HTTP status. */
  readonly status: number;
  /** A stable word, e.g. INSUFFICIENT_CREDITS. */
  readonly code: string;
  readonly details: unknown;
  /** Seconds until it may be asked again; undefined when the server does not say. */
  readonly retryAfter: number | undefined;

  constructor(status: number, { code, message, details, retryAfter }: Refusal) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
  readonly retryAfter?: number;
}

interface Reply {
  readonly success?: boolean;
  readonly data?: unknown;
  readonly meta?: unknown;
  readonly error?: Refusal;
}

export interface Asked {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Makes requests with a credential. */
export class Requests {
  readonly #baseUrl: string;
  readonly #token: string;

  constructor(baseUrl: string, token: string) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#token = token;
  }

  /** Gives what a reply carries, with its `meta`. @throws AsyncCoderError */
  async ask<Data, Meta = undefined>(
    method: string,
    path: string,
    { query = {}, body, headers = {}, signal }: Asked = {},
  ): Promise<{ readonly data: Data; readonly meta: Meta }> {
    const url = new URL(`${this.#baseUrl}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
    const reply = (await response.json().catch(() => ({}))) as Reply;
    if (response.ok && reply.success === true) return { data: reply.data as Data, meta: reply.meta as Meta };
    throw new AsyncCoderError(
      response.status,
      reply.error ?? { code: 'UNEXPECTED_REPLY', message: `The server answered ${response.status}` },
    );
  }

  /** Address of the socket. */
  socketUrl(since: number | undefined): string {
    const url = new URL(`${this.#baseUrl}/ws`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('token', this.#token);
    if (since !== undefined) url.searchParams.set('since', String(since));
    return url.href;
  }
}
