import type { OpenOrderView } from '../../../src/wallet/view/index.js';
import type { WaitingLink, Words } from '../model.js';

/** Orders that their owner waits for. One that only lacks a component can be spent, and is completed in secret. */
export function undecided(open: readonly OpenOrderView[]): readonly OpenOrderView[] {
  return open.filter(({ stage }) => stage !== 'completing');
}

/** How many links that an address has brought are kept, so that nobody can fill a device with them. */
export const MOST_BROUGHT = 20;
/** What is longer is no till's link. */
export const LONGEST = 2048;

/** Puts a link among those that wait, in the place of what was known of it. */
export function withLink(waiting: readonly WaitingLink[], link: WaitingLink): readonly WaitingLink[] {
  const known = waiting.find((each) => each.link === link.link);
  const others = waiting.filter((each) => each.link !== link.link);
  return [...others, { ...link, since: known?.since ?? link.since }].sort((a, b) => Number(a.since - b.since));
}

/** Changes what is known of a link that waits. */
export function withNews(
  waiting: readonly WaitingLink[],
  link: string,
  news: Partial<WaitingLink>,
): readonly WaitingLink[] {
  return waiting.map((each) => (each.link === link ? { ...each, ...news } : each));
}

/** Puts a link among those that wait which an address has brought, and says which one had to give way. */
export function withBrought(
  waiting: readonly WaitingLink[],
  link: WaitingLink,
): { readonly waiting: readonly WaitingLink[]; readonly dropped?: WaitingLink } {
  if (waiting.some((each) => each.link === link.link)) return { waiting };
  const brought = waiting.filter(({ pressed }) => pressed !== true);
  const dropped = brought.length < MOST_BROUGHT ? undefined : brought[0];
  const next = withLink(waiting.filter((each) => each !== dropped), link);
  return dropped === undefined ? { waiting: next } : { waiting: next, dropped };
}

/** Whether a link waits for its owner to say whether it is meant. */
export function isBrought(waiting: readonly WaitingLink[], link: string): boolean {
  return waiting.some((each) => each.link === link && each.pressed !== true);
}

/** Takes a link out. */
export function withoutLink(waiting: readonly WaitingLink[], link: string): readonly WaitingLink[] {
  return waiting.filter((each) => each.link !== link);
}

/** Grants that their owner wanted, and that are claimed as soon as a store answers. A payment is not made without its owner. */
export function toClaim(waiting: readonly WaitingLink[], confirmed: boolean): readonly WaitingLink[] {
  return waiting.filter(
    ({ kind, why, pressed }) =>
      pressed === true && kind === 'grant' && (why === 'offline' || (why === 'backup' && confirmed)),
  );
}

const SILENT = [
  'unreachable',
  'timeout',
  'answer-too-large',
  'bad-answer',
  'quorum-unreachable',
  'storage-failed',
  'rate-limited',
];
const FINAL = ['grant-claimed', 'grant-expired', 'not-found', 'already-claimed', 'bad-link', 'store-mismatch'];

/** What a link waits for after this error: for an answer, or for nothing any more. */
export function whyWaits(code: string): 'offline' | 'over' {
  return FINAL.includes(code) ? 'over' : 'offline';
}

/** Whether this error means that the store was not heard, and the same link may do later. */
export function isSilence(code: string): boolean {
  return SILENT.includes(code);
}

/** Whether nothing can come of a link after this error, so that one that nobody has pressed need not be kept. */
export function isForNobody(code: string): boolean {
  return FINAL.includes(code) || code === 'unknown-store';
}

/** A link that its owner wanted and that was not followed, with what was wrong. */
export function waitingOf(
  link: string,
  kind: WaitingLink['kind'],
  why: WaitingLink['why'],
  now: bigint,
  trouble?: Words,
): WaitingLink {
  return { link, kind, pressed: true, since: now, why, ...(trouble === undefined ? {} : { trouble }) };
}
