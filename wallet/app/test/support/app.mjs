// The app without a browser: its state and its actions, in a federation in memory.
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { IndexedDbStorage } from '../../build/src/index.js';
import { actionsOf } from '../../build/app/src/do/actions.js';
import { App } from '../../build/app/src/do/app.js';
import { keptName, openKept } from '../../build/app/src/do/kept.js';
import { Federation, randomOf } from '../../../test/support/federation.mjs';

globalThis.IDBKeyRange ??= IDBKeyRange;
const seed = process.env.RONDE_SEED ?? 'ronde';

/** Tabs of one browser: at most one of them has the wallet. */
export function tabsOf() {
  let holder;
  return () => {
    const tab = {
      onAsked: () => undefined,
      onLost: () => undefined,
      take: async () => {
        if (holder !== undefined) return false;
        holder = tab;
        return true;
      },
      takeOver: async () => {
        const freed = new Promise((resolve) => (tab.freed = resolve));
        const other = holder;
        other.waiter = tab;
        other.onAsked();
        await freed;
        holder = tab;
      },
      give: () => {
        holder = undefined;
        tab.waiter?.freed();
      },
    };
    return tab;
  };
}

/** A device: what is stored on it, and its tabs. `open` opens the app on it. */
export function device(federation, { name = 'device', store = 1 } = {}) {
  const factory = new IDBFactory();
  const newTab = tabsOf();
  const random = randomOf(`${seed} ${name}`);
  const self = {
    online: true,
    lost: false,
    /** What is to be done later, and when. */
    alarms: [],
    open: (link) => {
      const base = federation.addresses[store - 1];
      const env = {
        place: { base, name: '/' },
        lang: 'en',
        now: () => federation.now,
        random,
        fetch: (url, init) => (self.online ? federation.fetch(url, init) : Promise.reject(new TypeError('offline'))),
        tabs: newTab(),
        openStorage: () => IndexedDbStorage.open('/', factory),
        openKept: () => openKept('/', factory),
        erase: async () => {
          for (const each of ['ronde-wallet:/', keptName('/')]) {
            await new Promise((resolve, reject) => {
              const request = factory.deleteDatabase(each);
              request.onsuccess = resolve;
              request.onerror = () => reject(request.error);
            });
          }
        },
        isOnline: () => self.online,
        after: (seconds, run) => self.alarms.push({ at: federation.now + seconds, run }),
        pause: () => new Promise((resolve) => (self.wake = resolve)),
        persist: async () => 'kept',
        saveLang: async () => undefined,
        home: () => self.home ?? '',
        saveHome: (address) => (self.home = address),
        install: () => undefined,
        useNewer: () => undefined,
      };
      const app = new App(env, link);
      return {
        app,
        env,
        act: actionsOf(app),
        get state() {
          return app.state;
        },
      };
    },
  };
  return self;
}

/** A federation, and the app on a device with a new wallet. */
export async function made(options = {}) {
  const federation = new Federation(options);
  const phone = device(federation);
  const opened = phone.open();
  await opened.act.start();
  await opened.act.make();
  return {
    federation,
    phone,
    ...opened,
    get state() {
      return opened.app.state;
    },
  };
}

/** Writes the words down, as the owner would. */
export async function writeDown({ app, act }) {
  act.begin();
  await act.showWords('en');
  const { words } = app.state.screen;
  act.askBack();
  app.state.screen.asked.forEach((at, i) => act.answer(i, words[at]));
  await act.check();
  return words;
}
