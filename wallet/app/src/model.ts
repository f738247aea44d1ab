/** What the app knows and shows. The view is a function of {@link State}; nothing here does anything. */

import type { HistoryRecord, KeysetView, VoucherCount } from '../../src/index.js';
import type { BasketProgress, BasketView } from '../../src/wallet/basket/index.js';
import type { CharterView, GrantView, OpenBasketView, OpenOrderView } from '../../src/wallet/view/index.js';
import type { RecordedOrder, StoreView } from '../../src/wallet/view/index.js';
import type { Key } from './text/en.js';

/** A language that the app speaks. */
export type Lang = 'en' | 'fr';

/** Something that stands in a text, and how it is written. */
export type Param =
  | string
  | number
  | { readonly points: bigint }
  | { readonly euros: bigint }
  /** Seconds since 1970. */
  | { readonly day: bigint }
  | { readonly time: bigint };

/** A text that is not written yet: the language may change before it is shown. */
export interface Words {
  readonly key: Key;
  readonly with?: Readonly<Record<string, Param>>;
}

/** Where the app is served: the store's address, and the name under which this address keeps its wallet. */
export interface Place {
  readonly base: string;
  readonly name: string;
}

/** What the wallet keeps a link for. */
export type LinkKind = 'grant' | 'checkout' | 'basket';

/** A link that was not followed to its end. It stays until it was, or until its owner takes it away. */
export interface WaitingLink {
  readonly link: string;
  readonly kind: LinkKind;
  /**
   * Its owner has scanned, pasted or pressed it. Without that an address has brought it, which anybody can make somebody open:
   * nothing is done with it, and of many such the oldest gives way.
   */
  readonly pressed?: true;
  /** What a grant gives, if it was looked at. */
  readonly points?: bigint;
  /** Seconds since 1970. */
  readonly since: bigint;
  readonly why: 'offline' | 'backup' | 'over';
  /** What was wrong last. */
  readonly trouble?: Words;
}

/** What the wallet's history does not have: names and words, under the name of a grant, a checkout or an order's digest. */
export interface Note {
  readonly store?: string;
  readonly reason?: string;
  readonly vouchers?: readonly VoucherCount[];
  readonly ballot?: number;
  readonly association?: string;
  readonly campaign?: string;
  readonly choice?: string;
}

/** What the app keeps beside the wallet. */
export interface Kept {
  /** The owner has shown that the words are written down. */
  readonly confirmed: boolean;
  readonly notes: Readonly<Record<string, Note>>;
  readonly waiting: readonly WaitingLink[];
}

/** A receipt, kept on this device alone. */
export interface KeptReceipt {
  /** That of the grant or basket with which it came. */
  readonly name: string;
  /** The store's name as it was then. */
  readonly store: string;
  readonly text: string;
  /** Seconds since 1970. */
  readonly time: bigint;
}

/** What is shown of a wallet: taken anew after each thing it does. */
export interface Snapshot {
  readonly charter: CharterView;
  readonly points: bigint;
  /** In orders that are not decided. */
  readonly held: bigint;
  /** The most that one order can take. */
  readonly most: bigint;
  readonly vouchers: readonly VoucherCount[];
  readonly ballots: readonly { readonly campaign: number; readonly count: number }[];
  readonly keysets: readonly KeysetView[];
  readonly history: readonly HistoryRecord[];
  readonly open: readonly OpenOrderView[];
  readonly baskets: readonly OpenBasketView[];
  /** Digests of payments of which the shop has not said what became of them. */
  readonly unsettled: readonly string[];
  readonly device: number;
  readonly searching: boolean;
  readonly evidence: number;
}

/** How far a search is. */
export interface Progress {
  readonly asked: number;
  readonly found: number;
  readonly points: bigint;
}

/** Steps of writing the words down. */
export type BackupStep = 'why' | 'words' | 'check' | 'done';

