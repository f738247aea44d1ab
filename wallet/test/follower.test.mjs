// Following a peer's log (chapter 16): which heads are kept, when the log is read again, and what convicts.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { merkleRoot, MerkleTree } from '../dist/crypto/merkle.js';
import { replay } from '../dist/machine/audit/replay.js';
import { EarlierKeyset } from '../dist/machine/witness/earlier.js';
import { ReadLeaves } from '../dist/machine/witness/read-leaves.js';
import { Follower, WitnessState } from '../dist/machine/witness/index.js';
import * as message from '../dist/message/index.js';
import * as logs from './support/logs.mjs';

const { certifiedEntry, charter, entry, federation, headOf, keyset, leafOf, log, pageOf } = logs;
const { peer, sizes, statementOf, strange } = logs;

describe('unchecked heads', () => {
  it('the one with the largest number is dropped of more than 32, be it the newest or not', () => {
    const follower = new Follower(peer);
    for (let size = 1; size <= 32; size += 1) follower.note(strange(size), keyset, BigInt(size === 7 ? 99 : size));
    assert.equal(sizes(follower).length, 32);
    follower.note(strange(33), keyset, 50n);
    assert.equal(sizes(follower).length, 32);
    assert.ok(!sizes(follower).includes(7) && sizes(follower).includes(33));
    follower.note(strange(34), keyset, 98n);
    assert.ok(!sizes(follower).includes(34));
    assert.equal(follower.highest.size, 34n);
  });

  it('one that comes twice is kept once', () => {
    const follower = new Follower(peer);
    for (const chance of [1n, 2n]) assert.equal(follower.note(strange(3), keyset, chance), undefined);
    assert.deepEqual(sizes(follower), [3]);
  });

  it('are kept until the log was read through them to a head', () => {
    const [follower, all] = [new Follower(peer), log(8)];
    follower.note(headOf(all.slice(0, 3)), keyset, 1n);
    follower.read({ head: headOf(all), entries: all.slice(0, 4) }, keyset, 2n);
    assert.deepEqual(follower.unchecked.map(({ met }) => met), [true, false]);
    follower.read(pageOf(all, 4), keyset, 3n);
    assert.deepEqual(sizes(follower), []);
    assert.equal(follower.parted, undefined);
  });

  it('a page that is read again later leaves its head, and nothing else', () => {
    const [follower, all] = [new Follower(peer), log(4)];
    const { standing } = follower;
    const page = pageOf(all);
    follower.read(page, keyset, 5n);
    follower.goBack(standing, page.head, keyset, 5n);
    assert.deepEqual([follower.position, sizes(follower), follower.highest.size], [0, [4], 4n]);
  });
});

