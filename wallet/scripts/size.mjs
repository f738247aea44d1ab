// Measures the whole library, minified and with its dependencies, and fails above the limit.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const limit = 120_000;
const result = await build({
  entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
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
const bytes = result.outputFiles[0].contents.length;
const parts = new Map();
for (const output of Object.values(result.metafile.outputs)) {
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const part = /node_modules\/(@[^/]+\/[^/]+)/.exec(path)?.[1] ?? path.split('/').slice(0, 2).join('/');
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
}
for (const [part, size] of [...parts].sort((a, b) => b[1] - a[1])) console.log(`${String(size).padStart(8)}  ${part}`);
console.log(`${String(bytes).padStart(8)}  bytes, of at most ${limit}`);
if (bytes > limit) process.exitCode = 1;
