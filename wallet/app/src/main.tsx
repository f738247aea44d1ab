import { render } from 'preact';
import { IndexedDbStorage } from '../../src/index.js';
import { readPlace } from './decide/place.js';
import { actionsOf, NAMED } from './do/actions.js';
import { App } from './do/app.js';
import { webTabs } from './do/tabs.js';
import { loadTexts } from './do/lists.js';
import { keepApp } from './do/worker.js';
import { keptName, openKept } from './do/kept.js';
import type { Env, Tabs } from './do/env.js';
import type { Lang, Place, State } from './model.js';
import { sayIn } from './text/say.js';
import type { Catalogue } from './text/say.js';
import { AppView } from './view/app.js';

const LANG = 'ronde-lang';
const HOME = 'ronde-home';
const TICK_MS = 8_000;
const PAUSE_MS = 2_000;
/** A longer one browsers take for none. */
const LONGEST_MS = 86_400_000;

/** Where a browser can't keep tabs apart there is no wallet. */
const NO_TABS: Tabs = {
  take: () => Promise.resolve(false),
  takeOver: () => Promise.resolve(),
  give: () => undefined,
  onAsked: () => undefined,
  onLost: () => undefined,
};

/** What the browser gives. */
function browser(place: Place, more: Pick<Env, 'install' | 'useNewer' | 'saveLang'>): Env {
  return {
    ...more,
    place,
    lang: languageOf(),
    now: () => BigInt(Math.floor(Date.now() / 1000)),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    tabs: isAble() ? webTabs(place.name) : NO_TABS,
    openStorage: () => IndexedDbStorage.open(place.name),
    openKept: () => openKept(place.name),
    erase: async () => {
      await Promise.all([`ronde-wallet:${place.name}`, keptName(place.name)].map(deleted));
    },
    isOnline: () => navigator.onLine,
    after: (seconds, run) => void setTimeout(run, Math.min(Number(seconds) * 1000, LONGEST_MS)),
    pause: () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS)),
    persist: async (ask) => {
      const storage = navigator.storage as StorageManager | undefined;
      if (storage?.persisted === undefined) return 'unknown';
      return (await storage.persisted()) || (ask && (await storage.persist())) ? 'kept' : 'may-go';
    },
    home: () => localStorage.getItem(HOME) ?? '',
    saveHome: (address) => localStorage.setItem(HOME, address),
  };
}

function languageOf(): Lang {
  const saved = localStorage.getItem(LANG);
  if (saved === 'en' || saved === 'fr') return saved;
  return navigator.languages.find((tag) => /^(en|fr)\b/.test(tag))?.startsWith('fr') ? 'fr' : 'en';
}

function deleted(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the browser deleted nothing'));
  });
}

/** Whether the browser has what a wallet can't do without. */
function isAble(): boolean {
  return isSecureContext && 'locks' in navigator && 'BroadcastChannel' in globalThis && 'indexedDB' in globalThis;
}

/** What Chromium says when the app can be put on the home screen. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

/** The address has the name of the screen, so that the browser's buttons work. */
function route(state: State): void {
  const { phase, screen } = state;
  if (phase !== 'open') return;
  const hash = `#/${screen.name}`;
  if (location.hash === hash) return;
  const isOnTheWay = screen.name === 'looking' || screen.name === 'result' || location.hash === '';
  history[isOnTheWay ? 'replaceState' : 'pushState'](null, '', hash);
}

async function begin(): Promise<void> {
  const { place, link, clean } = readPlace(location.href);
  const named = NAMED.find((name) => clean.endsWith(`#/${name}`));
  // A grant's secret does not stay in the address bar or the browser's history.
  history.replaceState(null, '', clean.split('#')[0]);
  const root = document.getElementById('app') as HTMLElement;
  let install: InstallEvent | undefined;
  let useNewer: (() => void) | undefined;
  const texts = new Map<Lang, Catalogue>();
  const saveLang = async (lang: Lang): Promise<void> => {
    if (!texts.has(lang)) texts.set(lang, await loadTexts(lang));
    localStorage.setItem(LANG, lang);
  };
  const env = browser(place, { install: () => install?.prompt(), useNewer: () => useNewer?.(), saveLang });
  texts.set(env.lang, await loadTexts(env.lang));
  const app = new App(env, link);
  const act = actionsOf(app);
  app.watch((state) => {
    const { lang, wallet } = state;
    const catalogue = texts.get(lang) as Catalogue;
    const say = sayIn(lang, catalogue, wallet === undefined ? {} : { pointValue: wallet.charter.pointValue });
    document.documentElement.lang = lang;
    render(<AppView state={state} say={say} act={act} />, root);
    document.title = say('app.title', { screen: root.querySelector('h1')?.textContent ?? '' });
    route(state);
  });
  if (!isAble()) return app.set({ phase: 'unsupported' });
  app.set({});
  addEventListener('online', act.online);
  addEventListener('offline', act.online);
  addEventListener('popstate', () => {
    // An address with a link in it may be opened while the app is there.
    const { link: another, clean: shown } = readPlace(location.href);
    if (another !== undefined) history.replaceState(null, '', shown);
    if (app.state.phase !== 'open' || app.state.wallet?.searching) return another === undefined ? undefined : app.set({ link: another });
    if (another !== undefined) void act.bring(another);
    else act.go(NAMED.find((name) => location.hash === `#/${name}`) ?? 'home');
  });
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    install = event as InstallEvent;
    app.set({ installable: true });
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void act.resume();
  });
  setInterval(act.tick, TICK_MS);
  void act.start().then(() => {
    if (named !== undefined && app.state.phase === 'open' && app.state.screen.name === 'home') act.go(named);
  });
  void keepApp(place.base, () => app.set({ newer: true })).then((use) => (useNewer = use));
}

void begin();
