import { compareBytes, equalBytes, isZeros } from '../crypto/bytes.js';
import { sameKind, worth, type Kind } from '../crypto/class.js';
import type { Charter } from './charter-chain.js';
import { encode } from './codec.js';
import type { Keyset } from './keyset.js';
import { coinClass, input, kind, output, purpose, type Order } from './order.js';
import { pledgeReference } from './order-digest.js';
import type { RuleName } from './refusal.js';
import { RefusedError } from './refused.js';

const U64 = 1n << 64n;

/** Points in and points out: the sums of the denominations of an order's point coins. */
export function pointsIn(order: Order): bigint {
  return order.inputs.reduce((sum, coin) => sum + worth(coin.kind), 0n);
}

/** The sum of the denominations of an order's point outputs. */
export function pointsOut(order: Order): bigint {
  return order.outputs.reduce((sum, coin) => sum + worth(coin.class.kind), 0n);
}

/** Offset: where in the order's bytes an input's P or an output's B stands. */
export function elementOffset(order: Order, list: 'inputs' | 'outputs', place: number): number {
  const head = 32 + 4 + 4 + encode(purpose, order.purpose).length + 32 + 8 + 8;
  const inputs = order.inputs.slice(0, list === 'inputs' ? place : undefined);
  const before = inputs.reduce((sum, coin) => sum + encode(input, coin).length, head);
  const at = order.inputs[place];
  if (list === 'inputs') return before + (at === undefined ? 0 : encode(kind, at.kind).length);
  const outputs = order.outputs.slice(0, place);
  const asked = order.outputs[place];
  return (
    outputs.reduce((sum, coin) => sum + encode(output, coin).length, before + 8) +
    (asked === undefined ? 0 : encode(coinClass, asked.class).length)
  );
}

/**
 * CheckRules: everything about an order that needs nothing but the charter, in the order in which it is refused
 * (ORDER-6 to ORDER-23, ORDER-26, ORDER-28).
 */
export function checkRules(order: Order, charter: Charter): Keyset {
  if (!equalBytes(order.federation, charter.federation)) throw RefusedError.plain('other-federation');
  const keyset = charter.keyset(order.keyset);
  if (keyset === undefined) throw RefusedError.plain('charter-behind');
  checkSorted(order, 'inputs', order.inputs.map(({ point }) => point));
  checkSorted(order, 'outputs', order.outputs.map(({ blinded }) => blinded));
  const later = laterKeyset(order, keyset, charter);
  for (const { kind: spent } of order.inputs) checkKind(spent, keyset, charter);
  for (const { class: made } of order.outputs) {
    checkKind(made.kind, made.keyset === keyset.id ? keyset : (later as Keyset), charter);
  }
  checkSums(order);
  checkFrame(order, charter);
  checkNames(order, charter);
  return keyset;
}

/** The one later keyset of which a Swap has outputs, if it has any (ORDER-11, ROLLOVER-1). */
function laterKeyset(order: Order, keyset: Keyset, charter: Charter): Keyset | undefined {
  const [id, ...others] = new Set(order.outputs.map(({ class: made }) => made.keyset).filter((made) => made !== keyset.id));
  if (id === undefined) return undefined;
  if (order.purpose.type !== 'swap' || others.length > 0) throw RefusedError.invalid('output-keyset');
  const later = charter.keyset(id);
  if (later === undefined) throw RefusedError.plain('charter-behind');
  if (later.entry.redeemUntil <= keyset.entry.redeemUntil) throw RefusedError.invalid('output-keyset');
  return later;
}

/** ORDER-8, ORDER-9. */
function checkSorted(order: Order, list: 'inputs' | 'outputs', elements: readonly Uint8Array[]): void {
  for (let i = 1; i < elements.length; i++) {
    if (compareBytes(elements[i] as Uint8Array, elements[i - 1] as Uint8Array) <= 0) {
      throw RefusedError.encoding(elementOffset(order, list, i), 'sorted');
    }
  }
}

/** ORDER-7, ORDER-10. */
function checkKind(each: Kind, keyset: Keyset, charter: Charter): void {
  if (each.type === 'points') {
    if (!keyset.entry.denominations.includes(each.denomination)) throw RefusedError.invalid('denomination');
  } else if (each.type === 'ballot') {
    if (charter.campaign(each.campaign) === undefined) throw RefusedError.plain('charter-behind');
  } else if (charter.voucherOffer(each.offer) === undefined) {
    throw RefusedError.plain('charter-behind');
  }
}

