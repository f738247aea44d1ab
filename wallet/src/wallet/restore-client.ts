import { toHex } from '../crypto/index.js';
import { bucketLength, bucketPage, bucketPlace } from '../message/bucket.js';
import type { BucketLength, BucketPage, BucketQuery } from '../message/bucket.js';
import { encode } from '../message/codec.js';
import { MAX_MESSAGE_BYTES, MAX_WITNESSES } from '../message/limits.js';
import { probe as probeCodec, probeAnswer } from '../message/probe.js';
import type { Probe, ProbeAnswer } from '../message/probe.js';
import { toBase64 } from './base64.js';
import { HttpClient } from './http.js';
import type { Fetch } from './http.js';
import { Members, readable, readMessage } from './json.js';

/** Most pages in one answer, and its most bytes: each page is at most 64 KiB, in base64. */
const MAX_PAGES = 16;
const MAX_PAGES_BYTES = 2 << 20;
/** Most bytes of the answers to a probe. */
const MAX_ANSWERS_BYTES = 4 << 20;

/** The calls of chapter 15 for a wallet that restores. Nothing of what they bring is verified yet. */
export class RestoreClient {
  readonly #http: HttpClient;

  constructor(fetch?: Fetch) {
    this.#http = new HttpClient(fetch);
  }

  /** How long the prefixes are that the witnesses of a keyset serve. */
  async lengths(base: string, keyset: number, nonce: Uint8Array): Promise<BucketLength[]> {
    const path = `/v1/buckets/${keyset}?nonce=${toHex(nonce)}`;
    const { json } = await this.#http.call({ method: 'GET', base, path });
    return readable(new Members(json).list('lengths', MAX_WITNESSES), bucketLength, MAX_MESSAGE_BYTES);
  }

  /** Pieces of a witness's bucket, from a place on. */
  async pages(base: string, index: number, query: BucketQuery): Promise<BucketPage[]> {
    const { keyset, bits, number, nonce, after } = query;
    const from = after === null ? '' : `&after=${toBase64(encode(bucketPlace, after))}`;
    const path = `/v1/buckets/${keyset}/${index}?bits=${bits}&number=${number}&nonce=${toHex(nonce)}${from}`;
    const { json } = await this.#http.call({ method: 'GET', base, path, limits: { maxBytes: MAX_PAGES_BYTES } });
    return new Members(json)
      .list('pages', MAX_PAGES)
      .map((item) => readMessage(item, bucketPage, MAX_MESSAGE_BYTES));
  }

  /** What the witnesses say of a coin. */
  async probe(base: string, probe: Probe): Promise<ProbeAnswer[]> {
    const body = JSON.stringify({ probe: toBase64(encode(probeCodec, probe)) });
    const limits = { maxBytes: MAX_ANSWERS_BYTES };
    const { json } = await this.#http.call({ method: 'POST', base, path: '/v1/probes', body, limits });
    return readable(new Members(json).list('answers', MAX_WITNESSES), probeAnswer, MAX_MESSAGE_BYTES);
  }
}
