import { compareBytes, equalBytes, toHex } from '../crypto/bytes.js';
import { VerifyingKey } from '../crypto/ed25519.js';
import { keysetEntry, type Campaign, type CharterBody } from './charter.js';
import { CharterError } from './charter-error.js';
import { encode } from './codec.js';
import { Keyset } from './keyset.js';

/** What CheckContents decodes. */
export interface Contents {
  readonly nodeKeys: ReadonlyMap<number, VerifyingKey>;
  readonly keysets: ReadonlyMap<number, Keyset>;
}

const increasing = (list: readonly { readonly id: number }[]): boolean =>
  list.every(({ id }, i) => id > (i === 0 ? 0 : (list[i - 1] as { id: number }).id));

/**
 * CheckContents (CHARTER-23 to CHARTER-27). `checked`: keysets of the version before, which CheckKept found here byte for
 * byte; what was proven of them is not proven again.
 */
export function checkContents(body: CharterBody, checked?: ReadonlyMap<number, Keyset>): Contents {
  const lists = [body.stores, body.keysets, body.associations, body.campaigns, body.offers];
  if (!lists.every(increasing)) throw new CharterError('unsorted');
  const { unspent } = body;
  const fated = unspent.type === 'to-issuers' || body.associations.some(({ id }) => id === unspent.value);
  if (body.pointValue.points === 0n || !fated || body.campaigns.some(({ choices }) => choices.length === 0)) {
    throw new CharterError('rules');
  }
  const stores = new Set(body.stores.map(({ id }) => id));
  const named = body.offers.flatMap(({ funder, issuers }) => [funder, ...issuers]);
  if (!named.every((id) => stores.has(id))) throw new CharterError('unknown-store');
  const nodeKeys = new Map(body.stores.map(({ id, nodeKey }) => [id, decodeNodeKey(nodeKey)] as const));
  checkRepeatedKeys(body);
  const keysets = new Map<number, Keyset>();
  for (const entry of body.keysets) {
    if (!entry.members.every(({ store }) => stores.has(store))) throw new CharterError('unknown-store');
    keysets.set(entry.id, checked?.get(entry.id) ?? Keyset.check(entry, body.federation));
  }
  return { nodeKeys, keysets };
}

function decodeNodeKey(key: Uint8Array): VerifyingKey {
  try {
    return VerifyingKey.decode(key);
  } catch {
    throw new CharterError('node-key');
  }
}

/** CHARTER-27: no key stands twice, whatever it is for. */
function checkRepeatedKeys(body: CharterBody): void {
  const keys = [
    ...body.stewards.keys,
    ...body.stores.map(({ nodeKey }) => nodeKey),
    ...body.keysets.flatMap(({ members }) => members.flatMap(({ poprfKey, voteKey }) => [poprfKey, voteKey])),
  ].map(toHex);
  if (new Set(keys).size !== keys.length) throw new CharterError('repeated-key');
}

/** CheckKept: what a new version may not change (CHARTER-18 to CHARTER-22). */
export function checkKept(old: CharterBody, body: CharterBody): void {
  for (const entry of old.keysets) {
    const kept = body.keysets.find(({ id }) => id === entry.id);
    if (kept === undefined) throw new CharterError('removed');
    if (!equalBytes(encode(keysetEntry, entry), encode(keysetEntry, kept))) throw new CharterError('keyset-changed');
  }
  const stores = new Set(body.stores.map(({ id }) => id));
  const associations = new Map(body.associations.map((association) => [association.id, association]));
  const campaigns = new Map(body.campaigns.map((campaign) => [campaign.id, campaign]));
  const offers = new Map(body.offers.map((offer) => [offer.id, offer]));
  const kept =
    old.stores.every(({ id }) => stores.has(id)) &&
    old.associations.every(({ id, closed }) => {
      const now = associations.get(id);
      return now !== undefined && (now.closed || !closed);
    }) &&
    old.campaigns.every((campaign) => keepsCampaign(campaign, campaigns.get(campaign.id))) &&
    old.offers.every(({ id, value, funder }) => {
      const now = offers.get(id);
      return now !== undefined && now.value === value && now.funder === funder;
    });
  if (!kept) throw new CharterError('removed');
}

/** CHARTER-20: a campaign never gets stricter. */
function keepsCampaign(old: Campaign, now: Campaign | undefined): boolean {
  if (now === undefined || now.minimum > old.minimum || now.end < old.end) return false;
  return old.choices.every((choice, i) => now.choices[i] === choice);
}

/** Whether keys increase strictly, as strings of bytes. */
export function keysIncrease(keys: readonly Uint8Array[]): boolean {
  return keys.every((key, i) => i === 0 || compareBytes(keys[i - 1] as Uint8Array, key) < 0);
}
