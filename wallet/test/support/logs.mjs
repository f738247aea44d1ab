// The log of a witness, for who follows it: made-up entries, and heads over them that its key signs.
import { leafHash, merkleRoot } from '../../dist/crypto/merkle.js';
import * as message from '../../dist/message/index.js';
import { assemble, votedParts } from '../../dist/message/certificate.js';
import { Federation } from './federation.mjs';

export const federation = new Federation();
export const { charter } = federation;
export const keyset = charter.keyset(1);
export const peer = 2;
const { vote: key } = federation.witnesses.get(1)[peer];

/** An entry of its own for each name; nothing of it is checked here. */
export function entry(name, { point, keyset: of = 1 } = {}) {
  const reference = new Uint8Array(32);
  new DataView(reference.buffer).setUint32(0, name);
  const kind = { type: 'points', denomination: 1n };
  const order = {
    federation: charter.federation,
    keyset: of,
    store: 1,
    purpose: { type: 'earn' },
    reference,
    time: 0n,
    inputs: point === undefined ? [] : [{ kind, point }],
    outputs: [],
  };
  return { type: 'voted', value: { order, authorization: { type: 'store', value: new Uint8Array(64) } } };
}

/** An Earn of one point, with the votes of all witnesses. */
export function certifiedEntry(name = 1) {
  const made = { class: { keyset: keyset.id, kind: { type: 'points', denomination: 1n } }, blinded: new Uint8Array(32).fill(7) };
  const order = { ...entry(name).value.order, time: federation.now, outputs: [made] };
  const digest = message.orderDigest(order);
  const votes = federation.witnesses.get(1).map(({ index, vote }) => {
    return { index, signature: vote.sign('ronde/1 signature: vote', ...votedParts(keyset, index, digest)) };
  });
  return { type: 'certified', value: { order, certificate: assemble(keyset, digest, votes) } };
}

export const leafOf = (each) => leafHash(message.encode(message.logEntry, each));
export const log = (count, from = 0) => Array.from({ length: count }, (_, i) => entry(from + i));
export const headWith = (size, root) => message.signHead(key, keyset, peer, BigInt(size), root);
export const headOf = (entries) => headWith(entries.length, merkleRoot(entries.map(leafOf)));
export const statementOf = (entries) =>
  message.signStatement(key, keyset, peer, BigInt(entries.length), merkleRoot(entries.map(leafOf)));
export const pageOf = (entries, from = 0, head = headOf(entries)) => ({ head, entries: entries.slice(from) });
/** Any head of a size, of a log that nobody has. */
export const strange = (size, name = 1000) => headOf(log(size, name));
export const sizes = (follower) => follower.unchecked.map(({ head }) => Number(head.size));
