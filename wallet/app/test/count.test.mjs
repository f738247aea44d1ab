// What the page /federation says of the reader's own count.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { filled, shareOf, toldOf } from '../build/app/src/count/told.js';

const count = { whole: true, certificates: 5, right: 5 };
const file = (path) => readFileSync(fileURLToPath(new URL(`../../../node/pages/${path}`, import.meta.url)), 'utf8');

describe('a count', () => {
  it('is good if all is right and no less than the node had counted', () => {
    assert.deepEqual(toldOf(count, [2, 3], [2, 3]), { text: 'done', isGood: true });
    assert.deepEqual(toldOf(count, [2, 3], [2, 4]), { text: 'done', isGood: true });
  });

  it('tells the node off that counted more than certificates prove, in whichever cell', () => {
    assert.deepEqual(toldOf(count, [2, 3], [3, 2]), { text: 'less', isGood: false });
  });

  it('tells wrong certificates and logs that are not those that were signed', () => {
    assert.deepEqual(toldOf({ ...count, right: 4 }, [], []), { text: 'wrong', isGood: false });
    assert.deepEqual(toldOf({ ...count, right: 4, whole: false }, [], []), { text: 'torn', isGood: false });
  });

  it('shows shares in whole hundredths', () => {
    assert.deepEqual([shareOf(1, 3), shareOf(2, 3), shareOf(0, 0), shareOf(4, 4)], [33, 67, 0, 100]);
  });
});

describe('the page of the node', () => {
  const page = file('views/federation.html');

  it('has all that the count looks for', () => {
    for (const hook of ['id="who-counted"', 'id="count"', 'id="count-go"', 'id="count-progress"', 'data-gifts', 'data-sum']) {
      assert.ok(page.includes(hook), hook);
    }
    assert.equal(page.match(/<script[^>]*>/g).join(), '<script type="module" src="{{ shell.root }}wallet/count.js">');
    for (const name of ['votes', 'share', 'given', 'pledged', 'all']) assert.ok(page.includes(`data-number="${name}"`), name);
    assert.equal(page.match(/data-name="/g).length, 2);
  });

  it('has a text for each way that it can end, in both languages, with the same holes', () => {
    const named = [...page.matchAll(/data-(\w+)="\{\{ shell\.say\.text\("(count-\w+)"\) \}\}"/g)];
    assert.deepEqual(named.map(([, name]) => name), ['reading', 'done', 'wrong', 'torn', 'less', 'failed']);
    const holes = named.map(([, , key]) =>
      ['en', 'fr'].map((lang) => {
        const [, text] = new RegExp(`^${key} = (.*)$`, 'm').exec(file(`locales/${lang}.ftl`));
        return [...text.matchAll(/\{"\{"\}(\w+)\{"\}"\}/g)].map(([, hole]) => hole).sort();
      }),
    );
    for (const [english, french] of holes) assert.deepEqual(english, french);
    assert.deepEqual(holes[1][0], ['certificates', 'entries', 'right']);
  });

  it('writes numbers into texts, and leaves what it does not know', () => {
    assert.equal(filled('{right} of {all} {x}', { right: '3', all: '4' }), '3 of 4 {x}');
  });
});
