// Votes and gifts, counted by somebody who believes no node: what is right counts once, and a liar is found out.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countGiven } from '../dist/wallet/count/index.js';
import { toHex } from '../dist/crypto/index.js';
import { assemble, votedParts } from '../dist/message/certificate.js';
import { orderDigest } from '../dist/message/order-digest.js';
import { showLogs } from './support/log-of.mjs';
import { setUp } from './support/wallets.mjs';

/** Three ballots are cast, and eight points given. */
async function voted(options) {
  const { federation, wallet } = await setUp();
  for (const choice of [1, 0, 1]) {
    await wallet.claim(federation.grant(12, { ballot: 2 }));
    await wallet.vote(2, choice);
  }
  await wallet.give(5, 8n);
  await wallet.pay(federation.checkout(9n), 9n);
  showLogs(federation, options);
  return federation;
}

const count = (federation, more = {}) =>
  countGiven({ node: federation.addresses[0], fetch: federation.fetch, ...more });
const votesOf = ({ campaigns: [campaign] }) => campaign.choices.map(({ votes }) => votes);
const certified = (entry, type) => entry.type === 'certified' && entry.value.order.purpose.type === type;

/** The same entry with one bit of the last vote's signature turned. */
function spoiled({ type, value: { order, certificate } }) {
  const turned = ({ index, signature }) => ({ index, signature: signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) });
  const votes = [...certificate.votes.slice(0, -1), turned(certificate.votes.at(-1))];
  return { type, value: { order, certificate: { ...certificate, votes } } };
}

describe('counting', () => {
  it('comes to what was voted and given, from all pages of the log', async () => {
    const federation = await voted();
    const progress = [];
    const counted = await count(federation, { onProgress: (at) => progress.push(at) });
    assert.deepEqual(votesOf(counted), [1, 2]);
    assert.deepEqual(counted.associations, [{ id: 5, name: 'Le club', given: 8n, pledged: 0n }]);
    const { certificates, right, logs, whole, entries } = counted;
    assert.deepEqual({ certificates, right, logs, whole }, { certificates: 4, right: 4, logs: 1, whole: true });
    assert.equal(entries, 16);
    assert.deepEqual(progress.at(-1), { read: 16, size: 16 });
    assert.ok(progress.length > 3);
  });

  it('counts no certificate that is not right, and says so', async () => {
    const change = (entries) => entries.map((entry) => (certified(entry, 'vote') ? spoiled(entry) : entry));
    const counted = await count(await voted({ change }));
    assert.deepEqual(votesOf(counted), [0, 0]);
    assert.deepEqual([counted.certificates, counted.right, counted.whole], [4, 1, true]);
  });

  it('counts an order once, also if the log has it twice', async () => {
    const change = (entries) => [...entries, ...entries];
    const counted = await count(await voted({ change }));
    assert.deepEqual([votesOf(counted), counted.certificates], [[1, 2], 4]);
  });

  it('counts a ballot once, also if too many witnesses cheat and certify two votes with it', async () => {
    let federation;
    const twin = ({ value: { order } }) => {
      const other = { ...order, purpose: { ...order.purpose, choice: 1 - order.purpose.choice } };
      const [keyset, digest] = [federation.charter.keyset(1), orderDigest(other)];
      const votes = federation.witnesses.get(1).map(({ index, vote }) => {
        return { index, signature: vote.sign('ronde/1 signature: vote', ...votedParts(keyset, index, digest)) };
      });
      return { type: 'certified', value: { order: other, certificate: assemble(keyset, digest, votes) } };
    };
    federation = await voted({
      change: (entries) => [...entries, ...entries.filter((entry) => certified(entry, 'vote')).map(twin)],
    });
    const counted = await count(federation);
    assert.deepEqual([votesOf(counted), counted.certificates, counted.right], [[1, 2], 7, 4]);
  });

  it('counts a vote with the certificate of another not at all', async () => {
    const change = (entries) => {
      const votes = entries.filter((entry) => certified(entry, 'vote'));
      const swapped = { type: 'certified', value: { order: votes[0].value.order, certificate: votes[1].value.certificate } };
      return [swapped];
    };
    const counted = await count(await voted({ change }));
    assert.deepEqual([votesOf(counted), counted.certificates, counted.right], [[0, 0], 1, 0]);
  });

  it('tells a log that is not the one that was signed', async () => {
    const counted = await count(await voted({ root: new Uint8Array(32) }));
    assert.deepEqual([votesOf(counted), counted.whole], [[1, 2], false]);
  });

  it('tells a log that ends before its head does', async () => {
    const federation = await voted();
    const show = federation.before;
    federation.before = async (request) => {
      const answer = show(request);
      return /from=[3-9]/.test(request.path) ? { ...answer, json: { ...answer.json, entries: [] } } : answer;
    };
    const counted = await count(federation);
    assert.deepEqual([counted.entries, counted.whole], [3, false]);
  });

  it('refuses the charter of another federation than the one that is meant', async () => {
    const federation = await voted();
    const own = toHex(federation.body.federation);
    assert.equal((await count(federation, { federation: own })).right, 4);
    await assert.rejects(count(federation, { federation: own.replace(/^../, 'ff') }), { code: 'other-federation' });
  });

  it('of a node that is no witness there is nothing to count', async () => {
    const federation = await voted();
    federation.before = ({ path }) => (path === '/v1/status' ? { status: 200, json: { log: [] } } : undefined);
    const { logs, entries, right } = await count(federation);
    assert.deepEqual({ logs, entries, right }, { logs: 0, entries: 0, right: 0 });
  });
});