describe('a head that comes too late to be compared', () => {
  const all = log(4200);
  const through = (count) => all.slice(0, count);
  /** Reads on to this many entries. */
  const readTo = (follower, count) => follower.read(pageOf(through(count), follower.position), keyset, 1n);

  it('has the log read again, and once more only when it has twice the entries', () => {
    const follower = new Follower(peer);
    readTo(follower, 2050);
    follower.note(strange(5), keyset, 1n);
    assert.deepEqual([follower.parted, sizes(follower)], [undefined, [5]]);
    const read = readTo(follower, 2060);
    assert.deepEqual([read.more, read.ended, follower.position], [true, true, 0]);
    assert.equal(readTo(follower, 2060).ended, true);
    assert.equal(follower.parted.size, 5n);
    follower.inquire(pageOf(through(2060)), keyset, 1n);
    follower.note(strange(6), keyset, 1n);
    assert.equal(readTo(follower, 4119).ended, true, 'not yet twice as many');
    assert.equal(readTo(follower, 4120).more, true, 'twice as many');
  });

  it('does not keep a log of an earlier keyset from being read to the end of the head', () => {
    const earlier = new EarlierKeyset();
    const reading = { keyset, charter, versions: federation.chain };
    const others = Array.from({ length: 2060 }, (_, i) => entry(i, { keyset: 2 }));
    const head = headOf(others);
    earlier.readPage(peer, { head, entries: others.slice(0, 2050) }, reading, 1n);
    earlier.follower(peer).note(strange(5), keyset, 2n);
    assert.equal(earlier.read, 0);
    earlier.readPage(peer, { head, entries: others.slice(2050) }, reading, 3n);
    assert.deepEqual([earlier.read, earlier.follower(peer).position], [1, 0], 'it begins again all the same');
  });

  it('keeps a statement from ending the log until that was read once more', () => {
    const earlier = new EarlierKeyset();
    const reading = { keyset, charter, versions: federation.chain };
    const certified = certifiedEntry();
    const others = [certified, ...through(2059)];
    const head = headOf(others);
    const closedLogs = () => earlier.closedLogsWith(message.orderDigest(certified.value.order));
    earlier.takeStatement(statementOf(others), keyset);
    earlier.readPage(peer, { head, entries: others.slice(0, 2050) }, reading, 1n);
    earlier.follower(peer).note(strange(5), keyset, 2n);
    earlier.readPage(peer, { head, entries: others.slice(2050) }, reading, 3n);
    assert.deepEqual([earlier.read, earlier.follower(peer).position, closedLogs()], [1, 0, 0], 'it begins again');
    earlier.readPage(peer, pageOf(others), reading, 4n);
    assert.deepEqual([earlier.follower(peer).position, closedLogs()], [2060, 1]);
  });

  it('does not keep a log of an earlier keyset from being closed, as it makes no inquiry there', () => {
    const earlier = new EarlierKeyset();
    const reading = { keyset, charter, versions: federation.chain };
    const certified = certifiedEntry();
    const others = [certified, ...through(9)];
    earlier.follower(peer).note(strange(5), keyset, 1n);
    const { evidence } = earlier.readPage(peer, pageOf(others), reading, 1n);
    assert.deepEqual([evidence, earlier.follower(peer).parted.size, earlier.read], [undefined, 5n, 1]);
    earlier.takeStatement(statementOf(others), keyset);
    assert.equal(earlier.closedLogsWith(message.orderDigest(certified.value.order)), 1);
  });

  it('is compared at once if what it covers was read of late', () => {
    const follower = new Follower(peer);
    readTo(follower, 2050);
    follower.note(strange(1030), keyset, 1n);
    assert.equal(follower.parted.size, 1030n);
    follower.note(headOf(through(1500)), keyset, 1n);
    assert.deepEqual(sizes(follower), [1030], 'the read head stands for it');
  });

  it('the roots of late are those of the log', () => {
    const leaves = new ReadLeaves();
    const hashes = all.slice(0, 3000).map(leafOf);
    for (const leaf of hashes) leaves.append(leaf);
    assert.equal(leaves.rootAt(3001n), undefined);
    assert.equal(leaves.rootAt(1n), undefined);
    for (const size of [0, 1976, 2500, 2999, 3000]) {
      assert.deepEqual(leaves.rootAt(BigInt(size)), merkleRoot(hashes.slice(0, size)), `${size}`);
    }
  });
});

it('the subtrees from any position on lead from the tree before it to the whole', () => {
  const hashes = log(20).map(leafOf);
  for (let from = 0; from <= 20; from += 1) {
    const behind = new MerkleTree(BigInt(from));
    for (const leaf of hashes.slice(from)) behind.append(leaf);
    const tree = new MerkleTree();
    for (const leaf of hashes.slice(0, from)) tree.append(leaf);
    assert.deepEqual(tree.advance(20n, behind.hashes), []);
    assert.deepEqual(tree.root(), merkleRoot(hashes));
  }
});

it('a witness tells the reason for which it retired first', () => {
  const state = new WitnessState();
  state.retire('restored-copy');
  state.retire('two-certificates');
  assert.equal(state.retired, 'restored-copy');
});

it('a vote for an order of another keyset binds nothing in a replay', () => {
  const point = new Uint8Array(32).fill(7);
  const [other, first, second] = [entry(1, { point, keyset: 2 }), entry(2, { point }), entry(3, { point })];
  assert.deepEqual(replay([other, first], 1), []);
  assert.equal(replay([other, first, second], 1).length, 1);
});
