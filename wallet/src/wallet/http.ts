import { ProblemError, TransportError } from './http-error.js';
import { fromBase64 } from './base64.js';

/** The part of `fetch` that is used here, so that callers can bring their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How long a store may take, and how much it may say. */
export interface HttpLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** One request to a store. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly base: string;
  readonly path: string;
  /** The body's text, byte for byte. */
  readonly body?: string;
  readonly limits?: Partial<HttpLimits>;
}

/** A store's answer that is no refusal. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

const LIMITS: HttpLimits = { timeoutMs: 20_000, maxBytes: 1 << 20 };

/** Asks stores over HTTP: no redirects (WALLET-34), no cookies, no cache, and no more bytes or seconds than allowed. */
export class HttpClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {
    this.#fetch = fetch;
  }

  /**
   * One request and its answer.
   *
   * @throws TransportError if there is no answer that can be read; ProblemError if the store refuses
   */
  async call(call: Call): Promise<Answer> {
    const limits = { ...LIMITS, ...call.limits };
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), limits.timeoutMs);
    try {
      const response = await this.#send(call, abort.signal);
      const body = await readBody(response, limits.maxBytes);
      const json = response.status === 204 ? undefined : parse(body);
      if (response.ok) return { status: response.status, json };
      throw problemOf(response.status, json);
    } catch (error) {
      if (error instanceof TransportError || error instanceof ProblemError) throw error;
      if (abort.signal.aborted) throw new TransportError('timeout', `no answer in ${limits.timeoutMs} ms`);
      throw new TransportError('unreachable', 'the store does not answer', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  #send({ method, base, path, body }: Call, signal: AbortSignal): Promise<Response> {
    return this.#fetch(base + path, {
      method,
      signal,
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      headers: {
        accept: 'application/json, application/problem+json',
        'accept-language': 'en',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }
}

async function readBody(response: Response, maxBytes: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new TransportError('answer-too-large', `the answer has more than ${maxBytes} bytes`);
    }
    pieces.push(value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch (cause) {
    throw new TransportError('bad-answer', 'the answer is not JSON', { cause });
  }
}

function problemOf(status: number, json: unknown): Error {
  const members = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const { code, title, retryable, conflict } = members;
  if (typeof code !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(code)) {
    return new TransportError('bad-answer', `the store refuses with status ${status} and does not say why`);
  }
  const detail: Record<string, string | number> = {};
  for (const name of ['rule', 'field', 'left', 'ahead', 'offset', 'expected', 'answered', 'needed', 'scope']) {
    const value = members[name];
    if (typeof value === 'string') detail[name] = value.slice(0, 64);
    if (typeof value === 'number') detail[name] = value;
  }
  const text = typeof title === 'string' ? title.slice(0, 200) : code;
  return new ProblemError(code, status, text, retryable === true, detail, bytesOf(conflict));
}

function bytesOf(conflict: unknown): Uint8Array | undefined {
  if (typeof conflict !== 'string') return undefined;
  try {
    return fromBase64(conflict);
  } catch {
    return undefined;
  }
}
