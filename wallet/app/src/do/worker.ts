/** Keeps the app itself for when there is no network, and tells when a newer one is there. */
export async function keepApp(base: string, onNewer: () => void): Promise<(() => void) | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  const path = `${base}/wallet/sw.js`;
  // A store that allows it lets the app answer its links too, when there is no network; elsewhere it answers for its own folder.
  const registration = await navigator.serviceWorker
    .register(path, { scope: `${base}/` })
    .catch(() => navigator.serviceWorker.register(path))
    .catch(() => undefined);
  if (registration === undefined) return undefined;
  const look = (): void => {
    if (registration.waiting !== null && navigator.serviceWorker.controller !== null) onNewer();
  };
  look();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', look);
  });
  let asked = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload();
  });
  return () => {
    asked = true;
    registration.waiting?.postMessage('use');
  };
}
