// Which order a witness shows to who asks it to vote for one over coins that others hold (WITNESS-10, WITNESS-11).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideVote } from '../dist/machine/witness/decide.js';
import { WitnessState } from '../dist/machine/witness/index.js';
import { entry, keyset } from './support/logs.mjs';

const bytes = (name) => new Uint8Array(32).fill(name);
const held = (name) => ({ digest: bytes(name), spent: false });
const spent = (name) => ({ digest: bytes(name), spent: true });

/** A vote is asked for, over coins with these records. Gives the name of the order that is shown, and whether it is certified. */
function shown(coins, { now = 0n, reference } = {}) {
  const state = new WitnessState();
  const points = coins.map((_, i) => bytes(100 + i));
  const { order } = entry(1).value;
  const asked = { ...order, inputs: points.map((point) => ({ kind: { type: 'points', denomination: 1n }, point })) };
  const orderNamed = (name) => ({ ...order, reference: bytes(name) });
  for (const [i, coin] of coins.entries()) {
    if (coin === undefined) continue;
    state.setCoin(points[i], coin);
    const [name] = coin.digest;
    const voted = { type: 'voted', signed: { order: orderNamed(name) } };
    const certified = { type: 'certified', order: orderNamed(name), certificate: { votes: [] } };
    state.setOrder(coin.digest, coin.spent ? certified : voted);
  }
  if (reference !== undefined) {
    state.setReference(asked, bytes(reference));
    state.setOrder(bytes(reference), { type: 'voted', signed: { order: orderNamed(reference) } });
  }
  const prepared = { checked: { order: asked, digest: bytes(255), signed: { order: asked } }, votes: [], evaluation: undefined };
  const moment = { state, keyset, charter: undefined, now, starting: false };
  try {
    decideVote(prepared, moment);
  } catch ({ refusal }) {
    if (refusal?.type !== 'conflict') return refusal?.type;
    const { other, certificate } = refusal.value;
    const { reference: name } = other.type === 'signed' ? other.value.order : other.value;
    assert.equal(certificate !== null, other.type === 'certified');
    return [name[0], other.type];
  }
  return undefined;
}

describe('a vote that is refused for a conflict', () => {
  it('shows the order that spent a coin before one that only holds an earlier input', () => {
    assert.deepEqual(shown([held(1), spent(2)]), [2, 'certified']);
    assert.deepEqual(shown([undefined, held(1), held(3), spent(2)]), [2, 'certified']);
    assert.deepEqual(shown([spent(2), held(1)]), [2, 'certified']);
  });

  it('shows of several that spent coins the one of the first input', () => {
    assert.deepEqual(shown([held(1), spent(3), spent(2)]), [3, 'certified']);
  });

  it('shows of several that only hold coins the one of the first input', () => {
    assert.deepEqual(shown([undefined, held(4), held(3)]), [4, 'signed']);
  });

  it('shows the order that holds the reference of one without inputs', () => {
    assert.deepEqual(shown([], { reference: 6 }), [6, 'signed']);
  });

  it('shows a spent coin also when votes are closed', () => {
    const now = keyset.entry.redeemUntil + 1n;
    assert.deepEqual(shown([held(1), spent(2)], { now }), [2, 'certified']);
    assert.equal(shown([undefined], { now }), 'closed');
  });
});
