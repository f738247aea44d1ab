import { sameKind, toHex, worth } from '../../crypto/index.js';
import { encode } from '../../message/codec.js';
import { authorization as authorizationCodec, order as orderCodec } from '../../message/order.js';
import type { Input, Order, SignedOrder } from '../../message/order.js';
import { signProbe, verdictOf } from '../../message/probe-check.js';
import type { Verdict } from '../../message/probe-check.js';
import type { Probe, ProbeAnswer } from '../../message/probe.js';
import { forgetComplete, keysetOf, spend } from './answer.js';
import { WalletError } from './error.js';
import { findPlaces, ownOutputs } from './places.js';
import type { FoundPlaces } from './places.js';
import { provable, useNumbers } from './recover.js';
import { selectionOf } from './select.js';
import { columnsOf } from './spend.js';
import type { Opened, WalletContext } from './spend.js';
import { openOrder, orderName, sum } from './state.js';
import type { About, AskedOutput, Coin, OpenOrder, WalletState } from './state.js';
import { openSwap } from './swap.js';

/**
 * The unproven coins to ask about, one of each P and keyset: Prove, step 1. One whose P was found unbound only if it is to
 * be exchanged; the mark is of P and keyset, so one coin that has it is enough, whichever came first (RESTORE-34).
 */
export function askable(context: WalletContext, state: WalletState, now: bigint): Coin[] {
  const coins = new Map<string, Coin>();
  const exchanged = provable(context, state, now);
  const marked = new Set(state.coins.filter(({ unbound }) => unbound).map(askedName));
  for (const coin of state.coins) {
    const keyset = context.charter.keyset(coin.place.keyset);
    if (marked.has(askedName(coin)) && !exchanged.includes(coin)) continue;
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

/** What the answers to a probe say, and what became of the wallet by it. */
export interface Judged {
  readonly state: WalletState;
  readonly verdict: Verdict;
  /** What binds the coin is open in this wallet. */
  readonly order?: OpenOrder;
}

/**
 * Probe, steps 2 to 6: a spent coin is gone; the order that binds one is adopted (RESTORE-22); that one is unbound is
 * noted (RESTORE-34). Nothing is signed.
 */
export function judgeProbe(
  context: WalletContext,
  state: WalletState,
  probe: Probe,
  answers: readonly ProbeAnswer[],
  now: bigint,
): Judged {
  const verdict = verdictOf(answers, probe, keysetOf(context, probe.keyset));
  switch (verdict.type) {
    case 'spent':
      return { state: forgetComplete(context, spend(state, verdict.order)), verdict };
    case 'bound':
      return { ...adoptOrder(context, state, verdict.signed, verdict.digest, now), verdict };
    case 'unclear':
      return { state, verdict };
    case 'unbound': {
      const isAsked = isAbout(probe);
      const coins = state.coins.map((coin) => (coin.unproven && isAsked(coin) ? { ...coin, unbound: true as const } : coin));
      return { state: { ...state, coins }, verdict };
    }
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
 * What Prove makes of the answers to a probe: beside {@link judgeProbe}, a coin that is unbound is exchanged, alone, if it
 * is to be (RESTORE-21). `entropy` is 32 fresh secret bytes.
 */
export function takeProbeAnswers(
  context: WalletContext,
  state: WalletState,
  probe: Probe,
  answers: readonly ProbeAnswer[],
  now: bigint,
  entropy: Uint8Array,
): Probed {
  const { state: judged, verdict, order } = judgeProbe(context, state, probe, answers, now);
  if (order !== undefined) return { state: judged, outcome: 'opened', order };
  if (verdict.type === 'bound') return { state: judged, outcome: 'held' };
  if (verdict.type !== 'unbound') return { state: judged, outcome: verdict.type };
  const coin = provable(context, judged, now).find(isAbout(probe));
  if (coin === undefined) return { state: judged, outcome: 'free' };
  return { ...startProof(context, judged, coin, now, entropy), outcome: 'opened' };
}

/** Exchanges one unproven coin, alone (RESTORE-12, RESTORE-13). `nothing` if it is not there any more, or is bound. */
function startProof(
  context: WalletContext,
  state: WalletState,
  unproven: Coin,
  now: bigint,
  entropy: Uint8Array,
): Opened {
  const coin = state.coins.find(({ point, kind }) => point === unproven.point && sameKind(kind, unproven.kind));
  const keyset = context.charter.keyset(unproven.place.keyset);
  if (coin === undefined || coin.spentBy !== undefined || keyset === undefined) {
    throw new WalletError('nothing', 'the coin is not there any more');
  }
  const about: About = { type: 'swap', points: worth(coin.kind) };
  return openSwap(context, state, selectionOf(keyset, [coin]), keyset, about, now, entropy);
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
): { readonly state: WalletState; readonly order?: OpenOrder } {
  const digest = toHex(digestBytes);
  const known = openOrder(state, digest);
  if (known !== undefined) return { state, order: known };
  const columns = columnsOf(order.inputs.map((input) => freeCoin(state, order.keyset, input)));
  if (columns.length < keysetOf(context, order.keyset).quorum) return { state };
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
  return { state: next, order: opened };
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
