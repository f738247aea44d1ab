// For tests of what a crash does: dies as soon as an order was handed to the network, before its answer is read.

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A `fetch` that ends this process when a claim or an order has left it. */
export async function stopAfterSend(url, init) {
  if (init.method !== 'POST' || url.endsWith('/certificate') || url.endsWith('/v1/probes')) return fetch(url, init);
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((_, reject) => {
    const headers = { ...init.headers, 'content-length': Buffer.byteLength(init.body) };
    const sent = request(url, { method: 'POST', headers });
    sent.on('error', reject);
    sent.on('finish', () => process.kill(process.pid, 'SIGKILL'));
    sent.end(init.body);
  });
}
