import type { Tabs } from './env.js';

const PATIENCE_MS = 8_000;

/**
 * One tab at a time has the wallet: whoever holds the Web Lock. Another tab asks for it over a channel, and the one that has it
 * ends what runs first. If it does not answer (a tab that the browser has frozen), the lock is taken from it; what it would
 * still write is refused by the wallet's storage, whose revision has gone on.
 */
export function webTabs(name: string): Tabs {
  const lock = `ronde:${name}`;
  const channel = new BroadcastChannel(lock);
  let release: (() => void) | undefined;

  const tabs: Tabs = {
    onAsked: () => undefined,
    onLost: () => undefined,
    take: () => request({ ifAvailable: true }),
    takeOver: async () => {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
      channel.postMessage('please');
      try {
        await request({ signal: abort.signal });
      } catch {
        await request({ steal: true });
      } finally {
        clearTimeout(timer);
      }
    },
    give: () => {
      release?.();
      release = undefined;
    },
  };

  channel.onmessage = ({ data }) => {
    if (data === 'please' && release !== undefined) tabs.onAsked();
  };

  /** Resolves once the lock is held, or is not to be had. */
  function request(options: LockOptions): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let held = false;
      navigator.locks
        .request(lock, options, async (granted) => {
          if (granted === null) return resolve(false);
          held = true;
          const until = new Promise<void>((done) => (release = done));
          resolve(true);
          await until;
        })
        .catch((error: unknown) => {
          if (!held) return reject(error instanceof Error ? error : new Error(String(error)));
          // It was taken away.
          release = undefined;
          tabs.onLost();
        });
    });
  }

  return tabs;
}
