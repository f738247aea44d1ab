import { toHex } from '../../crypto/index.js';
import type { CoinPlace } from '../../crypto/index.js';
import type { Order } from '../../message/order.js';
import type { CoinSecrets } from './secrets.js';
import type { AskedOutput, Coin, Hex, OrderPlace } from './state.js';

/** How many order numbers of each device are searched. */
const NUMBERS = 4096n;
/** How many devices are searched: the wallet's own and those before it. */
const DEVICES = 16;
/** The greatest slot that an order can have. */
const LAST_SLOT = 255;

/** What of an order is of a seed. */
export interface FoundPlaces {
  /** The place of each output that is, by its B. */
  readonly outputs: ReadonlyMap<Hex, CoinPlace>;
  /** Places of inputs, as far as they were met. */
  readonly inputs: readonly CoinPlace[];
}

/**
 * FindPlaces: which outputs and inputs of an order are of this seed. Every order of a wallet has its slot 0, so the other
 * slots are looked at only beside a slot 0 that was found (RESTORE-3, RESTORE-4). A search looks only `at` the place that
 * it asked for. `most` is for tests.
 */
export function findPlaces(
  secrets: CoinSecrets,
  device: number,
  coins: readonly Coin[],
  order: Order,
  most: bigint = NUMBERS,
  at?: OrderPlace,
): FoundPlaces {
  const wanted = new Map(order.outputs.map(({ class: c, blinded }) => [toHex(blinded), c.keyset]));
  const spent = new Set(order.inputs.map(({ point }) => toHex(point)));
  const held = coins.filter(({ place, point }) => place.keyset === order.keyset && spent.has(point));
  const inputs = held.map(({ place }) => place);
  const outputs = new Map<Hex, CoinPlace>();
  const isDone = (): boolean => (wanted.size > 0 ? outputs.size === wanted.size : inputs.length > 0);
  const tryAt = (place: CoinPlace): boolean => {
    const { point, blinded } = secrets.publicAt(place);
    if (place.slot === 0 && place.keyset === order.keyset && spent.has(toHex(point))) inputs.push(place);
    if (wanted.get(toHex(blinded)) !== place.keyset) return false;
    outputs.set(toHex(blinded), place);
    return true;
  };
  const keysets = new Set([...wanted.values(), ...(spent.size > 0 ? [order.keyset] : [])]);
  for (const place of at === undefined ? firstSlots([...keysets], device, most) : [slotZero(at)]) {
    if (isDone()) break;
    if (!tryAt(place)) continue;
    for (let slot = 1; slot <= LAST_SLOT && !isDone(); slot += 1) tryAt({ ...place, slot });
  }
  return { outputs, inputs };
}

/** The greatest slot at which an input of a payment is looked for (chapter 13, "After a restore"). */
const LAST_SPENT_SLOT = 47;

/**
 * The places of an order's inputs, by P, as far as they are of this seed: in each order number that FindPlaces looks at, in the
 * slots 0 to 47. Yields after each number, since that may take long.
 */
export function* findInputs(
  secrets: CoinSecrets,
  device: number,
  order: Order,
  most: bigint = NUMBERS,
): Generator<undefined, ReadonlyMap<Hex, CoinPlace>> {
  const wanted = new Set(order.inputs.map(({ point }) => toHex(point)));
  const places = new Map<Hex, CoinPlace>();
  for (const first of firstSlots([order.keyset], device, most)) {
    for (let slot = 0; slot <= LAST_SPENT_SLOT; slot += 1) {
      const place = { ...first, slot };
      const point = toHex(secrets.pointAt(place));
      if (wanted.delete(point)) places.set(point, place);
      if (wanted.size === 0) return places;
    }
    yield;
  }
  return places;
}

/** The outputs of an order that have a place, as they were asked for. */
export function ownOutputs(secrets: CoinSecrets, order: Order, { outputs }: FoundPlaces): AskedOutput[] {
  return order.outputs.flatMap(({ class: { kind }, blinded }): AskedOutput[] => {
    const place = outputs.get(toHex(blinded));
    return place === undefined ? [] : [{ kind, place, point: toHex(secrets.publicAt(place).point), blinded }];
  });
}

/** The place of an order's slot 0. */
export function slotZero({ keyset, device, number }: OrderPlace): CoinPlace {
  return { keyset, device, order: number, slot: 0 };
}

/** Slot 0 of each order number of each device; low numbers first, since most orders have one. */
function* firstSlots(keysets: readonly number[], device: number, most: bigint): Generator<CoinPlace> {
  for (let order = 0n; order < most; order += 1n) {
    for (let back = 0; back < DEVICES && back <= device; back += 1) {
      for (const keyset of keysets) yield { keyset, device: device - back, order, slot: 0 };
    }
  }
}