/** ORDER-12 to ORDER-15. */
function checkSums(order: Order): void {
  const [paid, asked] = [pointsIn(order), pointsOut(order)];
  if (paid >= U64 || asked >= U64) throw RefusedError.invalid('overflow');
  const balanced = {
    earn: true,
    vote: true,
    redeem: asked <= paid,
    donate: asked <= paid,
    swap: asked === paid,
    pledge: order.purpose.type === 'pledge' && order.purpose.points >= 1n,
  }[order.purpose.type];
  if (!balanced) throw RefusedError.invalid('balance');
}

/** What the table of purposes says of a purpose. */
interface Frame {
  readonly inputs: 'none' | 'one' | 'some';
  readonly outputs: 'none' | 'some' | 'any';
  readonly takes?: readonly Kind['type'][];
  readonly gives?: readonly Kind['type'][];
  readonly store: boolean;
  readonly zeroReference: boolean;
}

const FRAMES: Readonly<Record<Order['purpose']['type'], Frame>> = {
  earn: { inputs: 'none', outputs: 'some', store: true, zeroReference: false },
  redeem: {
    inputs: 'some',
    outputs: 'any',
    takes: ['points', 'voucher'],
    gives: ['points'],
    store: true,
    zeroReference: false,
  },
  swap: { inputs: 'some', outputs: 'some', takes: ['points'], gives: ['points'], store: false, zeroReference: true },
  donate: { inputs: 'some', outputs: 'any', takes: ['points'], gives: ['points'], store: false, zeroReference: true },
  pledge: { inputs: 'none', outputs: 'none', store: true, zeroReference: false },
  vote: { inputs: 'one', outputs: 'none', store: false, zeroReference: true },
};

const require = (condition: boolean, rule: RuleName): void => {
  if (!condition) throw RefusedError.invalid(rule);
};

/** ORDER-16 to ORDER-23. */
function checkFrame(order: Order, charter: Charter): void {
  const frame = FRAMES[order.purpose.type];
  const [taken, given] = [order.inputs.length, order.outputs.length];
  require({ none: taken === 0, one: taken === 1, some: taken > 0 }[frame.inputs], 'inputs');
  require({ none: given === 0, some: given > 0, any: true }[frame.outputs], 'outputs');
  const fits =
    order.inputs.every((coin) => frame.takes?.includes(coin.kind.type) ?? true) &&
    order.outputs.every((coin) => frame.gives?.includes(coin.class.kind.type) ?? true);
  require(fits, 'kind');
  require(frame.store === (order.store !== 0), 'store');
  require(!frame.zeroReference || isZeros(order.reference), 'reference');
  if (order.purpose.type === 'pledge') {
    require(equalBytes(order.reference, pledgeReference(order.time)), 'pledge-day');
  } else if (order.purpose.type === 'earn') {
    checkBallot(order, charter);
  } else if (order.purpose.type === 'vote') {
    const ballot: Kind = { type: 'ballot', campaign: order.purpose.campaign };
    require(order.inputs.every((coin) => sameKind(coin.kind, ballot)), 'choice');
  }
}

/** ORDER-22. */
function checkBallot(order: Order, charter: Charter): void {
  const ballots = order.outputs.flatMap((coin) => (coin.class.kind.type === 'ballot' ? [coin.class.kind.campaign] : []));
  const [campaign] = ballots;
  if (campaign === undefined) return;
  const minimum = charter.campaign(campaign)?.minimum ?? 0n;
  require(ballots.length === 1 && pointsOut(order) >= minimum, 'ballot');
}

/** ORDER-7. */
function checkNames(order: Order, charter: Charter): void {
  const behind = (listed: boolean): void => {
    if (!listed) throw RefusedError.plain('charter-behind');
  };
  behind(order.store === 0 || charter.store(order.store) !== undefined);
  const about = order.purpose;
  if (about.type === 'donate' || about.type === 'pledge') behind(charter.association(about.association) !== undefined);
  if (about.type === 'vote') behind((charter.campaign(about.campaign)?.choices.length ?? 0) > about.choice);
}
