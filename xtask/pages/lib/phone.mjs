// A customer's telephone: the wallet at the address of one shop.

export class Phone {
  constructor(stage, shop, page) {
    Object.assign(this, { stage, shop, page });
  }

  /** A telephone without a wallet, in front of a page of the app. */
  static async open(stage, shop, path = '/wallet/', more = {}) {
    const page = await stage.page({ width: 360, phone: true, ...more });
    const phone = new Phone(stage, shop, page);
    await page.goto(path.startsWith('https:') ? path : shop.url + path);
    await page.locator('main h1').waitFor();
    return phone;
  }

  look(name, more) {
    return this.stage.look(this.page, name, more);
  }

  /** Presses the main button. */
  go() {
    return this.page.locator('main .button.main').first().click();
  }

  /** Presses the main button, and waits until the wallet shows something else. */
  async make() {
    await this.go();
    await this.page.locator('nav .tab').first().waitFor();
    await this.still();
  }

  /** Nothing goes on. */
  async still() {
    await this.page.waitForFunction(
      () => document.querySelector('main h1') && !document.querySelector('.busy, main progress'),
    );
  }

  /** One of the four parts: home, scan, history, settings. */
  async tab(name) {
    const at = ['home', 'scan', 'history', 'settings'].indexOf(name);
    const before = await this.page.evaluate(() => location.hash);
    await this.page.locator('nav .tab').nth(at).click();
    // A code that is before the camera already may be read, and lead on, before anybody looks.
    await this.page.waitForFunction(([old, hash]) => [hash, old].indexOf(location.hash) !== 1, [before, `#/${name}`]);
  }

  /** Follows a till's link inside the wallet. */
  async follow(link) {
    await this.tab('scan');
    await this.page.locator('#link').fill(link);
    await this.page.locator('main form .button.main').click();
  }

  /** What a result says about how it went. */
  result(tone = 'good') {
    return this.page.locator(`.result.${tone}`).waitFor({ timeout: 60_000 });
  }

  async claim(link) {
    await this.follow(link);
    await this.page.locator('main .amount').waitFor();
    await this.go();
    await this.result();
  }

  /** Sees what a till asks for. */
  async see(link) {
    await this.follow(link);
    await this.page.locator('#slider').waitFor();
  }

  /** Sets how many points are paid. */
  async points(number) {
    await this.page.locator('#points').fill(String(number));
    await this.page.locator('#points').press('Tab');
  }

  /** The words that it shows. */
  async words() {
    await this.page.locator('.words li').first().waitFor();
    return (await this.page.locator('.words li span').allInnerTexts()).map((word) => word.trim());
  }

  /** Waits until so many points are shown. */
  async has(points) {
    const shown = (number) => Number(document.querySelector('.balance .amount')?.textContent.replace(/\D/g, '')) === number;
    await this.page.waitForFunction(shown, points, { timeout: 60_000 });
  }

  async balance() {
    await this.tab('home');
    return Number((await this.page.locator('.balance .amount').innerText()).replace(/\D/g, ''));
  }

  close() {
    return this.page.context().close();
  }
}
