import { fromHex, RondeError, toHex } from '../../crypto/index.js';
import { byteString, bytes32, choice, decode, encode, list, option, struct, text, u32, u64, u8 } from '../../message/codec.js';
import type { Codec, ValueOf } from '../../message/codec.js';
import { MAX_CHARTER_BYTES, MAX_INPUTS, MAX_MESSAGE_BYTES, MAX_WITNESSES } from '../../message/limits.js';
import { kind } from '../../message/order.js';
import { WalletError } from './error.js';
import type { About, Coin, HistoryRecord, OpenOrder, WalletState } from './state.js';

/** All of a wallet, as it is saved. The seed is in it: these bytes are as secret as the coins. */
export interface SavedWallet {
  readonly seed: Uint8Array;
  readonly federation: Uint8Array;
  /** The charters that the wallet goes by, from version 1. */
  readonly charters: readonly Uint8Array[];
  /** When stores were last asked for newer ones, in seconds. */
  readonly checked: bigint;
  readonly state: WalletState;
}

/** The version of the format; a later one can still read this. */
const FORMAT = 1;
const MAX_BYTES = 1 << 30;
const MANY = 1 << 24;

const hex: Codec<string> = {
  read: (reader) => toHex(bytes32.read(reader)),
  write: (writer, value) => bytes32.write(writer, fromHex(value)),
};

const longText: Codec<string> = {
  read: (reader) => new TextDecoder().decode(byteString(MANY).read(reader)),
  write: (writer, value) => byteString(MANY).write(writer, new TextEncoder().encode(value)),
};
const place = /* @__PURE__ */ struct({ keyset: u32, device: u32, order: u64, slot: u32 });
const component = /* @__PURE__ */ struct({ index: u8, component: bytes32 });
const coin = /* @__PURE__ */ struct({
  place,
  kind,
  point: hex,
  components: list(component, MAX_WITNESSES),
  madeBy: hex,
  spentBy: option(hex),
});
const asked = /* @__PURE__ */ struct({ kind, place, point: hex, blinded: bytes32 });
const vouchers = /* @__PURE__ */ list(struct({ offer: u32, count: u32 }), MANY);
const about = /* @__PURE__ */ choice({
  claim: { store: u32, base: longText, grant: longText, secret: longText, points: u64, ballot: option(u32), vouchers },
  pay: { store: u32, base: longText, checkout: longText, offer: hex, points: u64, vouchers },
  donate: { association: u32, points: u64 },
  vote: { campaign: u32, choice: u32 },
  swap: { points: u64 },
  recover: { points: u64 },
});
const columns = /* @__PURE__ */ list(struct({ index: u8, components: list(bytes32, MAX_INPUTS) }), MAX_WITNESSES);
const message = /* @__PURE__ */ byteString(MAX_MESSAGE_BYTES);
const open = /* @__PURE__ */ struct({
  id: text,
  about,
  keyset: u32,
  outputs: list(asked, MANY),
  since: u64,
  order: option(message),
  digest: option(hex),
  signed: option(struct({ authorization: message, columns })),
  certificate: option(message),
});
const outcome = /* @__PURE__ */ choice({ open: null, certified: null, recovered: null, dead: null, withdrawn: null });
const purpose = /* @__PURE__ */ choice({ claim: null, pay: null, donate: null, vote: null, swap: null, recover: null });
const record = /* @__PURE__ */ struct({
  id: text,
  digest: option(hex),
  keyset: u32,
  purpose,
  points: u64,
  outcome,
  since: u64,
  grant: option(longText),
  offer: option(hex),
});
const held = /* @__PURE__ */ struct({ keyset: u32, index: u8, order: message, evaluation: message });
const saved = /* @__PURE__ */ struct({
  format: u32,
  seed: bytes32,
  federation: bytes32,
  charters: list(byteString(MAX_CHARTER_BYTES), MANY),
  checked: u64,
  device: u32,
  numbers: list(struct({ keyset: u32, next: u64 }), MANY),
  coins: list(coin, MANY),
  orders: list(open, MANY),
  evidence: list(held, MANY),
  history: list(record, MANY),
});

