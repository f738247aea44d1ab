import { sameKind, signSpend, toHex } from '../../crypto/index.js';
import type { Kind } from '../../crypto/index.js';
import type { Charter } from '../../message/charter-chain.js';
import { encode } from '../../message/codec.js';
import type { Keyset } from '../../message/keyset.js';
import { authorization, order as orderCodec } from '../../message/order.js';
import type { Order, Purpose } from '../../message/order.js';
import { orderDigest } from '../../message/order-digest.js';
import { bodyOf } from './answer.js';
import { makeOutputs, orderOutputs, pointKinds, voucherKinds } from './outputs.js';
import { pointOf } from './secrets.js';
import type { CoinSecrets } from './secrets.js';
import { selectCoins } from './select.js';
import type { Selection } from './select.js';
import { expectSearched, nextNumber, orderName, sum } from './state.js';
import type { About, Coin, OpenOrder, OrderPlace, StoredColumn, WalletState } from './state.js';
import type { CheckedPayment } from './payment.js';

/** What every step works with: the secrets of the coins, and the charter that the wallet goes by. */
export interface WalletContext {
  readonly secrets: CoinSecrets;
  readonly charter: Charter;
}

/** What a step makes: the next state, to be saved before anything is sent, and the order that is open then. */
export interface Opened {
  readonly state: WalletState;
  readonly order: OpenOrder;
}

const ZEROS = new Uint8Array(32);
/** The seconds of an hour. */
const HOUR = 3600n;

/** What an order is about, beside its coins. */
interface Frame {
  readonly store: number;
  readonly purpose: Purpose;
  readonly reference: Uint8Array;
  readonly time: bigint;
}

/** The frame of an order that concerns no store: its time is a whole hour (WALLET-17). */
export function storeless(purpose: Purpose, now: bigint): Frame {
  return { store: 0, purpose, reference: ZEROS, time: now - (now % HOUR) };
}

/** Pays a checked offer: Redeem (WALLET-18). `entropy` is 32 fresh secret bytes. */
export function startPayment(
  context: WalletContext,
  state: WalletState,
  payment: CheckedPayment,
  now: bigint,
  entropy: Uint8Array,
): Opened {
  const { points, vouchers, offer } = payment;
  const selection = selectCoins(state, context.charter, points, voucherKinds(vouchers), now);
  const frame: Frame = {
    store: offer.store,
    purpose: { type: 'redeem' },
    reference: payment.reference,
    time: offer.time,
  };
  return open(context, state, selection, changeOf(selection, points), frame, payment.about, now, entropy);
}

/** What an order makes: coins of these kinds, of one keyset. */
interface Made {
  readonly into: Keyset;
  readonly kinds: readonly Kind[];
}

/** Coins of the keyset of what is spent. */
export const madeOf = ({ keyset }: Selection, kinds: readonly Kind[]): Made => ({ into: keyset, kinds });

/** What comes back of what is spent, if so many points go. */
export function changeOf(selection: Selection, points: bigint): Made {
  return madeOf(selection, pointKinds(sum(selection.coins) - points, selection.keyset));
}

/**
 * Writes and signs an order, and binds its coins to it (WALLET-4). The places of its outputs are of the keyset that they
 * are of, and so is the number that is used up (WALLET-36).
 */
export function open(
  context: WalletContext,
  state: WalletState,
  selection: Selection,
  { into, kinds }: Made,
  frame: Frame,
  about: About,
  now: bigint,
  entropy: Uint8Array,
): Opened {
  expectSearched(state);
  const keyset = selection.keyset.id;
  const place = { keyset: into.id, device: state.device, number: nextNumber(state, into.id) };
  const outputs = makeOutputs(context.secrets, place, kinds);
  const order: Order = {
    federation: context.charter.federation,
    keyset,
    ...frame,
    inputs: selection.coins.map((coin) => ({ kind: coin.kind, point: pointOf(coin) })),
    outputs: orderOutputs(into.id, outputs),
  };
  const digest = orderDigest(order);
  const opened: OpenOrder = {
    id: outputs.length > 0 ? orderName(place) : `spent/${toHex(digest)}`,
    about,
    keyset,
    outputs,
    since: now,
    order: encode(orderCodec, order),
    digest: toHex(digest),
    signed: {
      authorization: encode(authorization, { type: 'spend', value: sign(context, selection, digest, entropy) }),
      columns: columnsOf(selection.coins),
    },
  };
  return { state: bind(state, selection, place, opened), order: opened };
}

function sign(context: WalletContext, selection: Selection, digest: Uint8Array, entropy: Uint8Array) {
  const secrets = selection.coins.map((coin) => context.secrets.spending(coin));
  try {
    return signSpend('order', secrets, digest, entropy);
  } finally {
    for (const secret of secrets) secret.wipe();
  }
}

/** One column for each witness that knows every coin, and no other (WALLET-15); none if a coin is missing. */
export function columnsOf(coins: readonly (Coin | undefined)[]): StoredColumn[] {
  const witnesses = [...(coins[0]?.components.keys() ?? [])].sort((a, b) => a - b);
  return witnesses.flatMap((index) => {
    const components = coins.flatMap((coin) => coin?.components.get(index) ?? []);
    return components.length === coins.length ? [{ index, components }] : [];
  });
}

/**
 * The columns of a signed order by the components that its coins have by now: more may have come since it was signed
 * (WALLET-35).
 */
export function columnsNow({ coins }: WalletState, open: OpenOrder): readonly StoredColumn[] {
  const spent = bodyOf(open).inputs.map(({ kind, point }) =>
    coins.find((coin) => coin.spentBy === open.digest && coin.point === toHex(point) && sameKind(coin.kind, kind)),
  );
  return spent.includes(undefined) ? (open.signed?.columns ?? []) : columnsOf(spent);
}

/** The state in which these coins are spent by this order and its number is used up. */
function bind(state: WalletState, selection: Selection, place: OrderPlace, opened: OpenOrder): WalletState {
  const spent = new Set(selection.coins.map(({ point }) => point));
  const digest = opened.digest as string;
  return {
    ...state,
    // An order without outputs could not be found again: it uses up no number (RESTORE-32).
    numbers: opened.outputs.length > 0 ? new Map(state.numbers).set(place.keyset, place.number + 1n) : state.numbers,
    coins: state.coins.map((coin) => (spent.has(coin.point) ? { ...coin, spentBy: digest } : coin)),
    orders: [...state.orders, opened],
  };
}
