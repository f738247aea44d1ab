import { withoutSlashes } from '../../machine/wallet/link.js';
import { fetchChain } from '../charters.js';
import type { Fetch } from '../http.js';
import { StoreClient } from '../store-client.js';
import { Wallet } from '../wallet.js';

/** A store, as the charter has it. */
export interface StoreView {
  readonly id: number;
  readonly name: string;
  /** Its HTTP addresses, perhaps none. */
  readonly http: readonly string[];
}

/** A question in which ballots are cast. */
export interface CampaignView {
  readonly id: number;
  readonly name: string;
  readonly choices: readonly string[];
  /** Until when, in seconds since 1970. */
  readonly end: bigint;
}

/** A kind of voucher. */
export interface OfferView {
  readonly id: number;
  readonly name: string;
  /** In points. */
  readonly value: bigint;
  /** The store that pays for it. */
  readonly funder: number;
}

/** What a customer may want to know of the charter that the wallet goes by. */
export interface CharterView {
  /** The federation's name, of its genesis block. */
  readonly name: string;
  readonly version: bigint;
  /** So many euro cents for so many points. */
  readonly pointValue: { readonly cents: bigint; readonly points: bigint };
  readonly stores: readonly StoreView[];
  readonly associations: readonly { readonly id: number; readonly name: string; readonly closed: boolean }[];
  readonly campaigns: readonly CampaignView[];
  readonly offers: readonly OfferView[];
}

/**
 * The stores that a node's charter lists, for somebody who has no wallet there yet. The chain was checked, and whether it is
 * the federation's nobody knows yet: enough to find one's way, and nothing to pay by.
 */
export async function viewStores(node: string, fetch?: Fetch): Promise<StoreView[]> {
  const { charter } = await fetchChain(new StoreClient(fetch), withoutSlashes(node));
  return charter.body.stores.map(({ id, name, http }) => ({ id, name, http }));
}

/** The charter that a wallet goes by. */
export function viewCharter(wallet: Wallet): CharterView {
  const { chain } = Wallet.inside(wallet);
  const { body } = chain.charter;
  return {
    name: chain.versions[0]?.body.genesis?.name ?? '',
    version: body.version,
    pointValue: body.pointValue,
    stores: body.stores.map(({ id, name, http }) => ({ id, name, http })),
    associations: body.associations,
    campaigns: body.campaigns.map(({ id, name, choices, end }) => ({ id, name, choices, end })),
    offers: body.offers.map(({ id, name, value, funder }) => ({ id, name, value, funder })),
  };
}
