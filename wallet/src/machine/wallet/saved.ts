import { fromHex, RondeError, toHex } from '../../crypto/index.js';
import { byteString, bytes32, bytes64, choice, decode, encode, list, struct, text, u32, u64, u8 } from '../../message/codec.js';
import type { Codec } from '../../message/codec.js';
import { MAX_CHARTER_BYTES, MAX_INPUTS, MAX_MESSAGE_BYTES, MAX_WITNESSES } from '../../message/limits.js';
import { kind } from '../../message/order.js';
import { WalletError } from './error.js';
import type { WalletState } from './state.js';

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

/** The version of the format; it reads those before, and a later one reads this. */
const FORMAT = 6;
const MAX_BYTES = 1 << 30;
const MANY = 1 << 24;

/** A codec of what is saved only: it is never shown as JSON. */
const local = <T>(read: Codec<T>['read'], write: Codec<T>['write']): Codec<T> => ({ read, write }) as Codec<T>;

/** What may be missing: one byte says whether it is there. */
const maybe = <T>(codec: Codec<T>): Codec<T | undefined> =>
  local(
    (reader) => (u8.read(reader) === 0 ? undefined : codec.read(reader)),
    (writer, value) => {
      writer.u8(value === undefined ? 0 : 1);
      if (value !== undefined) codec.write(writer, value);
    },
  );

/** A structure without the members that are missing. */
const lean = <T extends object>(codec: Codec<T>): Codec<T> =>
  local(
    (reader) =>
      Object.fromEntries(Object.entries(codec.read(reader)).filter(([, value]) => value !== undefined)) as T,
    codec.write,
  );

/** Hexadecimal of 32 bytes. */
const hex = /* @__PURE__ */ local<string>(
  (reader) => toHex(bytes32.read(reader)),
  (writer, value) => bytes32.write(writer, fromHex(value)),
);

/** A text of any length, with any characters: what a link brought. */
const free = /* @__PURE__ */ local<string>(
  (reader) => new TextDecoder().decode(byteString(MANY).read(reader)),
  (writer, value) => byteString(MANY).write(writer, new TextEncoder().encode(value)),
);

/** One of some names. */
const oneOf = <const T extends string>(...names: readonly T[]): Codec<T> =>
  local(
    (reader) => names[u8.read(reader)] ?? reader.refuse('variant', reader.at),
    (writer, value) => writer.u8(names.indexOf(value)),
  );

/** Pairs of a key and a value. */
const pairs = <K, V>(key: Codec<K>, value: Codec<V>): Codec<ReadonlyMap<K, V>> => {
  const items = list(struct({ key, value }), MANY);
  return local(
    (reader) => new Map(items.read(reader).map((item) => [item.key, item.value] as [K, V])),
    (writer, map) => items.write(writer, [...map].map(([key, value]) => ({ key, value })) as never),
  );
};

const place = /* @__PURE__ */ struct({ keyset: u32, device: u32, order: u64, slot: u32 });
const yes = /* @__PURE__ */ local<true>(() => true, () => undefined);
const vouchers = /* @__PURE__ */ list(struct({ offer: u32, count: u32 }), MANY);
const terms = /* @__PURE__ */ lean(struct({ points: u64, ballot: maybe(u32), vouchers }));
const message = /* @__PURE__ */ byteString(MAX_MESSAGE_BYTES);
const about = /* @__PURE__ */ choice({
  claim: { store: u32, base: free, grant: free, secret: free, terms },
  pay: { store: u32, base: free, checkout: free, offer: hex, points: u64, vouchers },
  donate: { association: u32, points: u64 },
  vote: { campaign: u32, choice: u32 },
  swap: { points: u64 },
  recover: { points: u64 },
  adopt: { points: u64 },
  move: { points: u64, into: u32 },
  refund: { store: u32, order: hex, refunded: message, signature: bytes64, points: u64 },
});
const columns = /* @__PURE__ */ list(struct({ index: u8, components: list(bytes32, MAX_INPUTS) }), MAX_WITNESSES);
const link = { base: free, id: free, secret: free, since: u64 };
const evidence = /* @__PURE__ */ struct({ keyset: u32, index: u8, order: message, evaluation: message });

/** The codec of a format: what came with a later one is not in it. */
const formatOf = (format: number) => {
  const since = <T>(first: number, codec: Codec<T>): Codec<T | undefined> =>
    format < first ? local<T | undefined>(() => undefined, () => undefined) : maybe(codec);
  const coin = lean(
    struct({
      place,
      kind,
      point: hex,
      components: pairs(u8, bytes32),
      madeBy: hex,
      spentBy: maybe(hex),
      unproven: maybe(yes),
      unbound: since(4, yes),
    }),
  );
  const open = lean(
    struct({
      id: text,
      about,
      keyset: u32,
      outputs: list(struct({ kind, place, point: hex, blinded: bytes32 }), MANY),
      since: u64,
      order: maybe(message),
      digest: maybe(hex),
      signed: maybe(struct({ authorization: message, columns })),
      certificate: maybe(message),
      told: since(2, yes),
      askFrom: since(4, u64),
    }),
  );
  const record = lean(
    struct({
      id: text,
      digest: maybe(hex),
      keyset: u32,
      purpose: oneOf('claim', 'pay', 'donate', 'vote', 'swap', 'recover', 'adopt', 'move', 'refund'),
      points: u64,
      outcome: oneOf('open', 'certified', 'recovered', 'dead', 'withdrawn'),
      since: u64,
      grant: maybe(free),
      offer: maybe(hex),
      checkout: since(2, free),
    }),
  );
  const state = lean(struct({
    device: u32,
    numbers: pairs(u32, u64),
    coins: list(coin, MANY),
    spent: pairs(hex, u32),
    orders: list(open, MANY),
    evidence: list(evidence, MANY),
    history: list(record, MANY),
    searching: since(3, yes),
    payments: since(5, list(struct({ digest: hex, order: message, places: list(place, MAX_INPUTS) }), MANY)),
    baskets: since(6, list(struct({ store: u32, ...link }), MANY)),
    receipts: since(6, list(struct({ of: oneOf('grants', 'baskets'), ...link }), MANY)),
  }));
  return struct({
    format: u32,
    seed: bytes32,
    federation: bytes32,
    charters: list(byteString(MAX_CHARTER_BYTES), MANY),
    checked: u64,
    // Members that may be missing are missing, and not there and undefined.
    state: state as unknown as Codec<WalletState>,
  });
};
/** The bytes of a wallet; `wallet-too-large` for more than {@link readWallet} would read. */
export function saveWallet(wallet: SavedWallet): Uint8Array {
  const bytes = encode(formatOf(FORMAT), { format: FORMAT, ...wallet });
  if (bytes.length <= MAX_BYTES) return bytes;
  throw new WalletError('wallet-too-large', 'the wallet is longer than what could be read again');
}

/** Reads what {@link saveWallet} wrote; `record-unreadable` for anything else. */
export function readWallet(bytes: Uint8Array): SavedWallet {
  try {
    // The number of the format comes first, least byte first.
    const { format, ...wallet } = decode(formatOf(bytes[0] ?? 0), bytes, MAX_BYTES);
    if (format >= 1 && format <= FORMAT) return wallet;
  } catch (error) {
    if (!(error instanceof RondeError)) throw error;
  }
  throw new WalletError('record-unreadable', 'what was saved is no wallet of this format');
}
