// A shop's manager: the pages under /admin, in a browser of their own.

export class Manager {
  constructor(stage, shop, page) {
    Object.assign(this, { stage, shop, page });
  }

  /** At the door: nobody is signed in. */
  static async open(stage, shop, more) {
    const page = await stage.page(more);
    await page.goto(`${shop.url}/admin`);
    await page.locator('#password').waitFor();
    return new Manager(stage, shop, page);
  }

  look(name, more) {
    return this.stage.look(this.page, name, more);
  }

  /** Types a password where the cursor stands already. */
  async try(password) {
    await this.page.keyboard.type(password);
    await this.page.keyboard.press('Enter');
  }

  async signIn() {
    await this.try(this.shop.password);
    await this.page.locator('#lamp').waitFor();
  }

  /** One of the parts: overview, tills, earning, find. */
  async part(name) {
    const at = ['overview', 'tills', 'earning', 'find'].indexOf(name);
    await this.page.locator('.top nav a:not([hreflang])').nth(at).click();
    await this.page.locator('.top nav a[aria-current]').nth(0).waitFor();
  }

  /** Today, this week or this month. */
  async span(name) {
    const tab = this.page.locator('.tabs a').nth(['day', 'week', 'month'].indexOf(name));
    await tab.click();
    await this.page.locator('.tabs a[aria-current]').waitFor();
  }

  /** The numbers in their order: baskets, given, claimed, payments, taken, net. */
  async figures() {
    const shown = await this.page.locator('.figures dd:not(.help)').allInnerTexts();
    return shown.map((number) => Number(number.replace(/[−-]/, '-').replace(/[^\d-]/g, '')));
  }

  /** As a sheet of A4: what the printer gets, and a picture of it. */
  async print(name) {
    const { page, stage } = this;
    const before = page.viewportSize();
    // A4 less the margins of the style sheet, in pixels of a 96th of an inch.
    await page.setViewportSize({ width: 688, height: 1002 });
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    await page.screenshot({ path: stage.picture(`${name}-paper`), fullPage: true });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    stage.holds(over <= 0, `${name} is no wider than the sheet: ${over} pixels over`);
    const paper = await page.pdf({ path: stage.picture(name, 'pdf'), format: 'A4', preferCSSPageSize: true });
    stage.holds(paper.length > 10_000, `${name} is printed`);
    await page.emulateMedia({ media: 'screen', colorScheme: null });
    await page.setViewportSize(before);
  }
}
