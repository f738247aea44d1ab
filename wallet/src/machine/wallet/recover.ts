import { equalBytes, sameKind, toHex, worth } from '../../crypto/index.js';
import type { CoinPlace } from '../../crypto/index.js';
import { verifyCertificate } from '../../message/certificate.js';
import { encode } from '../../message/codec.js';
import { order as orderCodec } from '../../message/order.js';
import type { Order } from '../../message/order.js';
import { orderDigest } from '../../message/order-digest.js';
import { certificate as certificateCodec } from '../../message/vote.js';
import type { Certificate, Evaluation } from '../../message/vote.js';
import { keysetOf, spend, takeAnswer, takeEvaluations } from './answer.js';
import type { Finding } from './answer.js';
import { fits, takeShown } from './claim.js';
import { WalletError } from './error.js';
import { NEVER } from './missing.js';
import { findPlaces, ownOutputs } from './places.js';
import type { FoundPlaces } from './places.js';
import type { WalletContext } from './spend.js';
import { openOrder, recordOf, replaceOrder } from './state.js';
import type { AskedOutput, Coin, Hex, OpenOrder, OrderPlace, WalletState } from './state.js';

/** What a recovery brought. */
export interface Recovered {
  readonly state: WalletState;
  /** Points of the coins that came back; of those of one P, the largest. */
  readonly points: bigint;
  /** Another wallet had this device index: coins that this one makes may be spent already (RESTORE-11). */
  readonly behind: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Recover: makes coins again from an order, its certificate and its evaluations, whoever gave them (RESTORE-2,
 * RESTORE-5). They are unproven until each was exchanged by a Swap of its own. An order that is refused leaves the
 * wallet as it was (RESTORE-6). A search says `at` which place it asked for.
 *
 * @throws WalletError `other-federation`, `no-such-keyset`, `not-ours`; or a certificate's error
 */
export function recover(
  context: WalletContext,
  state: WalletState,
  order: Order,
  certificate: Certificate,
  evaluations: readonly Evaluation[],
  now: bigint,
  at?: OrderPlace,
): Recovered {
  if (!equalBytes(order.federation, context.charter.federation)) {
    throw new WalletError('other-federation', 'the order is of another federation');
  }
  const keyset = keysetOf(context, order.keyset);
  for (const output of order.outputs) keysetOf(context, output.class.keyset);
  const bytes = orderDigest(order);
  const digest = toHex(bytes);
  verifyCertificate(certificate, keyset, bytes);
  const own = takeOwn(context, state, digest, order, certificate, evaluations);
  if (own !== undefined) return at === undefined ? own : { ...own, state: noteFound(own.state, digest) };
  // What came to its end here brings nothing again (RESTORE-10).
  if (state.history.some((record) => record.digest === digest)) return { state, points: 0n, behind: false, findings: [] };
  const places = findPlaces(context.secrets, state.device, state.coins, order, undefined, at);
  const found = [...places.outputs.values(), ...places.inputs];
  if (found.length === 0) throw new WalletError('not-ours', 'nothing of the order is of this seed');
  const behind = found.some(({ device }) => device === state.device);
  const outputs = newOutputs(context, state, order, places);
  const used = useNumbers(state, found);
  if (outputs.length === 0 && places.inputs.length === 0) return { state: used, points: 0n, behind, findings: [] };
  const opened: OpenOrder = {
    id: `recovered/${digest}`,
    about: { type: 'recover', points: pointsOf(outputs) },
    keyset: order.keyset,
    outputs,
    since: now,
    order: encode(orderCodec, order),
    digest,
    certificate: encode(certificateCodec, certificate),
  };
  const { state: next, findings } = takeEvaluations(context, adopt(used, order, opened), opened, evaluations);
  return { state: next, points: pointsOf(outputs), behind, findings };
}

/** An order that is open here, or answers an open claim, goes on as any answer does: step 2. */
function takeOwn(
  context: WalletContext,
  state: WalletState,
  digest: Hex,
  order: Order,
  certificate: Certificate,
  evaluations: readonly Evaluation[],
): Recovered | undefined {
  const held = openOrder(state, digest);
  const claim = state.orders.find((open) => open.certificate === undefined && fits(context.charter, open, order));
  if (held === undefined && claim === undefined) return undefined;
  const before = new Set(state.coins.map(({ point }) => point));
  const opened =
    held === undefined ? takeShown(context.charter, state, claim as OpenOrder, order) : { state, order: held };
  const answered = takeAnswer(context, opened.state, opened.order, certificate, evaluations);
  const made = answered.state.coins.filter(({ point, madeBy }) => madeBy === digest && !before.has(point));
  return { state: answered.state, points: pointsOf(made), behind: false, findings: answered.findings };
}

/** An order of this wallet that a search has found is asked for no more by its digest, but by its owner (RESTORE-33). */
function noteFound(state: WalletState, digest: Hex): WalletState {
  const open = openOrder(state, digest);
  return open === undefined ? state : replaceOrder(state, { ...open, askFrom: NEVER });
}

/** The outputs that bring something: step 5 (RESTORE-7, RESTORE-8). */
function newOutputs(context: WalletContext, state: WalletState, order: Order, places: FoundPlaces): AskedOutput[] {
  const undecided = state.orders.filter((open) => open.certificate === undefined);
  const asked = new Set(undecided.flatMap(({ outputs }) => outputs.map(({ point }) => point)));
  const spent = new Map([...state.spent, ...order.inputs.map(({ point }) => [toHex(point), order.keyset] as const)]);
  return ownOutputs(context.secrets, order, places).filter(({ kind, place, point }) => {
    const inTheWay = state.coins.some(
      (coin) =>
        coin.point === point &&
        (coin.unproven === undefined || coin.spentBy !== undefined || sameKind(coin.kind, kind)),
    );
    return !asked.has(point) && !inTheWay && spent.get(point) !== place.keyset;
  });
}

/** The order numbers of places of this device are used up (RESTORE-9). */
export function useNumbers(state: WalletState, places: readonly CoinPlace[]): WalletState {
  const numbers = new Map(state.numbers);
  for (const { keyset, device, order } of places) {
    if (device === state.device && order >= (numbers.get(keyset) ?? 0n)) numbers.set(keyset, order + 1n);
  }
  return { ...state, numbers };
}

/** The state with the recovered coins, without those that the order spends. */
function adopt(state: WalletState, order: Order, opened: OpenOrder): WalletState {
  const madeBy = opened.digest as Hex;
  const made = opened.outputs.map(
    ({ kind, place, point }): Coin => ({ place, kind, point, components: new Map(), madeBy, unproven: true }),
  );
  const known = spend(state, order);
  return {
    ...known,
    coins: [...known.coins, ...made],
    orders: [...known.orders, opened],
    history: [...known.history, recordOf(opened, 'recovered')],
  };
}

function pointsOf(coins: readonly Pick<Coin, 'point' | 'kind'>[]): bigint {
  const largest = new Map<Hex, bigint>();
  for (const { point, kind } of coins) {
    const held = largest.get(point) ?? 0n;
    largest.set(point, worth(kind) > held ? worth(kind) : held);
  }
  return [...largest.values()].reduce((sum, points) => sum + points, 0n);
}

/**
 * The unproven point coins that are to be exchanged, each by a Swap of its own: Prove, step 3 (RESTORE-13). Not while
 * something at the same place may be worth more (RESTORE-14), and none while the wallet searches (RESTORE-30).
 */
export function provable({ charter }: WalletContext, state: WalletState, now: bigint): Coin[] {
  if (state.searching) return [];
  const value = ({ kind }: Coin): bigint => {
    if (kind.type === 'points') return kind.denomination;
    if (kind.type === 'voucher') return charter.voucherOffer(kind.offer)?.value ?? 0n;
    return now < (charter.campaign(kind.campaign)?.end ?? 0n) ? 1n << 64n : 0n;
  };
  return state.coins
    .filter((coin) => {
      const keyset = charter.keyset(coin.place.keyset);
      if (coin.kind.type !== 'points' || coin.unproven === undefined || coin.spentBy !== undefined) return false;
      if (keyset === undefined || now >= keyset.entry.redeemUntil || coin.components.size < keyset.quorum) return false;
      return !state.coins.some((other) => other.point === coin.point && value(other) > value(coin));
    })
    .sort((a, b) => (a.point < b.point ? -1 : a.point > b.point ? 1 : 0));
}
