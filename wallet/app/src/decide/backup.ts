import type { Snapshot } from '../model.js';

/** From this many points on a wallet must be written down. */
export const BACKUP_ABOVE = 100n;

/** How many words are asked back. */
const ASKED = 3;

/** Whether these points may only come once the words are written down: the wallet would pass 100 points. */
export function needsBackup(confirmed: boolean, has: bigint, comes: bigint): boolean {
  return !confirmed && comes > 0n && has + comes > BACKUP_ABOVE;
}

/** What a wallet has to lose: what it can spend, what is held up, and what is on its way. */
export function atStake({ points, held, open }: Pick<Snapshot, 'points' | 'held' | 'open'>): bigint {
  const comes = open.filter(({ purpose, stage }) => purpose === 'claim' && stage !== 'completing');
  return comes.reduce((sum, order) => sum + order.points, points + held);
}

/** Whether the owner is asked to write the words down: from the first point on, and more urgently near the bound. */
export function advised(confirmed: boolean, has: bigint): 'no' | 'advised' | 'urgent' {
  if (confirmed || has === 0n) return 'no';
  return has * 2n > BACKUP_ABOVE ? 'urgent' : 'advised';
}

/** Three places of words to ask for, in increasing order: one of each third, by fresh random bytes. */
export function drawAsked(count: number, random: Uint8Array): number[] {
  const third = Math.floor(count / ASKED);
  return Array.from({ length: ASKED }, (_, i) => i * third + ((random[i] ?? 0) % third));
}

/** A word as it is compared: without accents, in small letters. Lists of words tell their words apart without accents. */
export function plain(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '');
}

/** Whether all words that were asked for are right. */
export function isRight(words: readonly string[], asked: readonly number[], answers: readonly string[]): boolean {
  return asked.every((at, i) => plain(answers[i] ?? '') === plain(words[at] ?? '') && (words[at] ?? '') !== '');
}
