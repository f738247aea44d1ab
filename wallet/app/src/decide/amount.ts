import type { VoucherCount } from '../../../src/index.js';
import type { OfferView } from '../../../src/wallet/view/index.js';

/** What a till asks for. */
export interface Asked {
  readonly max: bigint;
  readonly step: bigint;
}

/** Euro cents of so many points, rounded down to a whole cent. */
export function centsOf(points: bigint, value: { readonly cents: bigint; readonly points: bigint }): bigint {
  return (points * value.cents) / value.points;
}

/** What vouchers are worth, in points. */
export function worthOf(vouchers: readonly VoucherCount[], offers: readonly OfferView[]): bigint {
  return vouchers.reduce(
    (sum, { offer, count }) => sum + (offers.find(({ id }) => id === offer)?.value ?? 0n) * BigInt(count),
    0n,
  );
}

/** The most points beside these vouchers: a multiple of the step, within the till's maximum and what one order can take. */
export function mostPoints({ max, step }: Asked, most: bigint, vouchers: bigint): bigint {
  if (step <= 0n) return 0n;
  const left = max - vouchers < most ? max - vouchers : most;
  return left <= 0n ? 0n : left - (left % step);
}

/** The nearest amount that can be paid: a multiple of the step, and no more than the most. */
export function fitted(points: bigint, step: bigint, most: bigint): bigint {
  if (points <= 0n || step <= 0n) return 0n;
  return points >= most ? most : points - (points % step);
}

/** A whole number that was typed; nothing typed is 0, anything else is none. */
export function typed(text: string): bigint | undefined {
  const digits = text.replace(/[\s\u00a0\u202f]/g, '');
  if (digits === '') return 0n;
  return /^[0-9]{1,15}$/.test(digits) ? BigInt(digits) : undefined;
}

/** One voucher more or fewer of an offer; never more than there are, nor than the till takes. */
export function withVoucher(
  chosen: readonly VoucherCount[],
  offer: number,
  change: 1 | -1,
  held: readonly VoucherCount[],
  max: bigint,
  offers: readonly OfferView[],
): readonly VoucherCount[] {
  const now = chosen.find((each) => each.offer === offer)?.count ?? 0;
  const has = held.find((each) => each.offer === offer)?.count ?? 0;
  const count = Math.min(Math.max(now + change, 0), has);
  const others = chosen.filter((each) => each.offer !== offer);
  const next = count === 0 ? others : [...others, { offer, count }].sort((a, b) => a.offer - b.offer);
  return worthOf(next, offers) > max ? chosen : next;
}
