// Measures the main entry, minified and with its dependencies, and fails above the limit; the word lists, which an app
// loads by themselves, stand beside it.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const limit = 120_000;

async function measure(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`../src/${entry}`, import.meta.url))],
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    legalComments: 'none',
  });
  return { bytes: outputFiles[0].contents.length, metafile };
}

const show = (bytes, what) => console.log(`${String(bytes).padStart(8)}  ${what}`);

const { bytes, metafile } = await measure('index.ts');
const parts = new Map();
for (const output of Object.values(metafile.outputs)) {
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const part = /node_modules\/(@[^/]+\/[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, 2).join('/');
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
}
for (const [part, size] of [...parts].sort((a, b) => b[1] - a[1])) show(size, part);
show(bytes, `bytes in all, of at most ${limit}`);
for (const list of ['english', 'french']) show((await measure(`words/${list}.ts`)).bytes, `words/${list}, by itself`);
if (bytes > limit) process.exitCode = 1;
