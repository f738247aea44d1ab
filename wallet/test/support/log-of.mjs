// The logs of a federation in memory, as each store's node would show them by chapter 15.
import { leafHash, merkleRoot } from '../../dist/crypto/merkle.js';
import * as message from '../../dist/message/index.js';
import { toBase64 } from '../../dist/wallet/base64.js';

const PAGE = 3;

/** Has every store answer for the log of its witness: all that is certified. `change` makes a liar's entries of them. */
export function showLogs(federation, { change = (entries) => entries, root } = {}) {
  const entriesOf = () =>
    [...federation.orders.values()].flatMap(({ signed, checked, certificate }) => {
      const voted = { type: 'voted', value: signed };
      const certified = { type: 'certified', value: { order: checked.order, certificate } };
      return certificate === undefined ? [voted] : [voted, certified];
    });
  federation.before = ({ store, path }) => {
    const entries = change(entriesOf());
    if (path === '/v1/status') return { status: 200, json: { store, log: [{ keyset: 1, size: entries.length }] } };
    const [, from] = /^\/v1\/log\/1\?from=(\d+)$/.exec(path) ?? [];
    if (from === undefined) return undefined;
    const leaves = entries.map((entry) => leafHash(message.encode(message.logEntry, entry)));
    const { vote } = federation.witnesses.get(1)[store - 1];
    const keyset = federation.charter.keyset(1);
    const head = message.signHead(vote, keyset, store - 1, BigInt(entries.length), root ?? merkleRoot(leaves));
    const shown = entries.slice(Number(from), Number(from) + PAGE);
    const json = {
      head: toBase64(message.encode(message.head, head)),
      entries: shown.map((entry) => toBase64(message.encode(message.logEntry, entry))),
    };
    return { status: 200, json };
  };
}
