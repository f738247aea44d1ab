import type { Charter } from '../../message/charter-chain.js';
import { WalletError } from './error.js';

/** A link of a till, of a store that the charter lists. */
export interface StoreLink {
  readonly store: number;
  /** The address as the charter writes it, without slashes at its end. */
  readonly base: string;
  readonly id: string;
}

/** A link to a grant or a basket. The secret is for the store alone. */
export interface GrantLink extends StoreLink {
  readonly secret: string;
}

const ID = /^[A-Za-z0-9_-]+$/;

/** An address without slashes at its end. */
export function withoutSlashes(address: string): string {
  let end = address.length;
  while (end > 0 && address[end - 1] === '/') end -= 1;
  return address.slice(0, end);
}

/** Without regard to the case of letters of ASCII, and of those alone. */
function folded(address: string): string {
  return withoutSlashes(address).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Takes the link of a grant or basket apart (chapter 15, "Links"): `bad-link`, or `unknown-store` (WALLET-21). */
export function readGrantLink(charter: Charter, text: string, mark: '/g/' | '/b/' = '/g/'): GrantLink {
  const link = text.trim();
  const at = link.indexOf('#');
  const secret = at < 0 ? '' : link.slice(at + 1);
  if (secret === '') throw new WalletError('bad-link', 'the link has no secret');
  return { ...readLink(charter, link.slice(0, at), mark), secret };
}

/** Takes the link of a checkout apart: `bad-link`, or `unknown-store`. */
export function readCheckoutLink(charter: Charter, text: string): StoreLink {
  return readLink(charter, text.trim(), '/c/');
}

function readLink(charter: Charter, link: string, mark: '/g/' | '/c/' | '/b/'): StoreLink {
  const at = link.lastIndexOf(mark);
  const [base, id] = [link.slice(0, Math.max(at, 0)), link.slice(at + mark.length)];
  if (at <= 0 || !ID.test(id)) throw new WalletError('bad-link', `it is no link with an address, ${mark} and an id`);
  return { ...storeOfAddress(charter, base), id };
}

/** The store that has this address in the charter. */
export function storeOfAddress(charter: Charter, address: string): { store: number; base: string } {
  const wanted = folded(address);
  for (const { id, http } of charter.body.stores) {
    const listed = http.find((candidate) => folded(candidate) === wanted);
    if (listed !== undefined && wanted !== '') return { store: id, base: withoutSlashes(listed) };
  }
  throw new WalletError('unknown-store', 'no store of this federation has this address');
}
