// What an open wallet keeps to itself.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { readWallet } from '../dist/machine/wallet/index.js';
import { Core } from '../dist/wallet/core.js';
import { copyOf, setUp } from './support/wallets.mjs';

/** All that printing something shows, without white space. */
function printed(...items) {
  const options = { showHidden: true, depth: 20, maxArrayLength: null, maxStringLength: null };
  const plain = (_, value) => (typeof value === 'bigint' ? String(value) : value);
  const shown = items.map((item) => inspect(item, options) + (JSON.stringify(item, plain) ?? ''));
  return shown.join().replace(/\s/g, '');
}

/** Whether a text has these bytes in any of the usual forms. */
function has(text, bytes) {
  const buffer = Buffer.from(bytes);
  const forms = ['hex', 'base64', 'base64url'].map((form) => buffer.toString(form));
  return [...forms, buffer.join(), JSON.stringify(buffer.toJSON().data)].some((form) => text.includes(form));
}

describe('the seed and the secret of a grant', () => {
  it('are shown neither by an open wallet, nor by what it reports, nor by an error and its cause', async () => {
    const { federation, storage, surroundings, wallet } = await setUp();
    const link = federation.grant(20);
    federation.after = ({ method }) => {
      if (method === 'POST') throw new TypeError('the line broke');
    };
    const report = await wallet.claim(link);
    const core = await Core.open({ ...surroundings, storage: await copyOf(storage) });
    const [open] = core.state.orders;
    const error = await core.client.claim(federation.addresses[0], open).catch((caught) => caught);
    assert.equal(error.code, 'unreachable');
    assert.equal(error.cause.message, 'the line broke');
    federation.after = undefined;
    [...federation.grants.values()][0].refusal = 'grant-expired';
    const resumed = await wallet.resume();
    assert.equal(resumed[0].error.code, 'grant-expired');
    const text = printed(core, core.context, core.client, wallet, report, wallet.history(), resumed, error);
    const { seed } = readWallet((await storage.load()).bytes);
    for (const secret of [seed, Buffer.from(open.about.secret, 'base64url')]) {
      assert.ok(has(printed({ secret }), secret), 'it would be found');
      assert.ok(!has(text, secret));
    }
    assert.ok(!text.includes(open.about.secret));
  });
});
