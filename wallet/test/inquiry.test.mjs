// Reading the whole log of a peer once more, of which it has parted from a head (LOG-18).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Follower } from '../dist/machine/witness/index.js';
import { Inquiry } from '../dist/machine/witness/inquiry.js';
import * as message from '../dist/message/index.js';
import { charter, headOf, headWith, keyset, log, pageOf, peer, sizes, strange } from './support/logs.mjs';

const none = { evidence: undefined, proof: undefined };
const convicts = (proof) => assert.deepEqual(message.verifyEvidence(proof, charter), { keyset: 1, index: peer });
const pair = ({ shorter, longer }) => [Number(shorter.size), Number(longer.size)];

/** Two logs of one peer, which part after two entries. */
const one = log(16);
const other = [...log(2), ...log(14, 500)];
const first = (count, entries = one) => entries.slice(0, count);

/** The peer has shown the one log, to its head of nine entries, and a head of seven of the other. */
function shownBoth() {
  const follower = new Follower(peer);
  follower.read(pageOf(first(6)), keyset, 1n);
  follower.note(headOf(first(7, other)), keyset, 2n);
  follower.read(pageOf(first(9), 6), keyset, 3n);
  assert.deepEqual([follower.parted.size, follower.standing.readTo.size], [7n, 9n]);
  return follower;
}

