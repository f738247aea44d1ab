import { bytes32, bytes64, choice, flag, list, option, struct, text, u32, u64, u8, type ValueOf } from './codec.js';
import {
  MAX_ADDRESSES,
  MAX_ASSOCIATIONS,
  MAX_CAMPAIGNS,
  MAX_CHOICES,
  MAX_DENOMINATIONS,
  MAX_ISSUERS,
  MAX_KEYSETS,
  MAX_OFFERS,
  MAX_STEWARDS,
  MAX_STEWARD_SIGNATURES,
  MAX_STORES,
  MAX_WITNESSES,
} from './limits.js';

/** `Stewards`: a set of keys, of which `threshold` must sign. */
export const stewards = /* @__PURE__ */ struct({ keys: list(bytes32, MAX_STEWARDS), threshold: u8 });
export type Stewards = ValueOf<typeof stewards>;

/** `Genesis`: the block from which a federation's id is made. */
export const genesis = /* @__PURE__ */ struct({ name: text, stewards, salt: bytes32 });
export type Genesis = ValueOf<typeof genesis>;

/** `Store`: a member of the federation. */
export const store = /* @__PURE__ */ struct({
  id: u32,
  name: text,
  nodeKey: bytes32,
  quic: list(text, MAX_ADDRESSES),
  http: list(text, MAX_ADDRESSES),
  dailyLimit: u64,
});
export type Store = ValueOf<typeof store>;

/** `PossessionProof` of a POPRF key. */
export const possessionProof = /* @__PURE__ */ struct({ r: bytes32, s: bytes32 });

/** `MemberEntry`: a witness of a keyset with its keys. */
export const memberEntry = /* @__PURE__ */ struct({
  store: u32,
  poprfKey: bytes32,
  poprfPossession: possessionProof,
  voteKey: bytes32,
  votePossession: bytes64,
});
export type MemberEntry = ValueOf<typeof memberEntry>;

/** `KeysetEntry`: a committee with its keys, denominations and dates. */
export const keysetEntry = /* @__PURE__ */ struct({
  id: u32,
  members: list(memberEntry, MAX_WITNESSES),
  faults: u8,
  denominations: list(u64, MAX_DENOMINATIONS),
  issueUntil: u64,
  redeemUntil: u64,
});
export type KeysetEntry = ValueOf<typeof keysetEntry>;

/** `PointValue`: so many euro cents for so many points. */
export const pointValue = /* @__PURE__ */ struct({ cents: u64, points: u64 });

/** `UnspentFate`: who gets what is never spent. */
export const unspentFate = /* @__PURE__ */ choice({ 'to-issuers': null, 'to-association': { one: u32 } });

/** `Association`: who receives what customers donate and stores pledge. */
export const association = /* @__PURE__ */ struct({ id: u32, name: text, closed: flag });
export type Association = ValueOf<typeof association>;

/** `Campaign`: a question in which ballots are cast. */
export const campaign = /* @__PURE__ */ struct({
  id: u32,
  name: text,
  choices: list(text, MAX_CHOICES),
  minimum: u64,
  end: u64,
  ballotsPerStore: u64,
});
export type Campaign = ValueOf<typeof campaign>;

/** `VoucherOffer`: a value in points that one store funds. */
export const voucherOffer = /* @__PURE__ */ struct({
  id: u32,
  name: text,
  value: u64,
  funder: u32,
  issuers: list(u32, MAX_ISSUERS),
  perStore: u64,
  closed: flag,
});
export type VoucherOffer = ValueOf<typeof voucherOffer>;

/** `CharterBody`: one version of the charter. */
export const charterBody = /* @__PURE__ */ struct({
  genesis: option(genesis),
  federation: bytes32,
  version: u64,
  previous: bytes32,
  settlesFork: option(bytes32),
  issued: u64,
  expires: u64,
  stewards,
  pointValue,
  unspent: unspentFate,
  stores: list(store, MAX_STORES),
  keysets: list(keysetEntry, MAX_KEYSETS),
  associations: list(association, MAX_ASSOCIATIONS),
  campaigns: list(campaign, MAX_CAMPAIGNS),
  offers: list(voucherOffer, MAX_OFFERS),
});
export type CharterBody = ValueOf<typeof charterBody>;

/** `StewardSignature`. */
export const stewardSignature = /* @__PURE__ */ struct({ key: bytes32, signature: bytes64 });
export type StewardSignature = ValueOf<typeof stewardSignature>;

/** `SignedCharter`. */
export const signedCharter = /* @__PURE__ */ struct({
  body: charterBody,
  signatures: list(stewardSignature, MAX_STEWARD_SIGNATURES),
});
export type SignedCharter = ValueOf<typeof signedCharter>;
