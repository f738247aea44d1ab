// Measures what an app loads when it imports the main entry, minified and with its dependencies, and fails above the
// limit. What is loaded only when it is wanted stands beside it: restoring, and the word lists.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const limit = 120_000;

async function measure(entry) {
  const { metafile } = await build({
    entryPoints: { entry: fileURLToPath(new URL(`../src/${entry}`, import.meta.url)) },
    bundle: true,
    splitting: true,
    minify: true,
    charset: 'utf8',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: 'out',
    write: false,
    metafile: true,
    legalComments: 'none',
  });
  const { outputs } = metafile;
  const first = new Set();
  const load = (path) => {
    if (first.has(path)) return;
    first.add(path);
    for (const { path: other, kind } of outputs[path].imports) if (kind === 'import-statement') load(other);
  };
  load(Object.keys(outputs).find((path) => path.endsWith('/entry.js')));
  const sum = (paths) => paths.reduce((bytes, path) => bytes + outputs[path].bytes, 0);
  return { outputs, first, bytes: sum([...first]), all: sum(Object.keys(outputs)) };
}

const show = (bytes, what) => console.log(`${String(bytes).padStart(8)}  ${what}`);

const { outputs, first, bytes, all } = await measure('index.ts');
const parts = new Map();
for (const path of first) {
  for (const [source, { bytesInOutput }] of Object.entries(outputs[path].inputs)) {
    const part = /node_modules\/(@[^/]+\/[^/]+)/.exec(source)?.[1] ?? source.split('/').slice(0, 2).join('/');
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
}
for (const [part, size] of [...parts].sort((a, b) => b[1] - a[1])) show(size, part);
show(bytes, `bytes are loaded at first, of at most ${limit}`);
show(all - bytes, 'more when a wallet is made or restored, gives, votes, moves points, or asks for what is missing or owed');
for (const list of ['english', 'french']) show((await measure(`words/${list}.ts`)).all, `words/${list}, by itself`);
if (bytes > limit) process.exitCode = 1;
