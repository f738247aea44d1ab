// Serves app/dist as a store's node does, with its headers, and passes the API on to a node:
//
//   npm run app:serve -- http://127.0.0.1:8241=http://127.0.0.1:8251 ...
//
// Each argument is an address to serve (that of the store in the charter), and the node behind it.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** What a store sends with each file of the app. */
function headers(file) {
  return {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': readFileSync(join(dist, 'csp.txt'), 'utf8').trim(),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': /-[A-Z0-9]{8}\./.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...(file === 'sw.js' ? { 'service-worker-allowed': '/' } : {}),
  };
}

function fileOf(path) {
  if (/^\/(g|c|b)\/[A-Za-z0-9_-]+$/.test(path) || path === '/wallet/' || path === '/wallet') return 'index.html';
  const file = normalize(path.replace(/^\/wallet\//, ''));
  return path.startsWith('/wallet/') && !file.startsWith('..') && existsSync(join(dist, file)) ? file : undefined;
}

/** Answers a request for the app, or leaves it to others. */
export function answerWithApp(incoming, answer) {
  const { pathname } = new URL(incoming.url, 'http://127.0.0.1');
  if (pathname.startsWith('/v1/')) return false;
  const file = fileOf(pathname);
  if (file === undefined) answer.writeHead(404).end();
  else createReadStream(join(dist, file)).pipe(answer.writeHead(200, headers(file)));
  return true;
}

/** Serves the app at an address, and passes the API on. */
function serve(address, node) {
  const { hostname, port } = new URL(address);
  const server = createServer((incoming, answer) => {
    if (!answerWithApp(incoming, answer)) pass(incoming, answer, node);
  });
  server.listen(Number(port), hostname);
}

function pass(incoming, answer, node) {
  const onward = request(node + incoming.url, { method: incoming.method, headers: incoming.headers }, (from) => {
    answer.writeHead(from.statusCode, from.headers);
    from.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  incoming.pipe(onward);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [address, node] of process.argv.slice(2).map((text) => text.split('='))) {
    serve(address, node);
    console.log(`${address}/wallet/ (API: ${node})`);
  }
}
