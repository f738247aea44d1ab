import { RondeError } from '../../crypto/index.js';
import type { ErrorDetail } from '../../crypto/index.js';

/** The codes of chapter 22, "Wallet", and what a link or an answer may be beside. */
export type WalletCode = keyof typeof FIX;

/** What the owner or the caller can do about each. */
const FIX = {
  'other-federation': 'Use a wallet of that federation.',
  'no-such-keyset': 'Ask a store for a newer charter.',
  'no-such-offer': 'Ask a store for a newer charter; the voucher offer may be closed.',
  'no-such-choice': 'Choose among the choices of a campaign that the charter lists and that is not over.',
  'no-such-association': 'Choose an association that the charter lists and that is not closed.',
  'no-open-keyset': 'Wait for the next charter; no points are issued until then.',
  nothing: 'There is nothing to do.',
  'too-many-coins': 'Merge coins by a swap, or pay in smaller parts.',
  overflow: 'Ask for fewer points.',
  'not-enough': 'Pay less, or complete open orders first.',
  'no-voucher': 'Choose vouchers that this wallet has.',
  'voucher-alone': 'Pay with this voucher in a payment of its own, without points or other vouchers.',
  'no-ballot': 'Vote in a campaign of which this wallet has a ballot.',
  'over-maximum': 'Pay at most what the till asks for.',
  'off-step': "Pay a multiple of the till's step.",
  'offer-expired': 'Ask the till for a new checkout.',
  'already-paying': 'Complete the payment that is open: resume.',
  'already-paid': 'Nothing: this was paid.',
  'already-claimed': 'Nothing: these points were claimed by this wallet.',
  'terms-changed': 'Ask the store why the grant changed, and resume the open claim.',
  'other-order': 'Ask the store: the order that it shows is not what was claimed.',
  'no-such-claim': 'Claim the grant first.',
  'still-open': 'Resume the order that is open.',
  'no-such-order': 'Look for the order in the history.',
  'not-certified': 'Resume the order: it is not decided.',
  'no-conflict': 'Ask another store: this one showed no reason that proves anything.',
  searching: 'Search for the orders of these words, until the search has ended.',
  'foreign-coin': 'Restore the wallet from its own words: this coin is not of its seed.',
  'not-ours': 'Use the wallet (seed and device) that made this order.',
  'bad-link': 'Scan or copy the link again.',
  'unknown-store': "Don't use the link: no store of this federation has its address.",
  'store-mismatch': "Don't use the link: the store that answers is not the one of the address.",
  'charters-differ': 'Ask the cooperative: two stores show different charters. The wallet goes on with its own.',
  'no-wallet': 'Make a wallet first.',
  'no-device': 'Restore the wallet by a search, or name a device number that was never used with these words.',
  closed: 'Open the wallet again, and resume what was sent.',
  'given-up': 'Look into the history.',
  'wallet-exists': 'Use the wallet that is there, or another folder.',
  'record-unreadable': 'Restore the wallet from its 24 words, with the next device number.',
  'wallet-too-large': 'Make a new wallet from the words, with the next device number, and recover what is not spent.',
  'no-store': 'Wait for a charter that lists an HTTP address of a store.',
} as const;

/**
 * A decision of the wallet against what it was asked. Nothing was changed and nothing sent, unless an order is open
 * already: `closed` and what a store's answer is refused for may come after it left.
 */
export class WalletError extends RondeError<WalletCode> {
  /** What happened. */
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;

  constructor(code: WalletCode, what: string, detail: ErrorDetail = {}) {
    super(code, what, { fault: 'caller', detail });
    this.what = what;
    this.fix = FIX[code];
  }
}
