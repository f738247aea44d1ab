import { canonicalSplit, compareBytes, MAX_OUTPUTS, RondeError, toHex, toNumberBE } from '../../crypto/index.js';
import type { CoinPlace, Kind } from '../../crypto/index.js';
import type { Charter } from '../../message/charter-chain.js';
import type { Keyset } from '../../message/keyset.js';
import type { Output } from '../../message/order.js';
import { WalletError } from './error.js';
import type { CoinSecrets } from './secrets.js';
import type { AskedOutput, GrantTerms, OrderPlace, VoucherCount } from './state.js';

/** ChooseKeyset: uniform among those that issue now, by 16 fresh random bytes, whatever a store says (WALLET-11). */
export function chooseKeyset(charter: Charter, now: bigint, random: Uint8Array): Keyset {
  const open = charter.keysets.filter(({ entry }) => now < entry.issueUntil).sort((a, b) => a.id - b.id);
  const chosen = chooseAmong(open, random);
  if (chosen === undefined) throw new WalletError('no-open-keyset', 'no keyset of the charter issues coins now');
  return chosen;
}

/** One of some items, all as likely, by 16 fresh random bytes. */
export function chooseAmong<T>(items: readonly T[], random: Uint8Array): T | undefined {
  return items.length === 0 ? undefined : items[Number(toNumberBE(random.subarray(0, 16)) % BigInt(items.length))];
}

/** Points as the canonical split of their sum, and in no other coins (WALLET-12). */
export function pointKinds(points: bigint, keyset: Keyset): Kind[] {
  try {
    return canonicalSplit(points, keyset.entry.denominations).map((denomination) => ({ type: 'points', denomination }));
  } catch (error) {
    if (!(error instanceof RondeError)) throw error;
    throw new WalletError('too-many-coins', `${points} points are more than 256 coins of this keyset`);
  }
}

/** Whether one order can make coins of a keyset that are worth so many points. */
export function isOneOrder(points: bigint, keyset: Keyset): boolean {
  try {
    pointKinds(points, keyset);
    return true;
  } catch (error) {
    if (error instanceof WalletError) return false;
    throw error;
  }
}

/** The kinds that a grant gives, in the order of their slots: points, vouchers by offer, the ballot. */
export function grantKinds(terms: GrantTerms, keyset: Keyset): Kind[] {
  const vouchers = voucherKinds([...terms.vouchers].sort((a, b) => a.offer - b.offer));
  const ballot: Kind[] = terms.ballot === undefined ? [] : [{ type: 'ballot', campaign: terms.ballot }];
  return [...pointKinds(terms.points, keyset), ...vouchers, ...ballot];
}

/** So many vouchers of each offer, one kind each; of more than an order can carry none is made. */
export function voucherKinds(vouchers: readonly VoucherCount[]): Kind[] {
  if (vouchers.reduce((sum, { count }) => sum + count, 0) > MAX_OUTPUTS) {
    throw new WalletError('too-many-coins', 'there are more than 256 vouchers');
  }
  return vouchers.flatMap(({ offer, count }) => Array.from({ length: count }, (): Kind => ({ type: 'voucher', offer })));
}

/** MakeOutputs: slots are numbered before sorting, and kept (WALLET-13). */
export function makeOutputs(
  secrets: CoinSecrets,
  place: OrderPlace,
  kinds: readonly Kind[],
): AskedOutput[] {
  if (kinds.length > MAX_OUTPUTS) throw new WalletError('too-many-coins', 'more than 256 coins are asked for');
  const outputs = kinds.map((kind, slot) => {
    const at: CoinPlace = { keyset: place.keyset, device: place.device, order: place.number, slot };
    const { point, blinded } = secrets.publicAt(at);
    return { kind, place: at, point: toHex(point), blinded };
  });
  return outputs.sort((a, b) => compareBytes(a.blinded, b.blinded));
}

/** The outputs of an order, in its order. */
export function orderOutputs(keyset: number, outputs: readonly AskedOutput[]): Output[] {
  return outputs.map(({ kind, blinded }) => ({ class: { keyset, kind }, blinded }));
}
