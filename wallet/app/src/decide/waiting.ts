import type { OpenOrderView } from '../../../src/wallet/view/index.js';
import type { WaitingLink, Words } from '../model.js';

/** Orders that their owner waits for. One that only lacks a component can be spent, and is completed in secret. */
export function undecided(open: readonly OpenOrderView[]): readonly OpenOrderView[] {
  return open.filter(({ stage }) => stage !== 'completing');
}

/** Puts a link among those that wait, in the place of what was known of it. */
export function withLink(waiting: readonly WaitingLink[], link: WaitingLink): readonly WaitingLink[] {
  const known = waiting.find((each) => each.link === link.link);
  const others = waiting.filter((each) => each.link !== link.link);
  return [...others, { ...link, since: known?.since ?? link.since }].sort((a, b) => Number(a.since - b.since));
}

/** Takes a link out. */
export function withoutLink(waiting: readonly WaitingLink[], link: string): readonly WaitingLink[] {
  return waiting.filter((each) => each.link !== link);
}

/** Grants that are claimed as soon as a store answers. A payment is not made without its owner. */
export function toClaim(waiting: readonly WaitingLink[], confirmed: boolean): readonly WaitingLink[] {
  return waiting.filter(({ kind, why }) => kind === 'grant' && (why === 'offline' || (why === 'backup' && confirmed)));
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

/** A link that was not followed, with what was wrong. */
export function waitingOf(
  link: string,
  kind: WaitingLink['kind'],
  why: WaitingLink['why'],
  now: bigint,
  trouble?: Words,
): WaitingLink {
  return { link, kind, since: now, why, ...(trouble === undefined ? {} : { trouble }) };
}