/** The bytes of a wallet. */
export function saveWallet(wallet: SavedWallet): Uint8Array {
  const { seed, federation, charters, checked, state } = wallet;
  return encode(saved, {
    format: FORMAT,
    seed,
    federation,
    charters,
    checked,
    device: state.device,
    numbers: [...state.numbers].map(([keyset, next]) => ({ keyset, next })),
    coins: state.coins.map(packCoin),
    orders: state.orders.map(packOrder),
    evidence: state.evidence,
    history: state.history.map(packRecord),
  });
}

/** Reads what {@link saveWallet} wrote; `record-unreadable` for anything else. */
export function readWallet(bytes: Uint8Array): SavedWallet {
  let value: ValueOf<typeof saved>;
  try {
    value = decode(saved, bytes, MAX_BYTES);
  } catch (error) {
    if (!(error instanceof RondeError)) throw error;
    throw new WalletError('record-unreadable', 'what was saved is no wallet', error.detail);
  }
  if (value.format !== FORMAT) throw new WalletError('record-unreadable', `a wallet of the format ${value.format}`);
  const { seed, federation, charters, checked, device, evidence } = value;
  const state: WalletState = {
    device,
    numbers: new Map(value.numbers.map(({ keyset, next }) => [keyset, next])),
    coins: value.coins.map(unpackCoin),
    orders: value.orders.map(unpackOrder),
    evidence,
    history: value.history.map(unpackRecord),
  };
  return { seed, federation, charters, checked, state };
}

function packCoin(value: Coin): ValueOf<typeof coin> {
  const components = [...value.components].map(([index, bytes]) => ({ index, component: bytes }));
  return { ...value, components, spentBy: value.spentBy ?? null };
}

function unpackCoin({ spentBy, components, ...rest }: ValueOf<typeof coin>): Coin {
  return {
    ...rest,
    components: new Map(components.map(({ index, component: bytes }) => [index, bytes])),
    ...(spentBy === null ? {} : { spentBy }),
  };
}

function packAbout(value: About): ValueOf<typeof about> {
  if (value.type !== 'claim') return value;
  const { terms, ...rest } = value;
  return { ...rest, points: terms.points, ballot: terms.ballot ?? null, vouchers: terms.vouchers };
}

function unpackAbout(value: ValueOf<typeof about>): About {
  if (value.type !== 'claim') return value;
  const { points, ballot, vouchers: given, ...rest } = value;
  return { ...rest, terms: { points, vouchers: given, ...(ballot === null ? {} : { ballot }) } };
}

function packOrder(value: OpenOrder): ValueOf<typeof open> {
  return {
    ...value,
    about: packAbout(value.about),
    order: value.order ?? null,
    digest: value.digest ?? null,
    signed: value.signed ?? null,
    certificate: value.certificate ?? null,
  };
}

function unpackOrder(value: ValueOf<typeof open>): OpenOrder {
  const { order, digest, signed, certificate, ...rest } = value;
  return {
    ...rest,
    about: unpackAbout(value.about),
    ...(order === null ? {} : { order }),
    ...(digest === null ? {} : { digest }),
    ...(signed === null ? {} : { signed }),
    ...(certificate === null ? {} : { certificate }),
  };
}

function packRecord(value: HistoryRecord): ValueOf<typeof record> {
  return {
    ...value,
    digest: value.digest ?? null,
    purpose: { type: value.purpose },
    outcome: { type: value.outcome },
    grant: value.grant ?? null,
    offer: value.offer ?? null,
  };
}

function unpackRecord(value: ValueOf<typeof record>): HistoryRecord {
  const { digest, grant, offer, ...rest } = value;
  return {
    ...rest,
    purpose: value.purpose.type,
    outcome: value.outcome.type,
    ...(digest === null ? {} : { digest }),
    ...(grant === null ? {} : { grant }),
    ...(offer === null ? {} : { offer }),
  };
}
