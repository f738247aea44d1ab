// The web shop of the examples, as it is run for real: a program that listens to its own machine, and HTTPS before it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as plainly, request } from 'node:http';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { known, ronde } from './asks.mjs';

const EVENTS = 'checkout.accepted,checkout.refused,checkout.expired,checkout.cancelled,checkout.late';

/** Opens it as a till of a shop. `name` is the till's, and of none other. */
export async function openWebshop(shop, name) {
  let inner;
  const pass = (asked, answer) => {
    // Before it is open.
    if (inner === undefined) return answer.destroy();
    const { method, url, headers } = asked;
    const on = request(`${inner}${url}`, { method, headers }, (given) => {
      answer.writeHead(given.statusCode, given.headers);
      given.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    asked.pipe(on);
  };
  const [cert, key] = [known.tls.certificate, known.tls.private_key].map((file) => readFileSync(file));
  // Customers come by HTTPS; the node's posts come from this machine.
  const [front, back] = [createServer({ cert, key }, pass), plainly(pass)];
  const [url, hook] = [`https://${await listen(front)}`, `http://${await listen(back)}/hook`];
  const file = (end) => join(known.home, `${name}.${end}`);
  await ronde('till', 'add', name, '--scope', 'grant,redeem', '--config', shop.config, '--out', file('token'));
  const events = ['--events', EVENTS, '--out', file('secret')];
  const { webhook } = await ronde('webhook', 'add', hook, '--config', shop.config, ...events);

  const files = ['--token-file', file('token'), '--secret-file', file('secret'), '--ca-file', known.tls.certificate];
  const args = ['--listen', '127.0.0.1:0', '--public', url, '--node', shop.url, ...files];
  const program = spawn(known.webshop, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = [];
  const lines = createInterface({ input: program.stdout });
  lines.on('line', (line) => said.push(line));
  const gone = once(program, 'exit').then(([code]) => Promise.reject(new Error(`the web shop ended: ${code}`)));
  // Told to whoever waits for its first line; afterwards its end is what was asked for.
  gone.catch(() => undefined);
  const [first] = await Promise.race([once(lines, 'line'), gone]);
  inner = first.replace(/^open at (.*)\/$/, '$1');
  return { url, said, close };

  async function close() {
    await ronde('webhook', 'remove', webhook.id, '--config', shop.config);
    program.kill();
    for (const server of [front, back]) {
      server.close();
      server.closeAllConnections();
    }
  }
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${server.address().port}`;
}
