import { concat, expectLength, i2osp2, u32, u64, utf8 } from './bytes.js';
import { CryptoError } from './error.js';
import { hashToScalar } from './hash-to-group.js';
import * as LABELS from './labels.js';

/** What a coin is: points of a denomination, a ballot of a campaign, or a voucher of a voucher offer. */
export type Kind =
  | { readonly type: 'points'; readonly denomination: bigint }
  | { readonly type: 'ballot'; readonly campaign: number }
  | { readonly type: 'voucher'; readonly offer: number };

/** What is public about a coin, but for its federation. */
export interface Class {
  /** Whose keys sign the coin. */
  readonly keyset: number;
  /** What it is. */
  readonly kind: Kind;
}

/** ClassInfo: the 66 bytes by which a class enters the POPRF (COIN-1). */
export function classInfo(federation: Uint8Array, { keyset, kind }: Class): Uint8Array {
  expectLength(federation, 32, 'a federation');
  const [variant, number] =
    kind.type === 'points'
      ? [0, kind.denomination]
      : kind.type === 'ballot'
        ? [1, BigInt(kind.campaign)]
        : [2, BigInt(kind.offer)];
  return concat(utf8(LABELS.CLASS_INFO), federation, u32(keyset), u32(variant), u64(number));
}

/** Tweak: the public scalar m of an info string; `input-too-long` for more than 65,535 bytes. */
export function tweak(info: Uint8Array): bigint {
  if (info.length > 0xffff) throw new CryptoError('input-too-long');
  return hashToScalar(concat(utf8('Info'), i2osp2(info.length), info));
}

/** The tweak of a class (COIN-2). */
export function classTweak(federation: Uint8Array, coinClass: Class): bigint {
  return tweak(classInfo(federation, coinClass));
}

/** What a kind is worth in points: a point coin its denomination, anything else nothing. */
export function worth(kind: Kind): bigint {
  return kind.type === 'points' ? kind.denomination : 0n;
}

/** Whether two kinds are the same. */
export function sameKind(a: Kind, b: Kind): boolean {
  if (a.type === 'points') return b.type === 'points' && a.denomination === b.denomination;
  if (a.type === 'ballot') return b.type === 'ballot' && a.campaign === b.campaign;
  return b.type === 'voucher' && a.offer === b.offer;
}
