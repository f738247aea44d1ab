// A store can say much, and often; a wallet takes what could be true, once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VerifiedEvaluation } from '../dist/message/evaluation.js';
import * as message from '../dist/message/index.js';
import { fromBase64, toBase64 } from '../dist/wallet/base64.js';
import { HttpClient } from '../dist/wallet/http.js';
import { voucherKinds } from '../dist/machine/wallet/outputs.js';
import { problem } from './support/federation.mjs';
import { setUp } from './support/wallets.mjs';

describe('a grant', () => {
  for (const [what, vouchers] of Object.entries({
    'of 2^32 vouchers': [{ offer: 3, count: 2 ** 32 }],
    'of 257 vouchers': [{ offer: 3, count: 257 }],
    'of 257 vouchers together': [{ offer: 3, count: 256 }, { offer: 4, count: 1 }],
    'of 17 offers': Array.from({ length: 17 }, (_, i) => ({ offer: i + 1, count: 1 })),
    'of an offer that has no number': [{ offer: 2 ** 32, count: 1 }],
  })) {
    it(`${what} is an answer that is none`, async () => {
      const { federation, wallet } = await setUp();
      await assert.rejects(wallet.claim(federation.grant(5, { vouchers })), { code: 'bad-answer' });
      assert.equal(wallet.balance().pending, 0);
    });
  }

  it('of 256 vouchers is read', async () => {
    const { federation, wallet } = await setUp();
    const link = federation.grant(0, { vouchers: [{ offer: 3, count: 256 }] });
    assert.deepEqual((await wallet.readGrant(link)).terms.vouchers, [{ offer: 3, count: 256 }]);
  });
});

it('more vouchers than an order can carry are never made', () => {
  assert.equal(voucherKinds([{ offer: 1, count: 256 }]).length, 256);
  for (const count of [257, 2 ** 32]) {
    assert.throws(() => voucherKinds([{ offer: 1, count }]), { code: 'too-many-coins' });
  }
});

/** Changes the evaluations of each answer that has some. */
function changeEvaluations(federation, change) {
  federation.after = (_, { status, json }) => {
    if (json.evaluations === undefined) return undefined;
    return { status, json: { ...json, evaluations: change(json.evaluations) } };
  };
}

describe('an evaluation', () => {
  it('that is repeated is verified once', async (t) => {
    const { federation, wallet } = await setUp();
    changeEvaluations(federation, (all) => Array.from({ length: 20 }, () => all).flat());
    const verify = t.mock.method(VerifiedEvaluation, 'verify');
    assert.equal((await wallet.claim(federation.grant(5))).state, 'done');
    assert.equal(verify.mock.callCount(), 4);
  });

  it('that nobody signed is verified no more often than there can be witnesses', async (t) => {
    const { federation, wallet } = await setUp();
    const spoil = (text) => {
      const bytes = fromBase64(text);
      bytes[bytes.length - 1] ^= 1;
      return toBase64(bytes);
    };
    changeEvaluations(federation, (all) => [spoil(all[0]), ...all, ...Array(200).fill(spoil(all[1]))]);
    const verify = t.mock.method(VerifiedEvaluation, 'verify');
    assert.equal((await wallet.claim(federation.grant(5))).state, 'done');
    assert.equal(verify.mock.callCount(), 5);
    changeEvaluations(federation, (all) => Array(200).fill(spoil(all[0])));
    verify.mock.resetCalls();
    await wallet.claim(federation.grant(5));
    const count = verify.mock.callCount();
    assert.ok(count > 0 && count % 31 === 0, `${count}`);
  });

  it('whose components are there is not verified again', async (t) => {
    const { federation, wallet } = await setUp();
    federation.mute = new Set([3]);
    assert.equal((await wallet.claim(federation.grant(5))).state, 'arriving');
    federation.mute = new Set();
    federation.now += 86_400n;
    const verify = t.mock.method(VerifiedEvaluation, 'verify');
    assert.deepEqual((await wallet.resume()).map(({ state }) => state), ['done']);
    assert.deepEqual(verify.mock.calls.map(({ arguments: [, , , { index }] }) => index), [3]);
  });

  it('that convicts its witness is kept once for each order, however many are shown', async () => {
    const warnings = [];
    const { federation, wallet } = await setUp({}, { onWarning: (warning) => warnings.push(warning.code) });
    // Witness 0 signs proofs that are wrong, each time another.
    const [witness] = federation.witnesses.get(1);
    const honest = federation.evaluation.bind(federation);
    const wrong = (held) => honest({ ...witness, poprf: federation.witnesses.get(1)[1].poprf }, held);
    federation.evaluation = (asked, held) => (asked === witness ? wrong(held) : honest(asked, held));
    changeEvaluations(federation, (all) => [...all, toBase64(message.encode(message.evaluation, wrong(only(federation))))]);
    assert.equal((await wallet.claim(federation.grant(5))).state, 'arriving');
    assert.deepEqual([wallet.evidence().length, warnings], [1, ['bad-proof']]);
    federation.now += 86_400n;
    await wallet.resume();
    assert.equal(wallet.evidence().length, 1);
    const { evaluation } = message.decode(message.evidence, wallet.evidence()[0], 1 << 20);
    assert.equal(evaluation.index, 0);
  });
});

const only = (federation) => [...federation.orders.values()][0];

describe('a refusal', () => {
  const call = (json) =>
    new HttpClient(() => Promise.resolve(new Response(JSON.stringify(json), { status: 409 }))).call({
      method: 'GET',
      base: 'https://a.test',
      path: '/',
    });

  it('can not speak in codes of the library, or of the language', async () => {
    for (const code of ['wallet-in-use', 'not-enough', 'constructor', 'to-string', 'valueof']) {
      await assert.rejects(call(problem(409, code).json), (error) => {
        assert.deepEqual([error.code, error.detail.code, typeof error.fix], ['unknown-refusal', code, 'string']);
        return true;
      });
    }
  });

  it('has details of a bounded length', async () => {
    const { json } = problem(409, 'order-invalid', { rule: 'x'.repeat(1 << 16) });
    await assert.rejects(call(json), (error) => error.detail.rule.length === 64);
  });
});
