import type { Kind } from '../crypto/class.js';
import { MAX_OUTPUTS } from '../crypto/split.js';
import { bytes32, bytes64, choice, list, struct, u32, u64, u8, type Codec, type ValueOf } from './codec.js';
import { MAX_INPUTS, MAX_WITNESSES } from './limits.js';

/** `Kind`: what a coin is. */
export const kind: Codec<Kind> = /* @__PURE__ */ choice({
  points: { denomination: u64 },
  ballot: { campaign: u32 },
  voucher: { offer: u32 },
});

/** `Class`: what is public about a coin. */
export const coinClass = /* @__PURE__ */ struct({ keyset: u32, kind });

/** `Input`: a coin that an order spends. */
export const input = /* @__PURE__ */ struct({ kind, point: bytes32 });
export type Input = ValueOf<typeof input>;

/** `Output`: a blinded coin that an order asks for. */
export const output = /* @__PURE__ */ struct({ class: coinClass, blinded: bytes32 });
export type Output = ValueOf<typeof output>;

/** `Purpose`: what an order is for. */
export const purpose = /* @__PURE__ */ choice({
  earn: null,
  redeem: null,
  swap: null,
  donate: { association: u32 },
  pledge: { association: u32, points: u64 },
  vote: { campaign: u32, choice: u8 },
});
export type Purpose = ValueOf<typeof purpose>;

/** `Order`: the one message that moves value. */
export const order = /* @__PURE__ */ struct({
  federation: bytes32,
  keyset: u32,
  store: u32,
  purpose,
  reference: bytes32,
  time: u64,
  inputs: list(input, MAX_INPUTS),
  outputs: list(output, MAX_OUTPUTS),
});
export type Order = ValueOf<typeof order>;

/** `SpendSignature`: R and s of a signature by coin keys. */
export const spendSignature = /* @__PURE__ */ struct({ r: bytes32, s: bytes32 });

/** `Authorization`: what stands behind an order. */
export const authorization = /* @__PURE__ */ choice({ spend: { one: spendSignature }, store: { one: bytes64 } });
export type Authorization = ValueOf<typeof authorization>;

/** `SignedOrder`. */
export const signedOrder = /* @__PURE__ */ struct({ order, authorization });
export type SignedOrder = ValueOf<typeof signedOrder>;

/** `Column`: the components of one witness for all inputs. */
export const column = /* @__PURE__ */ struct({ index: u8, components: list(bytes32, MAX_INPUTS) });
export type Column = ValueOf<typeof column>;

/** `Submission`: what a wallet hands to a store. */
export const submission = /* @__PURE__ */ struct({ signed: signedOrder, columns: list(column, MAX_WITNESSES) });
export type Submission = ValueOf<typeof submission>;

/** `Offer`: the terms of a checkout. */
export const offer = /* @__PURE__ */ struct({
  federation: bytes32,
  store: u32,
  nonce: bytes32,
  max: u64,
  step: u64,
  expiry: u64,
  time: u64,
});
export type Offer = ValueOf<typeof offer>;

/** `SignedOffer`. */
export const signedOffer = /* @__PURE__ */ struct({ offer, signature: bytes64 });
export type SignedOffer = ValueOf<typeof signedOffer>;