/** What is on the screen. */
export type Screen =
  | { readonly name: 'home' | 'history' | 'waiting' | 'seen' | 'settings' | 'move' | 'receipts' }
  | EraseScreen
  | { readonly name: 'receipt'; readonly of: string }
  | { readonly name: 'restore'; readonly text: string; readonly trouble?: Words }
  | { readonly name: 'searching'; readonly progress?: Progress; readonly broke: boolean }
  | { readonly name: 'scan'; readonly camera: Camera; readonly text: string; readonly trouble?: Words }
  | { readonly name: 'looking' }
  | { readonly name: 'take'; readonly link: string; readonly grant: GrantView }
  | PayScreen
  | BasketScreen
  | { readonly name: 'give'; readonly association?: number; readonly points: bigint }
  | { readonly name: 'vote'; readonly campaign: number; readonly choice?: number }
  | { readonly name: 'entry'; readonly id: string; readonly record?: RecordedOrder; readonly trouble?: Words }
  | BackupScreen
  | ResultScreen;

/** The wallet is about to be removed. */
export interface EraseScreen {
  readonly name: 'erase';
  readonly typed: string;
  /** What its owner has seen would be lost, and wants to lose. */
  readonly sure?: string;
}

/** How something went. */
export interface ResultScreen {
  readonly name: 'result';
  readonly tone: Tone;
  readonly title: Words;
  readonly text: readonly Words[];
  /** The grant or checkout that is waited for, under the name that the history has for it. */
  readonly waitsFor?: string;
}

/** A payment that is being made up. */
export interface PayScreen {
  readonly name: 'pay';
  readonly link: string;
  readonly store: number;
  readonly checkout: string;
  readonly max: bigint;
  readonly step: bigint;
  readonly expiry: bigint;
  /** By how many seconds at least the device's clock is behind the shop's. */
  readonly behind: bigint;
  readonly points: bigint;
  readonly vouchers: readonly VoucherCount[];
}

/**
 * How far a basket is: *choose*: its owner says how much is paid in points; *wait*: for the till; *backup*: what it earned has to
 * wait for the words; *coming*: what it earned is claimed and not decided yet; *done*; *cancelled*.
 */
export type BasketStage = 'choose' | 'wait' | 'backup' | 'coming' | 'done' | 'cancelled';

/** A basket at a till. */
export interface BasketScreen {
  readonly name: 'basket';
  readonly link: string;
  readonly stage: BasketStage;
  readonly basket: BasketView | BasketProgress;
  readonly max: bigint;
  readonly step: bigint;
  readonly expiry: bigint;
  readonly behind: bigint;
  readonly points: bigint;
  readonly vouchers: readonly VoucherCount[];
}

/** The words, on their way to paper. */
export interface BackupScreen {
  readonly name: 'backup';
  readonly step: BackupStep;
  readonly list: Lang;
  readonly words: readonly string[];
  /** Which words are asked back, counted from 0. */
  readonly asked: readonly number[];
  readonly answers: readonly string[];
  readonly wrong: boolean;
  /** The link that waits for it. */
  readonly link?: string;
}

/** Whether there is a picture to look for codes in. */
export type Camera = 'starting' | 'on' | 'none' | 'refused';

/** How something went; said in words and by a sign, never by colour alone. */
export type Tone = 'good' | 'wait' | 'bad';

/** How far the app is: *elsewhere*: another tab has the wallet. */
export type Phase = 'loading' | 'unsupported' | 'elsewhere' | 'start' | 'open';

/** Everything. */
export interface State {
  readonly lang: Lang;
  readonly phase: Phase;
  readonly online: boolean;
  readonly place: Place;
  /** Seconds since 1970, as of the last time that something changed. */
  readonly now: bigint;
  readonly screen: Screen;
  readonly busy?: Words;
  /** Said once, politely. */
  readonly notice?: { readonly tone: Tone; readonly words: Words };
  /** Whether the browser has promised to keep the wallet. */
  readonly stored: 'kept' | 'may-go' | 'unknown';
  /** A link with which the app was opened, and that nobody has followed yet. */
  readonly link?: string;
  readonly kept: Kept;
  /** The newest first. */
  readonly receipts: readonly KeptReceipt[];
  readonly wallet?: Snapshot;
  /** Stores by the charter of the node that serves the app, for somebody whose wallet is at another. */
  readonly shops?: readonly StoreView[];
  /** A newer version of the app is there. */
  readonly newer: boolean;
  /** Whether the app can be put on the home screen now. */
  readonly installable: boolean;
  /** What went wrong before anything could be shown. */
  readonly trouble?: Words;
}
