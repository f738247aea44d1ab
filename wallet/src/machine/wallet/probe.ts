import { sameKind, toHex } from '../../crypto/index.js';
import { encode } from '../../message/codec.js';
import { authorization as authorizationCodec, order as orderCodec } from '../../message/order.js';
import type { Input, Order, SignedOrder } from '../../message/order.js';
import { signProbe, verdictOf } from '../../message/probe-check.js';
import type { Probe, ProbeAnswer } from '../../message/probe.js';
import { forgetComplete, keysetOf, spend } from './answer.js';
import { findPlaces, ownOutputs } from './places.js';
import type { FoundPlaces } from './places.js';
import { provable, useNumbers } from './recover.js';
import { columnsOf, startProof } from './spend.js';
import type { WalletContext } from './spend.js';
import { openOrder, orderName, sum } from './state.js';
import type { AskedOutput, Coin, OpenOrder, WalletState } from './state.js';

/**
 * The unproven coins to ask about, one of each P and keyset: Prove, step 1. One that was found unbound only if it is to be
 * exchanged (RESTORE-34).
 */
export function askable(context: WalletContext, state: WalletState, now: bigint): Coin[] {
  const coins = new Map<string, Coin>();
  const exchanged = provable(context, state, now);
  for (const coin of state.coins) {
    const keyset = context.charter.keyset(coin.place.keyset);
    if (coin.unbound && !exchanged.includes(coin)) continue;
    if (coin.unproven === undefined || coin.spentBy !== undefined || keyset === undefined) continue;
    if (now <= keyset.evaluateUntil) coins.set(askedName(coin), coin);
  }
  return [...coins.values()];
}

/** What is asked about: a P in a keyset. */
export function askedName({ place, point }: Coin): string {
  return `${place.keyset}/${point}`;
}

/** A probe of a coin. `nonce` and `entropy` are 32 fresh bytes each. */
export function probeCoin(context: WalletContext, coin: Coin, nonce: Uint8Array, entropy: Uint8Array): Probe {
  const secret = context.secrets.spending(coin);
  try {
    return signProbe(context.charter.federation, coin.place.keyset, secret, nonce, entropy);
  } finally {
    secret.wipe();
  }
}

/** What follows of the answers to a probe. */
export interface Probed {
  readonly state: WalletState;
  /**
   * *spent*: the coin is gone; *opened*: `order` is to be sent and followed; *held*: an order binds the coin that this
   * wallet can't complete; *free*: unbound, and not to be exchanged now; *unclear*: nothing is known.
   */
  readonly outcome: 'spent' | 'opened' | 'held' | 'free' | 'unclear';
  readonly order?: OpenOrder;
}

/**
 * Probe, steps 2 to 6, and what Prove makes of it: a spent coin is gone; the order that binds one is adopted; an unbound
 * one is exchanged, alone, if it is to be (RESTORE-21, RESTORE-22). `entropy` is 32 fresh secret bytes.
 */
export function takeProbeAnswers(
  context: WalletContext,
  state: WalletState,
  probe: Probe,
  answers: readonly ProbeAnswer[],
  now: bigint,
  entropy: Uint8Array,
): Probed {
  const verdict = verdictOf(answers, probe, keysetOf(context, probe.keyset));
  switch (verdict.type) {
    case 'spent':
      return { state: forgetComplete(context, spend(state, verdict.order)), outcome: 'spent' };
    case 'bound':
      return adoptOrder(context, state, verdict.signed, verdict.digest, now);
    case 'unclear':
      return { state, outcome: 'unclear' };
    case 'unbound': {
      const isAsked = isAbout(probe);
      const coins = state.coins.map((coin) => (coin.unproven && isAsked(coin) ? { ...coin, unbound: true as const } : coin));
      const marked = { ...state, coins };
      const coin = provable(context, marked, now).find(isAsked);
      if (coin === undefined) return { state: marked, outcome: 'free' };
      return { ...startProof(context, marked, coin, now, entropy), outcome: 'opened' };
    }
  }
}

/** Whether a coin is what a probe asks about. */
function isAbout({ point, keyset }: Probe): (coin: Coin) => boolean {
  const key = toHex(point);
  return (coin) => coin.point === key && coin.place.keyset === keyset;
}

/**
 * Adopt: an order that the lost wallet signed becomes one of this wallet's own, in the same bytes, if the wallet has all
 * coins that it spends, and q witnesses know all of them.
 */
function adoptOrder(
  context: WalletContext,
  state: WalletState,
  { order, authorization }: SignedOrder,
  digestBytes: Uint8Array,
  now: bigint,
): Probed {
  const digest = toHex(digestBytes);
  const known = openOrder(state, digest);
  if (known !== undefined) return { state, outcome: 'opened', order: known };
  const columns = columnsOf(order.inputs.map((input) => freeCoin(state, order.keyset, input)));
  if (columns.length < keysetOf(context, order.keyset).quorum) return { state, outcome: 'held' };
  const places = findPlaces(context.secrets, state.device, state.coins, order);
  const outputs = outputsOfOne(context, order, places);
  const opened: OpenOrder = {
    id: `adopted/${digest}`,
    about: { type: 'adopt', points: sum(order.inputs) - sum(outputs) },
    keyset: order.keyset,
    outputs,
    since: now,
    order: encode(orderCodec, order),
    digest,
    signed: { authorization: encode(authorizationCodec, authorization), columns },
  };
  const bound = new Set(order.inputs.map(({ point }) => toHex(point)));
  const numbered = useNumbers(state, [...places.outputs.values(), ...places.inputs]);
  const next: WalletState = {
    ...numbered,
    coins: state.coins.map((coin) =>
      bound.has(coin.point) && coin.spentBy === undefined ? { ...coin, spentBy: digest } : coin,
    ),
    orders: [...state.orders, opened],
  };
  return { state: next, outcome: 'opened', order: opened };
}

/** A coin of P and kind that no open order binds. */
function freeCoin(state: WalletState, keyset: number, { kind, point }: Input): Coin | undefined {
  const key = toHex(point);
  return state.coins.find(
    (coin) =>
      coin.point === key && coin.place.keyset === keyset && coin.spentBy === undefined && sameKind(coin.kind, kind),
  );
}

/** All outputs, if they are of one order of this seed, which has one keyset, device and number; otherwise none. */
function outputsOfOne({ secrets }: WalletContext, order: Order, places: FoundPlaces): AskedOutput[] {
  const outputs = ownOutputs(secrets, order, places);
  const orders = new Set(outputs.map(({ place }) => orderName({ ...place, number: place.order })));
  return outputs.length === order.outputs.length && orders.size === 1 ? outputs : [];
}
