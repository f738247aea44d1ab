import { bytes32, bytes64, flag, list, option, struct, u32, u8, type ValueOf } from './codec.js';
import { MAX_BUCKET_ENTRIES } from './limits.js';
import { certifiedOrder, evaluation } from './vote.js';

/** `LengthQuery`: how long are prefixes? (chapter 20) */
export const lengthQuery = /* @__PURE__ */ struct({ keyset: u32, nonce: bytes32 });
export type LengthQuery = ValueOf<typeof lengthQuery>;

/** `BucketLength`: the longest prefix that a witness serves. */
export const bucketLength = /* @__PURE__ */ struct({ index: u8, bits: u8, signature: bytes64 });
export type BucketLength = ValueOf<typeof bucketLength>;

/** `BucketPlace`: where in a bucket an order is found. */
export const bucketPlace = /* @__PURE__ */ struct({ blinded: bytes32, digest: bytes32 });
export type BucketPlace = ValueOf<typeof bucketPlace>;

/** `BucketQuery`: a piece of a bucket. */
export const bucketQuery = /* @__PURE__ */ struct({
  keyset: u32,
  bits: u8,
  number: u32,
  after: option(bucketPlace),
  nonce: bytes32,
});
export type BucketQuery = ValueOf<typeof bucketQuery>;

/** `BucketEntry`: a certified order under one of its outputs. */
export const bucketEntry = /* @__PURE__ */ struct({ blinded: bytes32, certified: certifiedOrder, evaluation });
export type BucketEntry = ValueOf<typeof bucketEntry>;

/** `BucketPage`: entries of a bucket. */
export const bucketPage = /* @__PURE__ */ struct({
  index: u8,
  entries: list(bucketEntry, MAX_BUCKET_ENTRIES),
  more: flag,
  signature: bytes64,
});
export type BucketPage = ValueOf<typeof bucketPage>;
