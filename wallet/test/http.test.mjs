// How stores are asked.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { CoinSecrets } from '../dist/machine/wallet/index.js';
import { fromBase64, toBase64 } from '../dist/wallet/base64.js';
import { HttpClient } from '../dist/wallet/http.js';

const call = (fetch, limits) =>
  new HttpClient(fetch).call({ method: 'GET', base: 'https://a.test', path: '/v1/x', limits });
const answers = (body, status = 200) => () => Promise.resolve(new Response(body, { status }));

describe('a request', () => {
  it('follows no redirect and carries neither cookies nor a referrer', async () => {
    let seen;
    await call((url, init) => ((seen = { url, ...init }), answers('{}')()));
    assert.equal(seen.url, 'https://a.test/v1/x');
    assert.deepEqual(
      [seen.redirect, seen.credentials, seen.cache, seen.referrerPolicy],
      ['error', 'omit', 'no-store', 'no-referrer'],
    );
  });

  it('ends when its time is over', async () => {
    const never = (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    await assert.rejects(call(never, { timeoutMs: 1 }), { code: 'timeout', retryable: true });
  });

  it('ends when the answer is longer than allowed', async () => {
    await assert.rejects(call(answers('"0123456789"'), { maxBytes: 11 }), { code: 'answer-too-large' });
    assert.equal((await call(answers('"0123456789"'), { maxBytes: 12 })).json, '0123456789');
  });

  it('that nobody takes is an error with a code', async () => {
    await assert.rejects(call(() => Promise.reject(new TypeError('fetch failed'))), { code: 'unreachable' });
    await assert.rejects(call(answers('<html>')), { code: 'bad-answer' });
    await assert.rejects(call(answers('<html>', 500)), { code: 'bad-answer' });
    await assert.rejects(call(answers('{}', 500)), { code: 'bad-answer' });
  });

  it('that is refused tells code, status and members, and never takes the text of a code for one', async () => {
    const problem = { code: 'limit-exceeded', title: 'Too much', retryable: true, left: 12, conflict: '!' };
    await assert.rejects(call(answers(JSON.stringify(problem), 409)), (error) => {
      assert.deepEqual([error.code, error.status, error.retryable, error.detail, error.conflict], [
        'limit-exceeded',
        409,
        true,
        { left: 12 },
        undefined,
      ]);
      return true;
    });
    await assert.rejects(call(answers('{"code":"No Code"}', 409)), { code: 'bad-answer' });
  });
});

describe('base64', () => {
  it('has one form for each string of bytes', () => {
    for (let length = 0; length < 9; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, i) => 255 - 17 * i);
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64url'));
      assert.deepEqual([...fromBase64(toBase64(bytes))], [...bytes]);
    }
  });

  it('refuses padding, other alphabets, odd lengths and bits that are left', () => {
    for (const text of ['AA==', 'A', 'AAAAA', '+A', '/A', 'AB', 'AAB', 'A A', 'AA\n', 'é']) {
      assert.throws(() => fromBase64(text), { code: 'bad-base64' }, text);
    }
  });
});

describe('secrets', () => {
  it('are not shown by whoever prints what holds them', () => {
    const secrets = CoinSecrets.of(new Uint8Array(32).fill(7), new Uint8Array(32));
    for (const shown of [String(secrets), JSON.stringify(secrets), inspect(secrets, { showHidden: true, depth: 9 })]) {
      assert.match(shown, /^"?CoinSecrets\(…\)"?$/);
    }
  });
});
