// A till: the page /till in a browser of its own, as whoever stands behind the counter uses it.
import { read } from './code.mjs';

export class Till {
  constructor(stage, shop, page) {
    Object.assign(this, { stage, shop, page });
  }

  /** Opens the link that the manager printed; without a token, the page that asks for one. */
  static async open(stage, shop, { token = shop.token, ...more } = {}) {
    const page = await stage.page({ width: 1280, ...more });
    const till = new Till(stage, shop, page);
    await page.goto(`${shop.url}/till${token === null ? '' : `#${token}`}`);
    await till.seen(token === null ? '#sign-in' : '#counter');
    return till;
  }

  seen(selector) {
    return this.page.waitForSelector(`${selector}:not([hidden])`);
  }

  look(name, more) {
    return this.stage.look(this.page, name, more);
  }

  /** Types an amount: cents of a basket for one scan, points to give, cents that earn them, or points to take at most. */
  async type(what, amount) {
    const { page } = this;
    const gives = what === 'points' || what === 'euros';
    await page.click(`label[for=what-${gives ? 'give' : what}]`);
    if (gives) await page.click(`label[for=unit-${what === 'euros' ? 'euros' : 'points'}]`);
    await page.focus('#amount');
    await page.keyboard.type(String(amount));
  }

  /** Presses the main key, and waits until the code is there. */
  async ask(what, amount) {
    await this.type(what, amount);
    await this.page.click('#go');
    await this.state('open');
  }

  /** What is asked from now on ends after some seconds. */
  soon(expires_in) {
    return this.page.route(/\/v1\/(grants|checkouts|baskets)$/, (route) => {
      const asked = route.request().postDataJSON();
      return route.continue({ postData: JSON.stringify({ ...asked, expires_in }) });
    });
  }

  state(name) {
    return this.page.waitForSelector(`#operation[data-state=${name}]:not([hidden])`, { timeout: 60_000 });
  }

  /** The sum of money that is shown big, in cents. */
  async money() {
    return Number((await this.page.locator('#money-sum').innerText()).replace(/\D/g, ''));
  }

  /** All that the page shows and the browser keeps, fields and pictures too. */
  everything() {
    return this.page.evaluate(() => {
      const fields = [...document.querySelectorAll('input')].map(({ value }) => value);
      const kept = JSON.stringify({ ...localStorage, ...sessionStorage });
      return [document.documentElement.outerHTML, ...fields, kept, location.href].join('\n');
    });
  }

  /** A photograph of the code. */
  async photograph() {
    await this.page.waitForFunction(() => {
      const image = document.getElementById('qr');
      return image.complete && image.naturalWidth > 0 && image.checkVisibility();
    });
    return this.page.locator('#qr').screenshot();
  }

  /** The link, read from the pixels of the code; the text beside it must say the same. */
  async code() {
    const link = read(await this.photograph());
    this.stage.same(link, await this.page.inputValue('#link'), 'the code says what the link beside it says');
    return link;
  }

  /** The next customer. */
  async next() {
    await this.page.click('#next');
    await this.page.waitForSelector('#operation', { state: 'hidden' });
  }

  close() {
    return this.page.context().close();
  }
}
