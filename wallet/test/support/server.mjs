// The stores of a federation on HTTP, one port each.

import { createServer } from 'node:http';
import { Federation } from './federation.mjs';

/** Starts the stores of a federation; `close` ends them. */
export async function serve(options = {}) {
  let federation;
  const servers = await Promise.all(
    Array.from({ length: options.n ?? 4 }, (_, i) =>
      listen(async (request, response) => {
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        const body = request.method === 'POST' ? Buffer.concat(pieces).toString() : undefined;
        const base = federation.addresses[i];
        try {
          const answer = await federation.fetch(base + request.url, { method: request.method, body });
          response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
        } catch {
          response.destroy();
        }
      }),
    ),
  );
  const addresses = servers.map((server) => `http://127.0.0.1:${server.address().port}`);
  federation = new Federation({ ...options, addresses });
  const end = (server) =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { federation, close: () => Promise.all(servers.map(end)) };
}

function listen(handle) {
  const server = createServer((request, response) => void handle(request, response));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
