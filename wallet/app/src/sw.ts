/// <reference lib="webworker" />
/** Keeps the app on the device: all its files, of one version at a time. What stores answer is never kept. */

declare const self: ServiceWorkerGlobalScope;
/** The app's files, and a name that changes with any of them; put in when the app is built. */
declare const __FILES__: readonly string[];
declare const __VERSION__: string;

const PREFIX = 'ronde-wallet-';
const CACHE = PREFIX + __VERSION__;
/** This file lies in the folder of the app. */
const FOLDER = new URL('./', self.location.href);
const START = new URL('index.html', FOLDER).href;
const BASE = new URL('../', FOLDER).pathname;

self.addEventListener('install', (event) => {
  const files = __FILES__.map((file) => new Request(new URL(file, FOLDER), { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'use') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (isApp(url.pathname)) event.respondWith(kept(new Request(START), request));
  } else if (url.pathname.startsWith(FOLDER.pathname)) {
    event.respondWith(kept(request, request));
  }
});

/** Whether a page is the app: its folder, or a link of a till. */
function isApp(path: string): boolean {
  return (
    path === FOLDER.pathname ||
    path === `${FOLDER.pathname}index.html` ||
    /^(g|c|b)\/[A-Za-z0-9_-]+$/.test(path.slice(BASE.length))
  );
}

async function kept(wanted: Request, otherwise: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(wanted, { ignoreSearch: true })) ?? fetch(otherwise);
}
