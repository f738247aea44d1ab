import type { RondeError } from '../crypto/index.js';
import { decode, encode } from '../message/codec.js';
import { MAX_MESSAGE_BYTES } from '../message/limits.js';
import { order as orderCodec } from '../message/order.js';
import { evaluation as evaluationCodec, evidence as evidenceCodec } from '../message/vote.js';
import { balanceOf } from '../machine/wallet/balance.js';
import { recordOf } from '../machine/wallet/state.js';
import type { OpenOrder, WalletState } from '../machine/wallet/state.js';
import type { Core } from './core.js';
import type { Report, Resumed } from './report.js';

/** What came of an order that was just sent. */
export function reportOf({ context, state, now }: Core, open: OpenOrder, progress: Report['state']): Report {
  const { orders, history } = state;
  const digest = [open, ...orders, ...history].find(({ id, digest: known }) => id === open.id && known)?.digest;
  return {
    state: progress,
    ...(digest === undefined ? {} : { order: digest }),
    keyset: open.keyset,
    points: recordOf(open, 'open').points,
    balance: balanceOf(context, state, now()).points,
  };
}

/** What became of an order that was resumed. */
export function became({ state }: Core, id: string, progress: Resumed['state'], error: RondeError | undefined): Resumed {
  const { orders, history } = state;
  const order = [...orders, ...history].find((known) => known.id === id && known.digest)?.digest;
  return { ...(order === undefined ? {} : { order }), state: progress, ...(error === undefined ? {} : { error }) };
}

/** How far an order is, by what the wallet has of it. */
export function stateAfter({ state: { orders, history } }: Core, id: string): Resumed['state'] {
  const open = orders.find((order) => order.id === id);
  if (open !== undefined) return open.certificate === undefined ? 'pending' : 'arriving';
  const outcome = history.filter((record) => record.id === id).at(-1)?.outcome;
  return outcome === 'withdrawn' || outcome === 'dead' ? outcome : 'done';
}

/** Evidence against witnesses, each the bytes of an `Evidence`. */
export function evidenceIn({ evidence }: WalletState): Uint8Array[] {
  return evidence.map((held) =>
    encode(evidenceCodec, {
      type: 'bad-evaluation',
      order: decode(orderCodec, held.order, MAX_MESSAGE_BYTES),
      evaluation: decode(evaluationCodec, held.evaluation, MAX_MESSAGE_BYTES),
    }),
  );
}
