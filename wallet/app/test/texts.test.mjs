// All that the app says stands in its catalogues, in both languages.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { RondeError } from '../build/src/index.js';
import { troubleOf } from '../build/app/src/decide/trouble.js';
import { en } from '../build/app/src/text/en.js';
import { fr } from '../build/app/src/text/fr.js';
import { sayIn } from './support/say.mjs';

const home = fileURLToPath(new URL('..', import.meta.url));
const spec = fileURLToPath(new URL('../../../spec', import.meta.url));
const sources = readdirSync(join(home, 'src'), { recursive: true })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(home, 'src', name), 'utf8') }));
const keys = Object.keys(en);
const forms = (entry) => (typeof entry === 'string' ? [entry] : [entry.one, entry.other]);
const holes = (text) => [...text.matchAll(/\{[a-z]+\}/g)].map(([hole]) => hole).sort();

describe('the catalogues', () => {
  it('have the same texts', () => {
    assert.ok(keys.length > 300);
    assert.deepEqual(Object.keys(fr), keys);
  });

  it('have the same holes in each text, and no text is empty', () => {
    for (const key of keys) {
      const [all, others] = [forms(en[key]), forms(fr[key])];
      const wanted = holes(all.at(-1));
      for (const text of [...all, ...others]) {
        assert.ok(text.trim() !== '', key);
        assert.deepEqual(
          holes(text).filter((hole) => hole !== '{n}'),
          wanted.filter((hole) => hole !== '{n}'),
          key,
        );
      }
      assert.deepEqual(holes(others.at(-1)), wanted, key);
      assert.equal(others.length, all.length, `${key}: one form or two in both`);
    }
  });

  it('differ: nothing was left untranslated', () => {
    // The same word in both languages, or no word at all.
    const alike = [
      'app.name',
      'app.title',
      'points',
      'pay.number',
      'pay.of',
      'home.ballots',
      'line.vote',
      'line.vote.bare',
      'entry.points',
    ];
    alike.push('settings.lang.en', 'settings.lang.fr', 'settings.version');
    const same = keys.filter((key) => JSON.stringify(en[key]) === JSON.stringify(fr[key]));
    assert.deepEqual(
      same.filter((key) => !alike.includes(key)),
      [],
    );
  });

  it('have no text that nothing shows', () => {
    const code =
      sources
        .filter(({ name }) => !name.startsWith('text/'))
        .map(({ text }) => text)
        .join('\n') + sources.find(({ name }) => name === 'text/say.ts').text;
    const made = [
      /^tone\./,
      /^nav\.(home|scan|history|settings)$/,
      /^scan\.(starting|on|none|refused)$/,
      /^settings\.(lang|storage)\./,
      /^basket\.(backup|coming|cancelled)$/,
      /^trouble\./,
      /^app\.noscript$/,
    ];
    const unused = keys.filter((key) => !code.includes(`'${key}'`) && !made.some((pattern) => pattern.test(key)));
    assert.deepEqual(unused, []);
  });
});

describe('what goes wrong', () => {
  it('has a text for each code of a refusal, and of the wallet, its transport and its storage', () => {
    const table = readFileSync(join(spec, '15-http.md'), 'utf8');
    const refusals = [...table.matchAll(/^\| `([a-z-]+)` \| [45]\d\d \|/gm)].map(([, code]) => code);
    const tillAlone = [
      'token-scope',
      'token-missing',
      'idempotency-mismatch',
      'idempotency-in-flight',
      'method-not-allowed',
      'password-wrong',
      'session-missing',
      'form-refused',
    ];
    assert.ok(refusals.length >= 29);
    const library = ['src/machine/wallet/error.ts', 'src/wallet/http-error.ts', 'src/wallet/storage.ts'].flatMap(
      (file) => {
        const text = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
        return [...text.matchAll(/^ {2}'?([a-z]+(?:-[a-z]+)*)'?: ["'].*[.;]["'],$/gm)].map(([, code]) => code);
      },
    );
    assert.ok(
      library.includes('voucher-alone') && library.includes('unreachable') && library.includes('storage-unknown'),
    );
    for (const code of [...refusals, ...library]) {
      if (!tillAlone.includes(code)) assert.ok(`trouble.${code}` in en, code);
    }
  });

  it('is named by its code where there is no text for it', () => {
    const text = sayIn('en').words(troubleOf(new RondeError('brand-new', '')));
    assert.equal(text, en['trouble.other'].replace('{code}', 'brand-new'));
    assert.deepEqual(troubleOf(new TypeError('x')), { key: 'trouble.unexpected' });
  });
});

describe('values', () => {
  const value = { pointValue: { cents: 1n, points: 1n } };
  const flat = (text) => text.replace(/[\u00a0\u202f]/g, ' ');

  it('are written as each language does', () => {
    const [english, french] = [sayIn('en', value), sayIn('fr', value)];
    assert.equal(english.points(1n), '1 point');
    assert.equal(english.points(1234n), '1,234 points');
    assert.equal(flat(french.points(0n)), '0 point');
    assert.equal(flat(french.points(1234n)), '1 234 points');
    assert.equal(english.euros(1234n), '€12.34');
    assert.equal(flat(french.euros(1234n)), '12,34 €');
    assert.match(flat(french.day(1_800_000_000n)), /15 janvier 2027/);
  });

  it('stand in texts, and what a shop says is never read as a hole', () => {
    const say = sayIn('en', value);
    assert.equal(say('take.reason', { reason: '{name} $& <b>' }), 'The shop says: {name} $& <b>');
    assert.equal(say('banner.waiting', { n: 1 }), 'One thing is waiting.');
    assert.equal(say('banner.waiting', { n: 3 }), '3 things are waiting.');
  });

  it('keep French signs at their words', () => {
    const text = sayIn('fr', value)('start.home.title');
    assert.ok(text.endsWith('\u202f?'), text);
    for (const key of keys) for (const form of forms(fr[key])) assert.doesNotMatch(form, /[a-zé][?!;:](\s|$)/, key);
  });
});
