// What is served: within its bounds, under a strict policy, and all of it there when there is no network.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';

const home = fileURLToPath(new URL('..', import.meta.url));
const read = (name) => readFileSync(join(home, name), 'utf8');
const files = readdirSync(join(home, 'dist'), { recursive: true }).filter((name) => /\./.test(name));
const scripts = files.filter((name) => name.endsWith('.js'));

describe('the bundle', () => {
  it('is within its bounds', () => {
    const [bounds, report] = [JSON.parse(read('bounds.json')), JSON.parse(read('build-report.json'))];
    assert.ok(report.first > 40_000 && report.first <= bounds.first, `${report.first} bytes at first`);
    assert.ok(report.all <= bounds.all, `${report.all} bytes in all`);
    assert.ok(report.count > 10_000 && report.count <= bounds.count, `${report.count} bytes to count votes`);
  });

  it('keeps every file for when there is no network, but the policy, the licences, the worker itself, and what counts votes', () => {
    const worker = read('dist/sw.js');
    for (const name of files) {
      if (['csp.txt', 'licences.txt', 'sw.js', 'count.js'].includes(name)) continue;
      assert.ok(worker.includes(JSON.stringify(name)), name);
    }
  });

  it('needs no more than its policy allows', () => {
    const policy = read('dist/csp.txt');
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*(?!;)(?!\s)(?!$)\./);
    const page = read('dist/index.html');
    assert.doesNotMatch(page, /<style|style=| on[a-z]+=|<script(?! type="module" src=)|https?:/);
    for (const name of scripts)
      assert.doesNotMatch(read(`dist/${name}`), /\beval\(|new Function\(|\.innerHTML=`/, name);
    assert.doesNotMatch(read(`dist/${files.find((name) => name.endsWith('.css'))}`), /url\(|@import/);
  });

  it('is found from each address that it is served under', () => {
    const paths = [...read('dist/index.html').matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path);
    assert.ok(paths.length >= 5);
    for (const from of [
      'https://a.test/wallet/',
      'https://a.test/g/abc',
      'https://a.test/c/abc',
      'https://a.test/ronde/c/abc',
    ]) {
      for (const path of paths) {
        const { pathname } = new URL(path, from);
        const base = from.includes('/ronde/') ? '/ronde' : '';
        assert.ok(files.includes(pathname.slice(`${base}/wallet/`.length)), `${path} from ${from}`);
      }
    }
  });

  it('goes with the licences of all that is in it', () => {
    const texts = read('dist/licences.txt');
    for (const name of ['preact', 'qr', '@noble/curves', '@noble/hashes', '@scure/bip39'])
      assert.match(texts, new RegExp(`^${name} [0-9.]+ \\(`, 'm'));
    assert.match(texts, /Permission is hereby granted/);
  });

  it('has the icons that its manifest names', () => {
    for (const { src } of JSON.parse(read('dist/manifest.webmanifest')).icons) assert.ok(files.includes(src), src);
  });
});

describe('the sources', () => {
  const sources = readdirSync(join(home, 'src'), { recursive: true }).filter((name) => /\.tsx?$/.test(name));

  it('keep decisions and views apart from the browser', () => {
    for (const name of sources.filter((each) => /^(decide|text)\//.test(each))) {
      assert.doesNotMatch(
        read(`src/${name}`),
        /\b(document|window|navigator|localStorage|indexedDB|fetch\(|Date\.now|Math\.random)\b/,
        name,
      );
    }
  });

  it('stay below 400 lines, catalogues apart', () => {
    for (const name of sources.filter((each) => !/^text\/(en|fr)/.test(each))) {
      assert.ok(read(`src/${name}`).split('\n').length < 400, name);
    }
  });
});
