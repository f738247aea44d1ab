// The tree says who may use whom: crypto <- message <- machine <- wallet, and nobody uses the judge's adapter.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'node:test';

const source = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.ts'));
const layers = ['crypto', 'message', 'machine', 'wallet'];
const read = (name) => readFileSync(join(source, name), 'utf8');

it('imports go from a layer to itself or to one below', () => {
  assert.ok(files.length > 40);
  for (const name of files) {
    const own = layers.indexOf(name.split('/')[0]);
    if (own < 0) continue;
    for (const [, path] of read(name).matchAll(/from '(\.[^']+)'/g)) {
      const other = relative(source, join(source, name, '..', path)).split('/')[0];
      const layer = layers.indexOf(other);
      assert.ok(layer >= 0 && layer <= own, `${name} uses ${path}`);
    }
  }
});

it('files stay below 400 lines', () => {
  for (const name of files) assert.ok(read(name).split('\n').length < 400, name);
});

it('nothing below the wallet asks a clock or a generator of randomness', () => {
  for (const name of files.filter((each) => /^(crypto|message|machine)\//.test(each))) {
    assert.doesNotMatch(read(name), /Date\.now|new Date|Math\.random|getRandomValues|randomBytes/, name);
  }
});
