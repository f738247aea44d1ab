import type { KeysetView } from '../../../src/index.js';

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
