import { concat, equalBytes, sameKind, toHex, u64 } from '../../crypto/index.js';
import type { Charter } from '../../message/charter-chain.js';
import { encode } from '../../message/codec.js';
import { order as orderCodec, output } from '../../message/order.js';
import type { Order } from '../../message/order.js';
import { orderDigest } from '../../message/order-digest.js';
import { WalletError } from './error.js';
import type { GrantLink } from './link.js';
import { chooseKeyset, grantKinds, makeOutputs, orderOutputs } from './outputs.js';
import type { Opened, WalletContext } from './spend.js';
import { expectSearched, forgetOrder, grantName, isClaim, nextNumber, openClaim } from './state.js';
import { orderName, recordOf, replaceOrder } from './state.js';
import type { GrantTerms, OpenOrder, WalletState } from './state.js';

/**
 * Claims a grant: "Claiming a grant", steps 3 and 4. The claim that is open for this grant is given again, if the terms
 * are the same. `random` is 16 fresh random bytes.
 *
 * @throws WalletError `already-claimed`, `terms-changed`, `no-open-keyset`, `too-many-coins`, `nothing`
 */
export function startClaim(
  context: WalletContext,
  state: WalletState,
  link: GrantLink,
  terms: GrantTerms,
  now: bigint,
  random: Uint8Array,
): Opened {
  const grant = grantName(link.base, link.id);
  const claimed = state.history.some((record) => record.grant === grant && record.outcome === 'certified');
  const held = openClaim(state, link.base, link.id);
  if (claimed || held?.certificate !== undefined) {
    throw new WalletError('already-claimed', 'this wallet has claimed these points before');
  }
  if (held !== undefined) {
    if (held.about.type === 'claim' && sameTerms(held.about.terms, terms)) return { state, order: held };
    throw new WalletError('terms-changed', 'the store promises something else than when this was claimed first');
  }
  const keyset = chooseKeyset(context.charter, now, random);
  const kinds = grantKinds(terms, keyset);
  if (kinds.length === 0) throw new WalletError('nothing', 'the grant gives nothing');
  expectSearched(state);
  const number = nextNumber(state, keyset.id);
  const outputs = makeOutputs(context.secrets, { keyset: keyset.id, device: state.device, number }, kinds);
  const { store, base, id, secret } = link;
  const order: OpenOrder = {
    id: orderName({ keyset: keyset.id, device: state.device, number }),
    about: { type: 'claim', store, base, grant: id, secret, terms },
    keyset: keyset.id,
    outputs,
    since: now,
  };
  const numbers = new Map(state.numbers).set(keyset.id, number + 1n);
  return { state: { ...state, numbers, orders: [...state.orders, order] }, order };
}

/** The bytes of the outputs as a claim sends them: a count, and then each. */
export function claimedOutputs(claim: OpenOrder): Uint8Array {
  const outputs = orderOutputs(claim.keyset, claim.outputs);
  return concat(u64(outputs.length), ...outputs.map((asked) => encode(output, asked)));
}

/**
 * Takes the order that a store shows for a claim, if it fits (WALLET-20): the state *ordered*. It may change until one
 * is certified.
 *
 * @throws WalletError `other-order` if it does not fit
 */
export function takeShown(charter: Charter, state: WalletState, claim: OpenOrder, order: Order): Opened {
  const digest = toHex(orderDigest(order));
  if (claim.certificate !== undefined) {
    if (claim.digest === digest) return { state, order: claim };
    throw new WalletError('other-order', 'another order of this claim is certified');
  }
  if (!fits(charter, claim, order)) throw new WalletError('other-order', 'the order is not what was claimed');
  const shown: OpenOrder = { ...claim, order: encode(orderCodec, order), digest };
  return { state: replaceOrder(state, shown), order: shown };
}

/** Whether an order is the answer to a claim: step 5. */
export function fits(charter: Charter, claim: OpenOrder, order: Order): boolean {
  return (
    isClaim(claim.about) &&
    order.purpose.type === 'earn' &&
    order.store === claim.about.store &&
    order.keyset === claim.keyset &&
    equalBytes(order.federation, charter.federation) &&
    order.inputs.length === 0 &&
    order.outputs.length === claim.outputs.length &&
    claim.outputs.every(({ kind, blinded }, i) => {
      const shown = order.outputs[i];
      return (
        shown !== undefined &&
        shown.class.keyset === claim.keyset &&
        sameKind(shown.class.kind, kind) &&
        equalBytes(shown.blinded, blinded)
      );
    })
  );
}

/**
 * Gives a claim up because its store gives nothing for it: *withdrawn*. A claim whose order was shown is never given up
 * for a store's word (WALLET-9).
 */
export function withdrawClaim(state: WalletState, claim: OpenOrder): WalletState {
  if (!isClaim(claim.about) || claim.order !== undefined) return state;
  const rest = forgetOrder(state, claim);
  return { ...rest, history: [...rest.history, recordOf(claim, 'withdrawn')] };
}

function sameTerms(a: GrantTerms, b: GrantTerms): boolean {
  return (
    a.points === b.points &&
    a.ballot === b.ballot &&
    a.vouchers.length === b.vouchers.length &&
    a.vouchers.every(({ offer, count }, i) => b.vouchers[i]?.offer === offer && b.vouchers[i]?.count === count)
  );
}
