// Bundles the app into app/dist and says what each start loads, compressed; fails above the bounds of app/bounds.json.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { licences } from './licences.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const dist = join(home, 'dist');
const bounds = JSON.parse(readFileSync(join(home, 'bounds.json'), 'utf8'));
const shared = {
  bundle: true,
  minify: true,
  charset: 'utf8',
  format: 'esm',
  platform: 'browser',
  target: ['es2022', 'safari16'],
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = await build({
  ...shared,
  entryPoints: { app: join(home, 'src/main.tsx'), style: join(home, 'public/style.css') },
  tsconfig: join(home, 'tsconfig.json'),
  splitting: true,
  outdir: dist,
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[hash]',
});
const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({ name: basename(path), ...output }));
const named = (pattern) => outputs.find(({ name }) => pattern.test(name)).name;
const [script, style] = [named(/^app-.*\.js$/), named(/^style-.*\.css$/)];

// What the script begins with is fetched beside it, not after it.
const needed = outputs.find(({ name }) => name === script).imports.filter(({ kind }) => kind === 'import-statement');
const parts = needed.map(({ path }) => `<link rel="modulepreload" href="../wallet/${basename(path)}" />`);

/** The texts of a language, as the app has them. */
async function texts(lang) {
  const { code } = await transform(readFileSync(join(home, `src/text/${lang}.ts`), 'utf8'), { loader: 'ts' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`))[lang];
}

const noscript = (await Promise.all(['en', 'fr'].map(texts))).map((text) => text['app.noscript']);
const page = readFileSync(join(home, 'public/index.html'), 'utf8')
  .replace('NOSCRIPT', `<p lang="en">${noscript[0]}</p><p lang="fr">${noscript[1]}</p>`)
  .replace('SCRIPT', script)
  .replace('PARTS', parts.join('\n    '))
  .replace('STYLE', style);
writeFileSync(join(dist, 'index.html'), page);
for (const file of ['manifest.webmanifest', 'csp.txt']) cpSync(join(home, 'public', file), join(dist, file));
writeFileSync(join(dist, 'licences.txt'), licences(process.cwd(), metafile.inputs));
mkdirSync(join(dist, 'icons'));
for (const icon of readdirSync(join(home, 'public/icons'))) {
  if (icon !== 'maskable.svg') cpSync(join(home, 'public/icons', icon), join(dist, 'icons', icon));
}

// All that the service worker keeps, and a name for this version of all of it.
const files = [
  'index.html',
  'manifest.webmanifest',
  ...readdirSync(join(dist, 'icons')).map((icon) => `icons/${icon}`),
];
files.push(...outputs.map(({ name }) => name));
const hash = createHash('sha256');
for (const file of files.sort()) hash.update(file).update(readFileSync(join(dist, file)));
const version = hash.digest('hex').slice(0, 16);
await build({
  ...shared,
  entryPoints: [join(home, 'src/sw.ts')],
  format: 'iife',
  outfile: join(dist, 'sw.js'),
  define: { __FILES__: JSON.stringify(files), __VERSION__: JSON.stringify(version) },
});

// What lets a browser count votes on a node's page; no part of the app, and not kept by it.
await build({ ...shared, entryPoints: [join(home, 'src/count/main.ts')], outfile: join(dist, 'count.js') });

const packed = (file) => gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
const first = new Set([style]);
const load = (name) => {
  if (first.has(name)) return;
  first.add(name);
  for (const { path, kind } of outputs.find((output) => output.name === name).imports) {
    if (kind === 'import-statement') load(basename(path));
  }
};
load(script);
// One language's texts are loaded with each start: the longer ones count.
const inLang = (lang) => outputs.find(({ entryPoint }) => entryPoint?.endsWith(`app/src/text/${lang}.ts`)).name;
load(['en', 'fr'].map(inLang).sort((a, b) => packed(b) - packed(a))[0]);
const sum = (names) => [...names].reduce((bytes, name) => bytes + packed(name), 0);
const report = {
  version,
  first: sum([...first, 'index.html']),
  later: sum(outputs.map(({ name }) => name).filter((name) => !first.has(name))),
  all: sum([...files, 'sw.js']),
  count: packed('count.js'),
};
writeFileSync(join(home, 'build-report.json'), JSON.stringify(report));
for (const { name } of outputs)
  console.log(`${String(packed(name)).padStart(8)}  ${name}${first.has(name) ? ' *' : ''}`);
console.log(`${String(report.first).padStart(8)}  bytes (gzip) are loaded at first (*), of at most ${bounds.first}`);
console.log(
  `${String(report.later).padStart(8)}  more when they are wanted; ${report.all} in all, of at most ${bounds.all}`,
);
console.log(`${String(report.count).padStart(8)}  for the page that counts votes, of at most ${bounds.count}`);
for (const [what, most] of Object.entries(bounds)) if (report[what] > most) process.exitCode = 1;
