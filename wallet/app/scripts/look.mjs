// Walks through every screen of the app in Chromium, in a federation in memory: a picture of each in app/build/look, in both
// languages, narrow and wide, light and dark, and axe-core's verdict on each. Ends with 1 if axe finds anything, the page says
// anything on its console, the content security policy is broken, or something is wider than the screen.
//
//   npm run app:look [-- --only fr-360]
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from './chromium.mjs';
import { film } from './film.mjs';
import { stores } from './stores.mjs';

const out = fileURLToPath(new URL('../build/look/', import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = [
  { name: 'en-360', lang: 'en', width: 360, height: 740, scheme: 'light' },
  { name: 'fr-360', lang: 'fr', width: 360, height: 740, scheme: 'dark' },
  { name: 'fr-1280', lang: 'fr', width: 1280, height: 800, scheme: 'light' },
  { name: 'en-1280', lang: 'en', width: 1280, height: 800, scheme: 'dark' },
];
const only = process.argv[process.argv.indexOf('--only') + 1];
const views = process.argv.includes('--only') ? VIEWS.filter(({ name }) => name === only) : VIEWS;
const faults = [];

/** One walk through the app, with one view. */
class Walk {
  count = 0;

  constructor(page, view, shops) {
    Object.assign(this, { page, view, shops });
  }

  /** The app's own name of a text is its place in the catalogue. */
  async text(key) {
    const catalogue = (await import(`../build/app/src/text/${this.view.lang}.js`))[this.view.lang];
    const entry = catalogue[key];
    return typeof entry === 'string' ? entry.replace(/ ([?!;:»])/g, '.$1').split(/[{}]/)[0] : entry.other;
  }

  async press(key, { nth = 0, within = 'main' } = {}) {
    const name = new RegExp(`^${(await this.text(key)).replace(/[?()+*[\]]/g, '.')}`);
    await this.page.locator(within).getByRole('button', { name }).nth(nth).click();
  }

  async tab(key) {
    await this.press(key, { within: 'nav' });
  }

  /** Waits until nothing goes on, but for what `waits` says goes on, takes the picture, and asks axe. */
  async look(name, { waits = '.busy, main progress' } = {}) {
    const { page, view } = this;
    await page.waitForFunction(
      (going) => document.querySelector('main h1') && !document.querySelector(going),
      waits,
    );
    this.count += 1;
    const file = `${view.name}-${String(this.count).padStart(2, '0')}-${name}`;
    await page.screenshot({ path: join(out, `${file}.png`), fullPage: true });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    for (const { id, help, nodes } of violations)
      faults.push(`${file}: ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) faults.push(`${file}: ${wide} pixels wider than the screen`);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, a.button, input:not([type=radio]), .choice, textarea')]
        .map((node) => ({ box: node.getBoundingClientRect(), html: node.outerHTML.slice(0, 90) }))
        .filter(({ box }) => box.width > 0 && (box.height < 44 || box.width < 44))
        .map(({ html }) => html),
    );
    for (const html of small) faults.push(`${file}: smaller than 44 pixels: ${html}`);
  }

  async openLink(link) {
    await this.tab('nav.scan');
    await this.page.locator('#link').fill(link);
    await this.press('scan.open');
  }
}

async function walk(w, context) {
  const { page, shops } = w;
  const [home] = shops.addresses;
  await page.goto(`${home}/wallet/`);
  await page.locator('main h1').waitFor();
  await w.look('start');
  await w.press('start.restore');
  await page.locator('#words').fill('abandon abandon zoo');
  await w.press('restore.go');
  await w.look('restore-wrong');
  await page.goto(shops.grant(42, { ballot: 2, reason: 'Trois bocaux rapportés' }));
  await page.locator('#home').waitFor();
  await w.look('start-with-link');
  await w.press('start.new');
  await page.locator('.amount').waitFor();
  await w.look('take');
  await w.press('take.go');
  await page.locator('.result.good').waitFor();
  await w.look('taken');
  await w.press('go.home');
  await w.look('home');
  await w.tab('nav.scan');
  await w.look('scan');
  await page.locator('#link').fill('hello');
  await w.press('scan.open');
  await w.look('scan-wrong');
  await w.openLink(shops.grant(200, { vouchers: [{ offer: 3, count: 2 }] }));
  await page.locator('.note.wait').waitFor();
  await w.look('take-backup');
  await w.press('banner.backup.go');
  await w.look('backup-why');
  await w.press('backup.show');
  await page.locator('.words li').nth(23).waitFor();
  await w.look('backup-words');
  const words = await page.locator('.words li').allInnerTexts();
  await page.emulateMedia({ media: 'print' });
  await page.screenshot({ path: join(out, `${w.view.name}-paper.png`) });
  await page.emulateMedia({ media: 'screen', colorScheme: w.view.scheme });
  await w.press('backup.written');
  const fields = page.locator('main input');
  await fields.first().fill('nonsense');
  await w.press('backup.right');
  await w.look('backup-wrong');
  for (let i = 0; i < 3; i += 1) {
    const id = await fields.nth(i).getAttribute('id');
    await fields.nth(i).fill(words[Number(id.split('-')[1])].trim());
  }
  await w.press('backup.right');
  await page.locator('.result.good').waitFor();
  await w.look('backup-done');
  await w.press('go.on');
  await w.press('take.go');
  await page.locator('.result.good').waitFor();
  await w.press('go.home');
  await w.look('home-rich');
  await w.openLink(shops.checkout(400n, { store: 3, step: 5n }));
  await page.locator('#slider').waitFor();
  await page.locator('#points').fill('63');
  await page.locator('#points').blur();
  await w.press('pay.voucher.more');
  await w.look('pay');
  await page.locator('main button[type=submit]').click();
  await page.locator('.result').waitFor();
  await w.look('paid');
  await w.press('go.home');
  await w.press('home.give');
  await page.locator('main .choice').first().click();
  await page.locator('#gift-points').fill('7');
  await page.locator('#gift-points').blur();
  await w.look('give');
  await page.locator('main button[type=submit]').click();
  await page.locator('.result').waitFor();
  await w.look('given');
  await w.press('go.home');
  await page
    .locator('main')
    .getByRole('button', { name: /Jardin/ })
    .click();
  await page.locator('main .choice').nth(1).click();
  await w.look('vote');
  await page.locator('main button[type=submit]').click();
  await page.locator('.result').waitFor();
  await w.look('voted');
  await basket(w);
  shops.hold(true);
  await w.openLink(shops.checkout(40n, { store: 2 }));
  await page.locator('#slider').waitFor();
  await page.locator('main button[type=submit]').click();
  await page.locator('.result.wait').waitFor();
  await w.look('pay-pending');
  await context.setOffline(true);
  await w.openLink(shops.grant(5));
  await page.locator('.result.wait').waitFor();
  await w.look('kept-offline');
  await page.goto(`${home}/wallet/#open=${encodeURIComponent(shops.grant(6, { store: 2 }))}`);
  await page.locator('.result.wait').waitFor();
  await w.look('brought-offline');
  await w.press('go.home');
  await w.press('banner.waiting.go');
  await w.look('waiting');
  await w.tab('nav.settings');
  await w.press('settings.erase');
  await page.locator('#sure').fill('abc');
  await w.look('erase-loss');
  await w.tab('nav.home');
  await w.look('home-offline');
  await context.setOffline(false);
  shops.hold(false);
  // What waited goes on by itself once there is a network again.
  const waiting = await w.text('banner.waiting.go');
  await page.locator('main').getByRole('button', { name: waiting, exact: true }).click();
  await page.locator('section .list > li').nth(1).waitFor({ state: 'detached' });
  await w.look('waiting-brought');
  await w.press('waiting.notmine');
  await page.locator('section .list').waitFor({ state: 'detached' });
  const focused = await page.evaluate(() => document.activeElement?.tagName);
  if (focused !== 'H1') faults.push(`${w.view.name}: the focus is lost with a link: ${focused}`);
  await w.tab('nav.home');
  await page.locator('main').getByRole('button', { name: waiting, exact: true }).waitFor({ state: 'detached' });
  await w.look('home-after');
  await w.tab('nav.history');
  await w.look('history');
  await page.locator('button.line').filter({ hasText: 'Store 3' }).first().click();
  await w.look('entry');
  await w.press('seen.ask');
  await page.locator('#record').waitFor();
  await w.look('record');
  await w.tab('nav.settings');
  await w.look('settings');
  for (const [key, name] of [
    ['settings.seen', 'seen'],
    ['settings.move', 'move'],
    ['settings.erase', 'erase'],
  ]) {
    await w.tab('nav.settings');
    await w.press(key);
    await w.look(name);
  }
  await keys(w);
  await elsewhere(w, context, words);
}

/** A basket at a till, and the receipt that comes with it. */
async function basket(w) {
  const { page, shops } = w;
  const lines = ['EPICERIE DU PONT        12:04', '', 'Lait 1 l              1,20', 'Total                42,10', ''];
  const more = { receipt: lines.join('\n'), returnUrl: 'https://pont.example/merci' };
  const link = shops.baskets.ring({ total: 4210n, max: 400n, step: 5n, store: 2, ballot: 2, ...more });
  await w.openLink(link);
  await page.locator('#slider').waitFor();
  await page.locator('#points').fill('60');
  await page.locator('#points').blur();
  await w.look('basket');
  await page.locator('main button[type=submit]').click();
  await page.locator('main progress').waitFor();
  await w.look('basket-waits', { waits: '.busy' });
  await w.press('go.home');
  await w.press('banner.waiting.go');
  await w.look('waiting-basket');
  await w.press('waiting.open');
  await page.locator('main progress').waitFor();
  shops.baskets.complete(link);
  await page.locator('.result.good').waitFor();
  await w.look('basket-done');
  const gone = shops.baskets.ring({ store: 3 });
  await w.openLink(gone);
  await page.locator('main progress').waitFor();
  shops.baskets.cancel(gone);
  await page.locator('.result.bad').waitFor();
  await w.look('basket-cancelled');
  await w.tab('nav.settings');
  await w.press('receipts.title');
  await w.look('receipts');
  await page.locator('main button.line').first().click();
  await w.look('receipt');
  await w.press('receipt.delete');
  await w.look('receipt-delete');
  await w.press('receipt.delete.yes');
  await w.look('receipts-none');
}

/** A second tab, another store's page, and a restore there. */
async function elsewhere(w, context, words) {
  const { shops } = w;
  const second = await pageOf(context, w.view.name);
  const other = new Walk(second, w.view, shops);
  other.count = w.count;
  await second.goto(`${shops.addresses[0]}/wallet/`);
  await second.locator('main h1').waitFor();
  await other.look('second-tab');
  await other.press('elsewhere.take');
  await second.locator('.amount').waitFor();
  await other.look('taken-over');
  await w.page.waitForFunction(() => document.querySelector('nav') === null);
  await second.goto(shops.checkout(40n, { store: 2 }));
  await second.locator('#home').waitFor();
  await other.look('other-shop');
  await second.locator('#home').fill(shops.addresses[0]);
  await other.press('start.home.go');
  await second.locator('#slider').waitFor();
  await other.look('opened-at-home');
  await second.goto(`${shops.addresses[3]}/wallet/`);
  await other.press('start.restore');
  await second.locator('#words').fill(words.map((word, i) => `${i + 1}. ${word.trim()}`).join('\n'));
  await other.press('restore.go');
  await second.locator('.balance').waitFor({ timeout: 120_000 });
  await other.look('restored');
}

/** The camera sees a till's code. */
async function scan() {
  const shops = await stores();
  const file = join(out, 'code.y4m');
  film(file, shops.grant(33));
  const args = ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  const camera = await open({ args: [...args, `--use-file-for-fake-video-capture=${file}`] });
  try {
    const context = await camera.newContext({ permissions: ['camera'], viewport: { width: 360, height: 740 } });
    const page = await pageOf(context, 'camera');
    await page.goto(`${shops.addresses[0]}/wallet/`);
    await page.locator('main .button.main').click();
    await page.locator('nav button').nth(1).click();
    await page.getByText('33 points').waitFor();
  } catch (error) {
    faults.push(`camera: ${error.message}`);
  } finally {
    await camera.close();
    shops.close();
  }
}

/** The browser's way back, and the way past the navigation. */
async function keys(w) {
  const { page } = w;
  await w.tab('nav.history');
  await w.tab('nav.settings');
  await page.goBack();
  const title = await page.locator('h1').innerText();
  if (title !== (await w.text('history.title'))) faults.push(`${w.view.name}: back leads to ${title}`);
  await page.keyboard.press('Tab');
  await page.locator('.skip').focus();
  await page.keyboard.press('Enter');
  const focused = await page.evaluate(() => document.activeElement?.id);
  if (focused !== 'content') faults.push(`${w.view.name}: the way to the content leads to ${focused}`);
}

async function pageOf(context, name) {
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(text))
      faults.push(`${name}: ${text}`);
  });
  return page;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const browser = await open();
try {
  for (const view of views) {
    const shops = await stores();
    const { width, height, scheme, lang } = view;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      locale: lang,
      reducedMotion: 'reduce',
    });
    // Axe is put into each page by the browser itself, past the policy that it is to keep.
    await context.addInitScript(axe);
    const page = await pageOf(context, view.name);
    const w = new Walk(page, view, shops);
    try {
      await walk(w, context);
    } catch (error) {
      faults.push(`${view.name}: after ${w.count} pictures: ${error.message}`);
      for (const [i, each] of context.pages().entries())
        await each.screenshot({ path: join(out, `${view.name}-broken-${i}.png`) });
    }
    await context.close();
    shops.close();
    console.log(`${view.name}: ${w.count} pictures and more`);
  }
} finally {
  await browser.close();
}
if (views.length === VIEWS.length || only === 'camera') await scan();
for (const fault of faults) console.log(fault);
console.log(`${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
