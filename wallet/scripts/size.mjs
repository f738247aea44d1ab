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
  const load = (path, loaded = new Set()) => {
    if (loaded.has(path)) return loaded;
    loaded.add(path);
    for (const { path: other, kind } of outputs[path].imports) if (kind === 'import-statement') load(other, loaded);
    return loaded;
  };
  const first = load(Object.keys(outputs).find((path) => path.endsWith('/entry.js')));
  const sum = (paths) => [...paths].reduce((bytes, path) => bytes + outputs[path].bytes, 0);
  /** What a piece that is loaded on demand brings beside what is there. */
  const more = (source) => {
    const path = Object.keys(outputs).find((each) => outputs[each].entryPoint?.endsWith(source));
    return sum([...load(path)].filter((each) => !first.has(each)));
  };
  return { outputs, first, bytes: sum(first), all: sum(Object.keys(outputs)), more };
}

const show = (bytes, what) => console.log(`${String(bytes).padStart(8)}  ${what}`);

const { outputs, first, bytes, more } = await measure('index.ts');
const parts = new Map();
for (const path of first) {
  for (const [source, { bytesInOutput }] of Object.entries(outputs[path].inputs)) {
    const part = /node_modules\/(@[^/]+\/[^/]+)/.exec(source)?.[1] ?? source.split('/').slice(0, 2).join('/');
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
}
for (const [part, size] of [...parts].sort((a, b) => b[1] - a[1])) show(size, part);
show(bytes, `bytes are loaded at first, of at most ${limit}`);
const seldom = 'is made or restored, gives, votes, moves points, or asks for what is missing or owed';
show(more('/on-demand.ts'), `more when a wallet ${seldom}`);
show(more('/counter.ts'), 'more when there is a basket or a receipt');
for (const list of ['english', 'french']) show((await measure(`words/${list}.ts`)).all, `words/${list}, by itself`);
if (bytes > limit) process.exitCode = 1;