describe('an inquiry into a log that has parted from a head', () => {
  it('convicts the peer for each pair of sizes', () => {
    for (let size = 1; size <= 9; size += 1) {
      for (let short = 0; short < size; short += 1) {
        const [follower, all] = [new Follower(peer), log(size)];
        follower.note(short === 0 ? headWith(0, new Uint8Array(32)) : strange(short), keyset, 1n);
        follower.read(pageOf(all), keyset, 2n);
        assert.equal(follower.parted?.size, BigInt(short));
        const half = Math.ceil(size / 2);
        const goesOn = half < size;
        if (goesOn) {
          assert.deepEqual(follower.inquire({ head: headOf(all), entries: all.slice(0, half) }, keyset, 3n), none);
          assert.equal(follower.inquiryPosition, half);
        }
        const { proof } = follower.inquire(pageOf(all, goesOn ? half : 0), keyset, 4n);
        convicts(proof);
        assert.deepEqual([...pair(proof), follower.parted, sizes(follower)], [short, size, undefined, []]);
      }
    }
  });

  it('convicts a peer that shows its two logs by turns at sizes that never coincide, whichever it shows then', () => {
    const follower = shownBoth();
    const { evidence, proof } = follower.inquire(pageOf(first(10)), keyset, 4n);
    assert.deepEqual([evidence, pair(proof)], [undefined, [7, 10]]);
    convicts(proof);
    const again = shownBoth();
    assert.deepEqual(again.inquire({ head: headOf(first(11, other)), entries: first(8, other) }, keyset, 4n), none);
    const found = again.inquire(pageOf(first(11, other), 8), keyset, 5n);
    assert.deepEqual([found.evidence, pair(found.proof)], [undefined, [9, 11]], 'the head that was read');
    convicts(found.proof);
    assert.equal(again.parted, undefined);
  });

  it('convicts a peer by the head to which its one log was read, although a head of the other came before that was read', () => {
    const follower = new Follower(peer);
    follower.read(pageOf(first(9)), keyset, 1n);
    const read = follower.standing.readTo;
    follower.note(headOf(first(7, other)), keyset, 2n);
    assert.equal(follower.parted.size, 7n);
    assert.throws(() => follower.read(pageOf(first(11, other), 9), keyset, 3n), { code: 'root' });
    assert.deepEqual([follower.parted.size, follower.position], [7n, 0]);
    assert.equal(follower.read(pageOf(first(11, other)), keyset, 4n).ended, true);
    assert.equal(follower.standing.readTo.size, 11n);
    assert.equal(follower.parted, read, 'else nothing is left of the one log');
    const { proof } = follower.inquire(pageOf(first(11, other)), keyset, 5n);
    assert.deepEqual([proof?.shorter, pair(proof)], [read, [9, 11]]);
    convicts(proof);
  });

  it('is not answered by a log that ends before the parted head or the read one', () => {
    const follower = shownBoth();
    for (const size of [2, 5, 8]) {
      assert.throws(() => follower.inquire(pageOf(first(size, other)), keyset, 4n), { code: 'length' });
      assert.deepEqual([follower.parted.size, follower.inquiryPosition], [7n, 0]);
    }
    // The same log, longer: it still has to answer.
    convicts(follower.inquire(pageOf(first(12, other)), keyset, 5n).proof);
  });

  it('is answered by a short one that contradicts a head', () => {
    const inquiry = new Inquiry(peer, [headOf(first(3))], 9n);
    assert.deepEqual(pair(inquiry.take(pageOf(first(4, other)), keyset).proof), [3, 4]);
  });

  it('names the shortest head that is contradicted; of one size the first', () => {
    const heads = [headOf(first(8)), strange(5), strange(5, 2000), headOf(first(4))];
    const inquiry = new Inquiry(peer, heads, 0n);
    assert.equal(inquiry.take(pageOf(first(9)), keyset).proof.shorter, heads[1]);
  });

  it('needs no subtrees for two heads of one size', () => {
    const { proof } = new Inquiry(peer, [headOf(first(9))], 9n).take(pageOf(first(9, other)), keyset);
    assert.deepEqual([pair(proof), proof.subtrees], [[9, 9], []]);
    convicts(proof);
  });

  it('ends with a page that is refused, and another begins with the heads that are kept then', () => {
    const follower = shownBoth();
    const begin = () => follower.inquire({ head: headOf(first(10)), entries: first(4) }, keyset, 3n);
    const refused = (page, code) => {
      begin();
      assert.equal(follower.inquiryPosition, 4);
      assert.throws(() => follower.inquire(page, keyset, 3n), { code });
      assert.equal(follower.inquiryPosition, 0);
    };
    refused({ head: { ...headOf(one), index: 1 }, entries: first(1) }, 'head');
    refused(pageOf(first(10), 10), 'length');
    refused(pageOf(first(12), 3, headOf(first(10))), 'length');
    refused(pageOf(first(10, other), 4, headOf(first(10))), 'root');
    convicts(follower.inquire(pageOf(first(10)), keyset, 4n).proof);
  });

  it('notes the heads of its pages, and keeps what they prove although a page is refused', () => {
    const follower = shownBoth();
    const { evidence, proof } = follower.inquire({ head: headOf(first(9, other)), entries: [] }, keyset, 4n);
    assert.deepEqual([pair(evidence), proof], [[9, 9], undefined]);
    convicts(evidence);
    assert.deepEqual([follower.parted.size, follower.inquiryPosition], [7n, 0]);
    assert.throws(() => follower.inquire({ head: headOf(first(12)), entries: [] }, keyset, 5n), { code: 'length' });
    assert.equal(follower.highest.size, 12n);
  });
});

