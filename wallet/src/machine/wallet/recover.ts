import { equalBytes, toHex, worth } from '../../crypto/index.js';
import type { CoinPlace } from '../../crypto/index.js';
import { verifyCertificate } from '../../message/certificate.js';
import { encode } from '../../message/codec.js';
import { order as orderCodec } from '../../message/order.js';
import type { Order } from '../../message/order.js';
import { orderDigest } from '../../message/order-digest.js';
import { certificate as certificateCodec } from '../../message/vote.js';
import type { Certificate, Evaluation } from '../../message/vote.js';
import { keysetOf, takeAnswer, takeEvaluations } from './answer.js';
import type { Finding } from './answer.js';
import { fits, takeShown } from './claim.js';
import { WalletError } from './error.js';
import type { CoinSecrets } from './secrets.js';
import type { WalletContext } from './spend.js';
import { openOrder, recordOf } from './state.js';
import type { AskedOutput, Coin, Hex, OpenOrder, WalletState } from './state.js';

/** How many order numbers of each device are searched. */
const NUMBERS = 4096n;
/** How many devices are searched: the wallet's own and those before it. */
const DEVICES = 16;

/** What a recovery brought. */
export interface Recovered {
  readonly state: WalletState;
  /** Points of the coins that came back. */
  readonly points: bigint;
  /** Another wallet had this device index: coins that this one makes may be spent already (RESTORE-11). */
  readonly sharedDevice: boolean;
  readonly findings: readonly Finding[];
}

/**
 * FindPlaces: the place of each output in the seed, by its B. Slot 0 of each number is tried first, and the other slots
 * where that is found; then all of them, before an output is said not to be of this seed (RESTORE-3, RESTORE-4).
 */
export function findPlaces(
  secrets: CoinSecrets,
  device: number,
  order: Order,
  most: bigint = NUMBERS,
): Map<Hex, CoinPlace> {
  const wanted = new Map(order.outputs.map(({ class: c, blinded }) => [toHex(blinded), c.keyset]));
  const keysets = [...new Set(wanted.values())];
  const found = new Map<Hex, CoinPlace>();
  const tryAt = (place: CoinPlace): boolean => {
    const blinded = toHex(secrets.publicAt(place).blinded);
    if (wanted.get(blinded) !== place.keyset) return false;
    found.set(blinded, place);
    return true;
  };
  const slots = order.outputs.length;
  for (const first of [true, false]) {
    for (const { keyset, device: of, order: number } of numbersOf(keysets, device, most)) {
      if (found.size === wanted.size) return found;
      const place = (slot: number): CoinPlace => ({ keyset, device: of, order: number, slot });
      if (first && !tryAt(place(0))) continue;
      for (let slot = 1; slot < slots && found.size < wanted.size; slot += 1) tryAt(place(slot));
    }
    if (slots <= 1) break;
  }
  return found;
}

function* numbersOf(keysets: readonly number[], device: number, most: bigint): Generator<Omit<CoinPlace, 'slot'>> {
  for (let back = 0; back < DEVICES && back <= device; back += 1) {
    for (let order = 0n; order < most; order += 1n) {
      for (const keyset of keysets) yield { keyset, device: device - back, order };
    }
  }
}

/**
 * Recover: makes coins again from an order, its certificate and its evaluations, whoever gave them (RESTORE-2,
 * RESTORE-5). An order that is not taken leaves the wallet as it was (RESTORE-6).
 *
 * @throws WalletError `other-federation`, `no-such-keyset`, `not-ours`, `known-coins`; or a certificate's error
 */
export function recover(
  context: WalletContext,
  state: WalletState,
  order: Order,
  certificate: Certificate,
  evaluations: readonly Evaluation[],
  now: bigint,
): Recovered {
  if (!equalBytes(order.federation, context.charter.federation)) {
    throw new WalletError('other-federation', 'the order is of another federation');
  }
  const bytes = orderDigest(order);
  const digest = toHex(bytes);
  verifyCertificate(certificate, keysetOf(context, order.keyset), bytes);
  const own = takeOwn(context, state, digest, order, certificate, evaluations);
  if (own !== undefined) return own;
  // What came to its end here brings nothing again (RESTORE-10).
  if (state.history.some((record) => record.digest === digest)) {
    return { state, points: 0n, sharedDevice: false, findings: [] };
  }
  const places = findPlaces(context.secrets, state.device, order);
  if (places.size === 0) throw new WalletError('not-ours', 'no output of the order is of this seed');
  const outputs = newOutputs(context, state, order, places);
  if (outputs.length === 0) throw new WalletError('known-coins', 'the wallet has the coins of this order');
  const points = outputs.reduce((sum, { kind }) => sum + worth(kind), 0n);
  const opened: OpenOrder = {
    id: `recovered/${digest}`,
    about: { type: 'recover', points },
    keyset: order.keyset,
    outputs,
    since: now,
    order: encode(orderCodec, order),
    digest,
    certificate: encode(certificateCodec, certificate),
  };
  const next = adopt(state, order, opened);
  const answered = takeEvaluations(context, next, opened, evaluations);
  return {
    state: answered.state,
    points,
    sharedDevice: outputs.some(({ place }) => place.device === state.device),
    findings: answered.findings,
  };
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
  const points = answered.state.coins
    .filter(({ point, madeBy }) => madeBy === digest && !before.has(point))
    .reduce((sum, { kind }) => sum + worth(kind), 0n);
  return { state: answered.state, points, sharedDevice: false, findings: answered.findings };
}

/** The outputs that bring something: at most one coin of a place, the one that is worth more (RESTORE-7). */
function newOutputs(
  context: WalletContext,
  state: WalletState,
  order: Order,
  places: ReadonlyMap<Hex, CoinPlace>,
): AskedOutput[] {
  const undecided = state.orders.filter((open) => open.certificate === undefined);
  const asked = new Set(undecided.flatMap(({ outputs }) => outputs.map(({ point }) => point)));
  return order.outputs.flatMap(({ class: { kind }, blinded }): AskedOutput[] => {
    const place = places.get(toHex(blinded));
    if (place === undefined) return [];
    const point = toHex(context.secrets.publicAt(place).point);
    const held = state.coins.find((coin) => coin.point === point);
    const better = held !== undefined && held.spentBy === undefined && worth(held.kind) < worth(kind);
    if (asked.has(point) || (held !== undefined && !better)) return [];
    return [{ kind, place, point, blinded }];
  });
}

/** The state with the recovered coins, without those that the order spends (RESTORE-8), numbers used up (RESTORE-9). */
function adopt(state: WalletState, order: Order, opened: OpenOrder): WalletState {
  const spent = new Set(order.inputs.map(({ point }) => toHex(point)));
  const taken = new Set(opened.outputs.map(({ point }) => point));
  const gone = ({ point }: Coin): boolean => spent.has(point) || taken.has(point);
  const kept = state.coins.filter((coin) => coin.spentBy !== undefined || !gone(coin));
  const madeBy = opened.digest as Hex;
  const made = opened.outputs.map(
    ({ kind, place, point }): Coin => ({ place, kind, point, components: new Map(), madeBy }),
  );
  const numbers = new Map(state.numbers);
  for (const { place } of opened.outputs) {
    if (place.device !== state.device) continue;
    const next = numbers.get(place.keyset) ?? 0n;
    if (place.order >= next) numbers.set(place.keyset, place.order + 1n);
  }
  return {
    ...state,
    numbers,
    coins: [...kept, ...made],
    orders: [...state.orders, opened],
    history: [...state.history, recordOf(opened, 'recovered')],
  };
}
