import type { Fetch, WalletStorage } from '../../../src/index.js';
import type { Kept, KeptReceipt, Lang, Place, State } from '../model.js';

/** Where the app keeps what it knows beside the wallet. */
export interface KeptStore {
  load(): Promise<Kept>;
  /** Resolves when it is stored. */
  save(kept: Kept): Promise<void>;
  receipts(): Promise<readonly KeptReceipt[]>;
  /** Resolves when it is stored. */
  keepReceipt(receipt: KeptReceipt): Promise<void>;
  dropReceipt(name: string): Promise<void>;
}

/** Which tab has the wallet. */
export interface Tabs {
  /** Takes the wallet if no other tab has it. */
  take(): Promise<boolean>;
  /** Asks the other tab for it, and takes it in any case after some seconds. */
  takeOver(): Promise<void>;
  /** Gives it back. */
  give(): void;
  /** What to do when another tab asks: end what runs, then {@link give}. */
  onAsked: () => void;
  /** What to do when the wallet was taken away. */
  onLost: () => void;
}

/** What the app gets from the browser. Tests bring their own. */
export interface Env {
  readonly place: Place;
  readonly lang: Lang;
  readonly now: () => bigint;
  readonly random: (length: number) => Uint8Array;
  readonly fetch?: Fetch;
  readonly tabs: Tabs;
  openStorage(): Promise<WalletStorage>;
  openKept(): Promise<KeptStore>;
  /** Deletes all that is stored here. */
  erase(): Promise<void>;
  isOnline(): boolean;
  /** Does something after so many seconds. */
  after(seconds: bigint, run: () => void): void;
  /** Waits a moment before a shop is asked again. */
  pause(): Promise<void>;
  /** Asks the browser to keep what is stored, or only whether it does. */
  persist(ask: boolean): Promise<State['stored']>;
  /** Loads the texts of a language, and remembers it. */
  saveLang(lang: Lang): Promise<void>;
  /** The address of the store where the owner's wallet is, as it was typed last; text that may be empty. */
  home(): string;
  saveHome(address: string): void;
  /** Offers to put the app on the home screen. */
  install(): unknown;
  /** Goes over to the newer version of the app. */
  useNewer(): void;
}
