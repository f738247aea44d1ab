import type { StoreView } from '../../../src/wallet/view/index.js';
import type { LinkKind, Place } from '../model.js';

/** Where the app was opened, and what its address asked for. */
export interface Opened {
  readonly place: Place;
  /** The link of a till, if the address is one or carries one. */
  readonly link?: string;
  /** What the address bar should show from now on: no secret. */
  readonly clean: string;
}

/** A link of this store without its address, as its node hands it over. */
const HANDED = /^([gcb])\/[A-Za-z0-9_-]+$/;
const MARKS = ['/wallet/', '/g/', '/c/', '/b/'] as const;

/**
 * Takes the address apart under which the app was opened: `{base}/wallet/`, `{base}/g/{id}#{secret}`, `{base}/c/{id}` or
 * `{base}/b/{id}#{secret}`. A node that redirects its links hands them over as `{base}/wallet/?link=g/{id}#{secret}` and so on. A
 * link of another store comes as `{base}/wallet/#open={link}`: in the fragment, so that no server sees it.
 */
export function readPlace(address: string): Opened {
  const url = new URL(address);
  const path = url.pathname.endsWith('/wallet') ? `${url.pathname}/` : url.pathname;
  const [mark, at] = MARKS.map((each) => [each, path.lastIndexOf(each)] as const).reduce((a, b) =>
    b[1] > a[1] ? b : a,
  );
  const base = url.origin + path.slice(0, Math.max(at, 0));
  const place = { base, name: path.slice(0, Math.max(at, 0)) || '/' };
  const clean = `${base}/wallet/`;
  const fragment = url.hash.slice(1);
  if (at >= 0 && mark !== '/wallet/') return { place, link: base + path.slice(at) + url.hash, clean };
  const handed = HANDED.exec(url.searchParams.get('link') ?? '');
  if (handed !== null) return { place, link: `${base}/${handed[0]}${handed[1] === 'c' ? '' : url.hash}`, clean };
  if (fragment.startsWith('open=')) return { place, link: decoded(fragment.slice(5)), clean };
  return { place, clean: fragment.startsWith('/') ? `${clean}#${fragment}` : clean };
}

/** The address at another store that opens a link in the wallet that lives there. */
export function openAt(base: string, link: string): string {
  return `${base.replace(/\/+$/, '')}/wallet/#open=${encodeURIComponent(link)}`;
}

/** A store's address as somebody types it: with or without https://, or with what comes after it; nothing if it is none. */
export function storeAddress(typed: string): string | undefined {
  const text = typed.trim();
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
    if (!/^https?:$/.test(url.protocol) || !/^(localhost|.*[.:].*)$/.test(url.hostname)) return undefined;
    return url.origin + url.pathname.replace(/\/(wallet|g|c|b)(\/.*)?$/, '').replace(/\/+$/, '');
  } catch {
    return undefined;
  }
}

/** Whose link it is: the name that the charter has for its address, or the host of an address that it does not list. */
export function shopOf(link: string, stores: readonly StoreView[]): string {
  const address = storeAddress(link);
  const isOf = ({ http }: StoreView): boolean => http.some((each) => storeAddress(each) === address);
  return stores.find(isOf)?.name ?? (address === undefined ? '?' : new URL(address).host);
}

/** What a link is for; nothing if it is no link of a till. Whose it is the wallet checks. */
export function kindOf(text: string): LinkKind | undefined {
  const link = text.trim();
  const secret = /^https?:\/\/.+\/([gb])\/[A-Za-z0-9_-]+#./i.exec(link);
  if (secret !== null) return secret[1]?.toLowerCase() === 'b' ? 'basket' : 'grant';
  return /^https?:\/\/.+\/c\/[A-Za-z0-9_-]+$/i.test(link) ? 'checkout' : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
