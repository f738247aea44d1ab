import { plain } from '../decide/backup.js';
import { lossOf, mayErase } from '../decide/erase.js';
import { openAt, storeAddress } from '../decide/place.js';
import type { Camera, Lang, Screen } from '../model.js';
import type { App } from './app.js';
import { basketers } from './baskets.js';
import { linkers } from './links.js';
import { openers } from './open.js';
import { spenders } from './spend.js';
import { writers } from './words.js';

/** Screens that can be gone to from anywhere, by a name that stands in the address. */
export const NAMED = [
  'home',
  'scan',
  'history',
  'waiting',
  'seen',
  'settings',
  'move',
  'give',
  'erase',
  'backup',
  'receipts',
] as const;
export type Named = (typeof NAMED)[number];

/** Everything that the view can ask for. */
export function actionsOf(app: App) {
  const [opening, links, spending, words] = [openers(app), linkers(app), spenders(app), writers(app)];
  const baskets = basketers(app);

  const go = (name: Named): void => {
    if (app.state.notice !== undefined) app.drop('notice');
    if (name === 'backup') return words.begin();
    app.show(screenOf(name));
  };

  /** Where the texts can't be loaded now, the language stays. */
  const setLang = (lang: Lang): Promise<void> =>
    app.env.saveLang(lang).then(
      () => app.set({ lang }),
      () => undefined,
    );

  /** From the first screen: words that were written down before. */
  const toRestore = (): void => app.show({ name: 'restore', text: '' });

  const toStart = (): void => app.show({ name: 'home' });

  const toReceipt = (of: string): void => app.show({ name: 'receipt', of });

  /** Deletes a receipt from this device: there is no other. */
  const dropReceipt = async (name: string): Promise<void> => {
    await app.dropReceipt(name);
    app.show({ name: 'receipts' });
  };

  const toEntry = (id: string): void => app.show({ name: 'entry', id });

  const setCamera = (camera: Camera): void => {
    const { screen } = app.state;
    if (screen.name === 'scan') app.show({ ...screen, camera });
  };

  const toVote = (campaign: number): void => app.show({ name: 'vote', campaign });

  /** Where a link opens that belongs to a wallet at another store's address; nothing if it is no address. */
  const elsewhere = (text: string): string | undefined => {
    const { link, shops } = app.state;
    const wanted = text.trim().toLowerCase();
    const address = shops?.find(({ name }) => name.toLowerCase() === wanted)?.http[0] ?? storeAddress(text);
    if (link === undefined || address === undefined) return undefined;
    app.env.saveHome(text.trim());
    return openAt(address, link);
  };

  const home = (): string => app.env.home();

  /** The owner types `word` to say that what would be lost may be lost. */
  const typeErase = (typed: string, word: string): void => {
    const isRight = plain(typed) === plain(word);
    app.show({ name: 'erase', typed, ...(isRight ? { sure: lossOf(app.state).mark } : {}) });
  };

  /** Deletes the wallet from this device, if nothing is lost by it but what its owner has agreed to. */
  const erase = (): Promise<void> =>
    app.work('busy.erase', async () => {
      const { screen } = app.state;
      app.refresh();
      // What came meanwhile is shown first.
      if (!mayErase(lossOf(app.state), screen.name === 'erase' ? screen.sure : undefined)) return;
      await app.close();
      await app.env.erase();
      app.drop('wallet');
      app.set({ phase: 'start', screen: { name: 'home' }, notice: { tone: 'good', words: { key: 'erase.done' } } });
      await app.openKept();
    });

  const online = (): void => {
    app.set({ online: app.env.isOnline() });
    if (app.state.online) void opening.resume();
  };

  const quiet = (): void => app.drop('notice');

  const install = (): unknown => app.env.install();
  const useNewer = (): void => app.env.useNewer();

  const moving = {
    go,
    setLang,
    toRestore,
    toStart,
    toEntry,
    toReceipt,
    dropReceipt,
    toVote,
    setCamera,
    home,
    elsewhere,
    typeErase,
    erase,
    online,
    quiet,
    install,
    useNewer,
  };
  return { ...opening, ...links, ...baskets, ...spending, ...words, ...moving };
}

export type Actions = ReturnType<typeof actionsOf>;

/** A screen as it is first shown. */
function screenOf(name: Exclude<Named, 'backup'>): Screen {
  if (name === 'erase') return { name, typed: '' };
  if (name === 'scan') return { name, camera: 'starting', text: '' };
  return name === 'give' ? { name, points: 0n } : { name };
}
