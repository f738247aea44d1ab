// What a scene is given: shops, browsers, tills and telephones in one language, and somebody who notes what is wrong.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { known } from './asks.mjs';
import { open } from './browser.mjs';
import { film } from './code.mjs';
import { axe, look, SIZES } from './look.mjs';
import { Phone } from './phone.mjs';
import { Till } from './till.mjs';

/** What a browser says of requests that a scene lets fail. */
const NETWORK = /Failed to load resource|net::ERR_|WebSocket/;

/** A browser, and the film that its camera sees. */
export async function openBrowser(film_) {
  film(film_);
  return { browser: await open(known.key, film_), camera: film_ };
}

export class Stage {
  count = 0;
  faults = [];
  pictures = 0;
  contexts = [];
  /** Whom pages may ask. */
  origins = new Set(known.shops.map(({ url }) => url));

  constructor(scene, lang, { browser, camera }) {
    Object.assign(this, { scene, lang, browser, camera });
    this.shops = Object.fromEntries(known.shops.map((shop) => [shop.letter, shop]));
  }

  /** What the telephones' camera sees: a picture, or a grey wall. Only of a scene that has a browser of its own. */
  film(png) {
    film(this.camera, png);
  }

  async end() {
    await Promise.all(this.contexts.map((context) => context.close()));
  }

  /** Pictures of where a scene broke off. */
  async broken() {
    const pages = this.contexts.flatMap((context) => context.pages());
    const name = (at) => this.picture(`broken-${at}`);
    await Promise.all(pages.map((page, at) => page.screenshot({ path: name(at) }).catch(() => undefined)));
  }

  fault(what) {
    this.faults.push(`${this.scene} (${this.lang}): ${what}`);
  }

  /** Notes what does not hold. */
  holds(what, expected) {
    if (!what) this.fault(`not so: ${expected}`);
  }

  same(one, other, expected) {
    if (one !== other) this.fault(`not so: ${expected}: ${JSON.stringify(one)}, not ${JSON.stringify(other)}`);
  }

  /** A page in a browser that nobody used before. `plain` has nothing in it that is there for looking. */
  async page({ width = 1280, phone = false, plain = false, script = true } = {}) {
    const context = await this.browser.newContext({
      viewport: SIZES[width],
      locale: this.lang === 'fr' ? 'fr-FR' : 'en-GB',
      reducedMotion: 'reduce',
      hasTouch: phone,
      javaScriptEnabled: script,
      permissions: phone ? ['camera'] : [],
    });
    this.contexts.push(context);
    if (!plain && script) await context.addInitScript(axe);
    this.watch(context);
    return context.newPage();
  }

  /** No page asks anything of anybody but the shops, and none says that something went wrong. */
  watch(context) {
    const { origins } = this;
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && !origins.has(origin)) this.fault(`asks ${origin}`);
    });
    context.on('console', (message) => {
      if (message.type() === 'error' && !NETWORK.test(message.text())) this.fault(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => this.fault(`error: ${error.error().message}`));
  }

  /** Where a picture goes that is not one of a look. */
  picture(name, end = 'png') {
    return join(known.pictures, `${this.scene}-${name}.${this.lang}.${end}`);
  }

  /** A picture of a page in this state, and what is wrong with it. */
  async look(page, name, { whole } = {}) {
    this.count += 1;
    this.pictures += 1;
    const number = String(this.count).padStart(2, '0');
    const { lang } = this;
    const fault = (what) => this.fault(what);
    await look(page, { name: `${this.scene}-${number}-${name}`, lang, folder: known.pictures, fault, whole });
  }

  till(shop, more) {
    return Till.open(this, shop, more);
  }

  phone(shop, path, more) {
    return Phone.open(this, shop, path, more);
  }

  /** A telephone with a wallet of so many points, which this shop gave. */
  async customer(shop, points, { more = {}, ...options } = {}) {
    const phone = await this.phone(shop, '/wallet/', options);
    await phone.make();
    if (points > 0) await phone.claim((await this.grant(shop, points, more)).claim_url);
    return phone;
  }

  /** A call of a till, past any browser. */
  async call(shop, method, path, body) {
    const headers = { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' };
    const answer = await fetch(shop.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  grant(shop, points, more = {}) {
    return this.call(shop, 'POST', '/v1/grants', { points, reference: randomUUID(), ...more });
  }

  checkout(shop, max_points, more = {}) {
    return this.call(shop, 'POST', '/v1/checkouts', { max_points, step: 1, reference: randomUUID(), ...more });
  }

  /** All that a customer buys, of which all earns points and any part may be paid with them. */
  basket(shop, cents, more = {}) {
    const asked = { total_cents: cents, eligible_cents: cents, max_points: cents, step: 1, reference: randomUUID(), ...more };
    return this.call(shop, 'POST', '/v1/baskets', asked);
  }

  /** Waits until a basket is no longer open; how it is then. */
  async settled(shop, { id }) {
    for (;;) {
      const seen = await this.call(shop, 'GET', `/v1/baskets/${id}?wait=25&state=open`);
      if (seen.state !== 'open') return seen;
    }
  }

  complete(shop, { id }) {
    return this.call(shop, 'POST', `/v1/baskets/${id}/complete`);
  }

  /** A photograph of a code that a node has drawn, as any till's screen would show it. */
  async photograph(svg) {
    const page = await this.page({ plain: true });
    await page.setContent(svg);
    const png = await page.locator('svg').screenshot();
    await page.context().close();
    return png;
  }
}
