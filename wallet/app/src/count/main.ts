// On a node's page /federation: lets the reader's browser count votes and gifts, so that nobody need believe the node. What stands
// on the page until then, and where there are no scripts, the node has counted; the page says whose count it shows.
import { RondeError } from '../../../src/crypto/error.js';
import { countGiven } from '../../../src/wallet/count/index.js';
import { cellsOf, write } from './page.js';
import { filled, toldOf } from './told.js';

const lang = document.documentElement.lang;
const number = new Intl.NumberFormat(lang);
const box = document.getElementById('count');
const button = document.getElementById('count-go');
const said = document.getElementById('who-counted');

/** A text that the node wrote into the page, in its language. */
function text(name: string, holes: Readonly<Record<string, number | string>> = {}): string {
  const written = Object.entries(holes).map(([hole, value]) => [hole, typeof value === 'number' ? number.format(value) : value]);
  return filled(box?.dataset[name] ?? '', Object.fromEntries(written) as Record<string, string>);
}

async function count(button: HTMLButtonElement, said: HTMLElement): Promise<void> {
  button.disabled = true;
  const progress = document.getElementById('count-progress');
  try {
    const counted = await countGiven({
      node: new URL(box?.dataset['root'] ?? './', location.href).href,
      ...(box?.dataset['federation'] === undefined ? {} : { federation: box.dataset['federation'] }),
      onProgress: ({ read, size }) => {
        if (progress) progress.textContent = text('reading', { read, size });
      },
    });
    const cells = cellsOf(document, counted);
    const of = (which: 'shown' | 'counted') => cells.map((cell) => cell[which]);
    const { text: name, isGood } = toldOf(counted, of('shown'), of('counted'));
    write(document, cells, lang);
    const { right, certificates, entries } = counted;
    said.textContent = text(name, { right, certificates, entries });
    said.className = `notice ${isGood ? 'good' : 'bad'}`;
    said.dataset['counted'] = 'browser';
    if (progress) progress.textContent = '';
  } catch (error) {
    if (progress) progress.textContent = text('failed', { code: error instanceof RondeError ? error.code : 'unexpected' });
  } finally {
    button.disabled = false;
  }
}

if (box && said && button instanceof HTMLButtonElement) {
  box.hidden = false;
  button.addEventListener('click', () => void count(button, said));
}
