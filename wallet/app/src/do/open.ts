import { readWords, RondeError, Wallet, WalletError } from '../../../src/index.js';
import type { GrantTerms, HistoryRecord, Receipt } from '../../../src/index.js';
import { viewBaskets, viewStores } from '../../../src/wallet/view/index.js';
import { troubleOf } from '../decide/trouble.js';
import { toClaim, undecided } from '../decide/waiting.js';
import { kindOf } from '../decide/place.js';
import { typedWords } from '../decide/words.js';
import type { App } from './app.js';
import { brought, claimWaiting, keepBrought, needsBackupNow } from './links.js';
import { loadLists } from './lists.js';

const MINUTE = 60n;

/** What opens, makes and restores a wallet. */
export function openers(app: App) {
  const { env } = app;
  let resuming: Promise<void> | undefined;
  /** When all that is open was last gone on with. */
  let resumed = 0n;

  const surroundings = async () => {
    const storage = (app.storage ??= await env.openStorage());
    return {
      storage,
      random: env.random,
      now: env.now,
      ...(env.fetch === undefined ? {} : { fetch: env.fetch }),
      onWarning: (warning: Parameters<App['warned']>[0]) => app.warned(warning),
      onReceipt: (receipt: Receipt) => app.keepReceipt(receipt),
      mayClaim: ({ points }: GrantTerms) => !needsBackupNow(app, points),
    };
  };

  /** Begins: takes the wallet if no other tab has it, and follows the link with which the app was opened. */
  const start = async (): Promise<void> => {
    if (!(await env.tabs.take())) {
      app.set({ phase: 'elsewhere' });
      return;
    }
    await openHere();
  };

  const openHere = async (): Promise<void> => {
    try {
      app.set({ phase: 'loading' });
      await app.openKept();
      const { link } = app.state;
      const toPay = link !== undefined && kindOf(link) !== 'grant';
      app.take(await Wallet.open({ ...(await surroundings()), toPay }));
      app.set({ stored: await env.persist(false) });
      await opened();
    } catch (error) {
      if (error instanceof WalletError && error.code === 'no-wallet') begin();
      else app.set({ phase: 'unsupported', ...(error instanceof RondeError ? { trouble: troubleOf(error) } : {}) });
    }
  };

  /** There is no wallet here. If there is a link, it may be meant for one at another store's address. */
  const begin = (): void => {
    app.set({ phase: 'start' });
    if (app.state.link === undefined) return;
    void viewStores(env.place.base, env.fetch).then(
      (shops) => app.set({ shops: shops.filter(({ http }) => http.length > 0 && !http.includes(env.place.base)) }),
      // The address can be typed all the same.
      () => undefined,
    );
  };

  /** What follows once there is a wallet: a search that broke off, the link, and then all that is open. */
  const opened = async (): Promise<void> => {
    const { link } = app.state;
    if (app.state.wallet?.searching) {
      if (link !== undefined) await keepBrought(app, link);
      app.show({ name: 'searching', broke: true });
      return;
    }
    app.show({ name: 'home' });
    if (link !== undefined) {
      app.drop('link');
      await brought(app, link);
    }
    void resume();
  };

  /** Makes a wallet of fresh words. */
  const make = (): Promise<void> =>
    app.work('busy.make', async () => {
      const wallet = await Wallet.create({ ...(await surroundings()), node: env.place.base });
      await app.keep(() => ({ confirmed: false, notes: {} }));
      app.take(wallet);
      app.set({ stored: await env.persist(true) });
      await opened();
    });

  const typeWords = (text: string): void => app.show({ name: 'restore', text });

  /** Restores from what was typed. */
  const restore = async (): Promise<void> => {
    const { screen } = app.state;
    if (screen.name !== 'restore') return;
    const lists = await loadLists();
    const read = typedWords(screen.text, lists);
    if ('trouble' in read) return app.show({ ...screen, trouble: read.trouble });
    let seed: Uint8Array;
    try {
      seed = readWords(read.words.join(' '), lists[read.lang]);
    } catch (error) {
      return app.show({ ...screen, trouble: troubleOf(error) });
    }
    try {
      app.show({ name: 'searching', broke: false });
      const options = { ...(await surroundings()), node: env.place.base, seed, onProgress: progress };
      await app.keep(() => ({ confirmed: true, notes: {} }));
      const { wallet, complete } = await Wallet.restore(options);
      app.take(wallet);
      app.set({ stored: await env.persist(true) });
      await ended(complete);
    } catch (error) {
      await brokeOff(error, screen.text);
    } finally {
      seed.fill(0);
    }
  };

  /** A restore that could not begin leaves nothing; one that broke off is stored, and is searched on. */
  const brokeOff = async (error: unknown, text: string): Promise<void> => {
    if ((await app.storage?.load()) === undefined) {
      // Nobody types 24 words twice because of a network.
      app.set({ phase: 'start', screen: { name: 'restore', text, trouble: troubleOf(error) } });
      return;
    }
    app.take(await Wallet.open(await surroundings()));
    app.show({ name: 'searching', broke: true });
  };

  /** Searches on. */
  const search = async (): Promise<void> => {
    app.show({ name: 'searching', broke: false });
    try {
      const { complete } = await app.open.search({ onProgress: progress });
      await ended(complete);
    } catch {
      app.show({ name: 'searching', broke: true });
    }
  };

  const ended = async (complete: boolean): Promise<void> => {
    app.refresh();
    if (complete) await opened();
    else app.show({ name: 'searching', broke: true });
  };

  const progress = ({ asked, found, points }: { asked: number; found: number; points: bigint }): void => {
    app.show({ name: 'searching', progress: { asked, found, points }, broke: false });
  };

  /** Goes on with all that is open, in the background. What fails stays open and is tried again. */
  const resume = (): Promise<void> => (resuming ??= resumeAll().finally(() => (resuming = undefined)));

  const resumeAll = async (): Promise<void> => {
    if (app.wallet === undefined || app.state.wallet?.searching) return;
    resumed = env.now();
    const wallet = app.wallet;
    try {
      if (env.isOnline()) {
        for (const { link } of toClaim(app.state.kept.waiting, app.state.kept.confirmed)) await claimWaiting(app, link);
        const before = refunds(wallet);
        const waited = viewBaskets(wallet).map(({ link }) => grantOf(link));
        await wallet.resume();
        tellEarned(wallet, waited);
        const back = refunds(wallet).slice(before.length).reduce((sum, { points }) => sum + points, 0n);
        const words = { key: 'banner.refund' as const, with: { points: { points: back } } };
        if (back > 0n) app.set({ notice: { tone: 'good', words } });
        if (isQuiet(app)) await wallet.swap('merge').catch(() => undefined);
      }
    } catch {
      // What is open stays open, and the screen says so.
    }
    if (app.wallet === wallet) app.refresh();
  };

  /** Says what baskets have earned for which nobody waits at their screen. */
  const tellEarned = (wallet: Wallet, waited: readonly string[]): void => {
    const left = viewBaskets(wallet).map(({ link }) => grantOf(link));
    const isEarned = ({ grant, outcome }: HistoryRecord): boolean =>
      grant !== undefined && waited.includes(grant) && !left.includes(grant) && outcome === 'certified';
    const points = wallet.history().reduce((sum, record) => (isEarned(record) ? sum + record.points : sum), 0n);
    if (points === 0n || app.state.screen.name === 'basket') return;
    const words = { key: 'banner.basket' as const, with: { points: { points } } };
    app.set({ notice: { tone: 'good', words } });
  };

  /** Called every few seconds: goes on at once while something is not decided or is waited for, and else once a minute. */
  const tick = (): void => {
    const { wallet, kept, now, screen } = app.state;
    const isWatched = screen.name === 'result' && screen.waitsFor !== undefined;
    const isWaiting =
      wallet !== undefined && undecided(wallet.open).length + toClaim(kept.waiting, kept.confirmed).length > 0;
    if (isWaiting || isWatched || env.now() - resumed >= MINUTE) void resume();
    // What is shown depends on the time: a till's code runs out.
    else if (env.now() - now > 5n) app.set({});
  };

  /** Tries again because the owner asked to. */
  const tryNow = (): Promise<void> => app.work('busy.resume', resume);

  const takeOver = async (): Promise<void> => {
    app.set({ busy: { key: 'elsewhere.taking' } });
    await env.tabs.takeOver();
    app.drop('busy');
    await openHere();
  };

  /** Another tab asks for the wallet: what runs is ended first. */
  env.tabs.onAsked = () => {
    void app
      .close()
      .catch(() => undefined)
      .then(() => {
        env.tabs.give();
        app.set({ phase: 'elsewhere' });
      });
  };
  env.tabs.onLost = () => {
    app.set({ phase: 'elsewhere' });
    void app.close().catch(() => undefined);
  };

  return { start, make, typeWords, restore, search, resume, tick, tryNow, takeOver };
}

/** The name in the history of what a basket earns: its first grant has its id. */
function grantOf(link: string): string {
  return (link.split('#')[0] ?? '').replace(/\/b\/([^/]+)$/, '/g/$1');
}

/** Whether nobody waits for anything, so that coins may be put together (WALLET-19). */
function isQuiet(app: App): boolean {
  const { busy, screen, link } = app.state;
  return busy === undefined && link === undefined && ['home', 'history', 'settings'].includes(screen.name);
}

/** What came back of payments that came too late. */
function refunds(wallet: Wallet): HistoryRecord[] {
  return wallet.history().filter(({ purpose, outcome }) => purpose === 'refund' && outcome === 'certified');
}
