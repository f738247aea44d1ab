import type { Kind } from '../../crypto/index.js';
import { WalletError } from './error.js';
import { selectCoins } from './select.js';
import { changeOf, madeOf, open, storeless } from './spend.js';
import type { Opened, WalletContext } from './spend.js';
import type { About, WalletState } from './state.js';

/** Gives points to an association. */
export function startDonation(
  context: WalletContext,
  state: WalletState,
  association: number,
  points: bigint,
  now: bigint,
  entropy: Uint8Array,
): Opened {
  const listed = context.charter.association(association);
  if (listed === undefined || listed.closed) {
    throw new WalletError('no-such-association', `association ${association} is not listed, or is closed`);
  }
  if (points <= 0n) throw new WalletError('nothing', 'no points are given');
  const selection = selectCoins(state, context.charter, points, [], now);
  const frame = storeless({ type: 'donate', association }, now);
  const about: About = { type: 'donate', association, points };
  return open(context, state, selection, changeOf(selection, points), frame, about, now, entropy);
}

/** Casts a ballot. */
export function startVote(
  context: WalletContext,
  state: WalletState,
  campaign: number,
  choice: number,
  now: bigint,
  entropy: Uint8Array,
): Opened {
  const listed = context.charter.campaign(campaign);
  if (listed === undefined || now >= listed.end || listed.choices[choice] === undefined) {
    throw new WalletError('no-such-choice', `campaign ${campaign} is unknown or over, or has no choice ${choice}`);
  }
  const ballot: Kind = { type: 'ballot', campaign };
  const selection = selectCoins(state, context.charter, 0n, [ballot], now);
  const frame = storeless({ type: 'vote', campaign, choice }, now);
  return open(context, state, selection, madeOf(selection, []), frame, { type: 'vote', campaign, choice }, now, entropy);
}
