import type { KeysetView } from '../../../src/index.js';

/** Until when a till waits: `behind`, by how many seconds at least the device's clock is behind the shop's. */
export interface Patience {
  readonly expiry: bigint;
  readonly behind: bigint;
}

/**
 * How long a till waits, by an offer that its shop has signed. That the shop's clock is past the time at which it made the offer
 * is all that is known of it: so a device's clock that is behind that is known to be wrong by as much.
 */
export function patienceOf({ expiry, time }: { readonly expiry: bigint; readonly time: bigint }, now: bigint): Patience {
  return { expiry, behind: time > now ? time - now : 0n };
}

/** Whether the till does not wait any more. */
export function isTimeUp({ expiry, behind }: Patience, now: bigint): boolean {
  return now + behind >= expiry;
}

/** What ends first of what a wallet has. */
export interface Ending {
  readonly points: bigint;
  /** Seconds since 1970. */
  readonly until: bigint;
  /** Whether the wallet moves them on by itself before that. */
  readonly moves: boolean;
  /** Whether all points end then. */
  readonly alone: boolean;
}

/** The points that end first, if there are any that do not end already. */
export function nextEnding(keysets: readonly KeysetView[]): Ending | undefined {
  const [first, ...others] = keysets.filter(({ stage, points }) => stage !== 'over' && points > 0n);
  return first && { points: first.points, until: first.spendUntil, moves: first.canMove, alone: others.length === 0 };
}

/** Keysets that end and have vouchers or ballots in them, which will not move (WALLET-39). */
export function lastCalls(keysets: readonly KeysetView[]): readonly KeysetView[] {
  return keysets.filter(({ stage, vouchers, ballots }) => stage === 'ending' && vouchers.length + ballots.length > 0);
}

/** Points that nobody can spend any more. */
export function lost(keysets: readonly KeysetView[]): bigint {
  return keysets.reduce((sum, { stage, points }) => (stage === 'over' ? sum + points : sum), 0n);
}
