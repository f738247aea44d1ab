import { RondeError, toHex } from '../../crypto/index.js';
import type { Kind } from '../../crypto/index.js';
import { verifyCertificate } from '../../message/certificate.js';
import { orderDigest } from '../../message/order-digest.js';
import type { Purpose } from '../../message/order.js';
import { WalletError } from '../../machine/wallet/error.js';
import { storeAddresses } from '../charters.js';
import type { Core } from '../core.js';
import { TransportError } from '../http-error.js';
import { randomStores } from '../prove.js';
import { Wallet } from '../wallet.js';

/** A coin as it stands in an order: what it is, and the bytes that are shown of it. */
export interface RecordedCoin {
  readonly kind: Kind;
  /** P of a coin that was spent, B of one that was asked for; hexadecimal. */
  readonly shown: string;
}

/** An order as stores and witnesses hold it, with a certificate that was verified. */
export interface RecordedOrder {
  /** The store that was asked now. */
  readonly askedStore?: number;
  readonly digest: string;
  readonly keyset: number;
  readonly purpose: Purpose;
  /** The store that gave or was paid; 0 if none. */
  readonly store: number;
  /** In hexadecimal; zeros if there is none. */
  readonly reference: string;
  readonly time: bigint;
  readonly spent: readonly RecordedCoin[];
  readonly made: readonly RecordedCoin[];
  /** The stores whose witnesses signed the certificate. */
  readonly signedBy: readonly number[];
}

/**
 * What stores and witnesses hold of an order. The store that gave or was paid is asked first, since it knows whose question this
 * is; of an order that concerns none, stores at random.
 *
 * @throws WalletError `not-certified`, `no-store`; what the last store that was asked refused it for
 */
export async function viewRecord(
  wallet: Wallet,
  digest: string,
  keyset: number,
  store?: number,
): Promise<RecordedOrder> {
  const core = Wallet.inside(wallet);
  const own = storeAddresses(core.charter).find((listed) => listed.store === store)?.bases ?? [];
  let last: unknown = new WalletError('no-store', 'no store has an HTTP address');
  for (const base of new Set([...own, ...randomStores(core)])) {
    try {
      return await askedOf(core, base, digest, keyset);
    } catch (error) {
      if (!(error instanceof RondeError)) throw error;
      last = error;
    }
  }
  throw last;
}

async function askedOf(core: Core, base: string, digest: string, asked: number): Promise<RecordedOrder> {
  const { order, certificate } = await core.client.order(base, digest, asked);
  if (order === undefined || toHex(orderDigest(order)) !== digest) {
    throw new TransportError('bad-answer', 'the store shows another order');
  }
  const keyset = core.charter.keyset(order.keyset);
  if (certificate === undefined || keyset === undefined)
    throw new WalletError('not-certified', 'the order is not decided');
  verifyCertificate(certificate, keyset, orderDigest(order));
  const askedStore = storeAddresses(core.charter).find(({ bases }) => bases.includes(base))?.store;
  return {
    ...(askedStore === undefined ? {} : { askedStore }),
    digest,
    keyset: order.keyset,
    purpose: order.purpose,
    store: order.store,
    reference: toHex(order.reference),
    time: order.time,
    spent: order.inputs.map(({ kind, point }) => ({ kind, shown: toHex(point) })),
    made: order.outputs.map(({ class: { kind }, blinded }) => ({ kind, shown: toHex(blinded) })),
    signedBy: certificate.votes.flatMap(({ index }) => keyset.witnesses[index]?.store ?? []),
  };
}