describe('an inquiry that proves nothing', () => {
  /** The follower has read entries that lead to no head, and parted from one on the way. */
  function madeUp({ isRead = false, number = 1n } = {}) {
    const follower = new Follower(peer);
    const early = headOf(first(3));
    follower.note(early, keyset, number);
    if (isRead) {
      follower.read(pageOf(first(3)), keyset, 1n);
      // It begins again.
      const spoiled = { head: headOf(other), entries: log(13, 50) };
      assert.throws(() => follower.read(spoiled, keyset, 2n), { code: 'root' });
    }
    follower.read({ head: strange(20), entries: log(4, 50) }, keyset, 2n);
    assert.equal(follower.parted.size, 3n);
    return { follower, early };
  }

  it('leaves the head unchecked, and not met', () => {
    const { follower, early } = madeUp();
    assert.deepEqual(follower.inquire(pageOf(first(6)), keyset, 3n), none);
    assert.equal(follower.parted, undefined);
    assert.deepEqual(follower.unchecked.filter(({ head }) => head === early).map(({ met }) => met), [false]);
  });

  it('leaves the head unchecked also if it is the read one', () => {
    const { follower, early } = madeUp({ isRead: true });
    assert.deepEqual([follower.standing.readTo, follower.parted], [early, early]);
    assert.deepEqual(follower.inquire(pageOf(first(6)), keyset, 3n), none);
    assert.deepEqual(follower.unchecked.filter(({ head }) => head.size === 3n), [{ head: early, chance: 3n, met: false }]);
  });

  it('does not keep twice a head that is unchecked', () => {
    const { follower, early } = madeUp();
    assert.deepEqual(follower.inquire(pageOf(first(6)), keyset, 3n), none);
    assert.deepEqual(follower.unchecked.filter(({ head }) => head === early).map(({ chance }) => chance), [1n]);
  });

  /** A peer has its one log read to nine entries, and the other from then on; asked, it shows the one again. */
  function changedItsLog() {
    const follower = new Follower(peer);
    follower.read(pageOf(first(9)), keyset, 1n);
    assert.throws(() => follower.read({ head: headOf(first(11, other)), entries: log(2, 50) }, keyset, 1n), { code: 'root' });
    follower.read({ head: headOf(first(14, other)), entries: first(10, other) }, keyset, 1n);
    assert.equal(follower.parted, follower.standing.readTo);
    assert.deepEqual(follower.inquire(pageOf(first(9)), keyset, 1n), none);
    assert.equal(follower.parted, undefined);
    const longer = follower.read(pageOf(first(14, other), 10), keyset, 1n);
    assert.deepEqual([longer.ended, longer.more, follower.position], [true, true, 0], 'it is read again');
    assert.equal(follower.standing.readTo.size, 14n);
    return follower;
  }

  it('does not let a read head be forgotten for a longer one of another log, and the peer is convicted', () => {
    const follower = changedItsLog();
    follower.read(pageOf(first(14, other)), keyset, 1n);
    assert.equal(follower.parted.size, 9n);
    const { proof } = follower.inquire(pageOf(first(14, other)), keyset, 1n);
    assert.deepEqual(pair(proof), [9, 14]);
    convicts(proof);
  });

  it('does not let a longer head of another log be forgotten for the read one either', () => {
    const follower = changedItsLog();
    follower.read({ head: headOf(one), entries: first(15) }, keyset, 1n);
    assert.equal(follower.parted.size, 14n);
    const { proof } = follower.inquire(pageOf(one), keyset, 1n);
    assert.deepEqual(pair(proof), [14, 16]);
    convicts(proof);
  });

  it('asks for no more entries than the parted and the read head had when it began', () => {
    const { follower, early } = madeUp();
    assert.deepEqual(follower.inquire({ head: headOf(first(6)), entries: first(4) }, keyset, 3n), none);
    const made = log(8, 50);
    follower.read(pageOf(made, 4), keyset, 3n);
    assert.deepEqual([follower.standing.readTo.size, follower.parted], [8n, early]);
    assert.deepEqual(follower.inquire(pageOf(first(6), 4), keyset, 3n), none);
    assert.equal(follower.parted, undefined);
    // One that begins now asks for more.
    const late = shownBoth();
    assert.throws(() => late.inquire(pageOf(first(8, other)), keyset, 3n), { code: 'length' });
  });

  it('drops one of more than 32 unchecked heads for the one that is unchecked again, or that one', () => {
    for (const [chance, isKept] of [[0n, true], [5n, false]]) {
      const { follower, early } = madeUp({ number: 99n });
      for (let size = 4; follower.unchecked.some(({ head }) => head === early); size += 1) {
        follower.note(headOf(log(size)), keyset, 1n);
      }
      assert.deepEqual([follower.unchecked.length, follower.parted], [32, early]);
      assert.deepEqual(follower.inquire(pageOf(first(6)), keyset, chance), none);
      assert.equal(follower.unchecked.length, 32);
      assert.equal(follower.unchecked.some(({ head }) => head === early), isKept);
    }
  });
});
