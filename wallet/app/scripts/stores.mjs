// The stores of a federation in memory, each at an address of its own, serving the app as well as the API.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Federation } from '../../test/support/federation.mjs';
import { answerWithApp } from './serve.mjs';

/** Starts them. `grant`, `checkout` and `baskets.ring` give links; `hold` keeps orders from being decided; `close` ends them. */
export async function stores(count = 4) {
  let federation;
  const reasons = new Map();
  const servers = await Promise.all(
    Array.from({ length: count }, (_, i) => listen((request, response) => answer(i, request, response))),
  );
  const addresses = servers.map((server) => `http://127.0.0.1:${server.address().port}`);
  federation = new Federation({ n: count, addresses, now: BigInt(Math.floor(Date.now() / 1000)) });
  federation.after = ({ path, method }, given) => {
    const reason = reasons.get(path.split('/').at(-1));
    return method === 'GET' && reason !== undefined ? { ...given, json: { ...given.json, reason } } : given;
  };

  async function answer(i, request, response) {
    if (answerWithApp(request, response)) return;
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = request.method === 'POST' ? Buffer.concat(pieces).toString() : undefined;
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'Content-Type' };
    if (request.method === 'OPTIONS') return response.writeHead(204, headers).end();
    const given = await federation.fetch(addresses[i] + request.url, { method: request.method, body });
    const type = given.ok ? 'application/json' : 'application/problem+json';
    response.writeHead(given.status, { ...headers, 'content-type': type }).end(await given.text());
  }

  return {
    federation,
    addresses,
    grant: (points, { reason, ...more } = {}) => {
      const link = federation.grant(points, more);
      if (reason !== undefined) reasons.set(link.split('#')[0].split('/').at(-1), reason);
      return link;
    },
    checkout: (max, more) => federation.checkout(max, more),
    baskets: federation.baskets,
    hold: (on) => (federation.mute = new Set(on ? [0, 1] : [])),
    close: () => servers.forEach((server) => server.close().closeAllConnections()),
  };
}

async function listen(handle) {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
