// A web shop: an order is paid with points in part, earns on the rest, and its customer comes back to it from the wallet.
import { openWebshop } from '../lib/webshop.mjs';

export async function play(stage) {
  const { A, C } = stage.shops;
  const webshop = await openWebshop(C, `webshop-${stage.lang}`);
  stage.origins.add(webshop.url);
  try {
    await buy(stage, webshop, await stage.customer(A, 90));
  } finally {
    await webshop.close();
  }
}

async function buy(stage, { url, said }, phone) {
  // The shop's page and the wallet are two tabs of one telephone.
  const shop = await phone.page.context().newPage();
  await shop.goto(url);
  await stage.look(shop, 'shelf');
  await shop.locator('form[action$=pot] button').click();
  await stage.look(shop, 'order');
  const link = await shop.locator('main a[href*="/b/"]').getAttribute('href');
  await phone.see(link);
  await phone.points(50);
  await phone.look('asked');
  await phone.go();
  // The order's page goes on by itself.
  await shop.locator('form[action$=pay] button').waitFor();
  stage.holds(/33[.,]50/.test(await shop.locator('main').innerText()), '34.00 less 50 points');
  await stage.look(shop, 'points-taken-off');
  await shop.locator('form[action$=pay] button').click();
  await phone.result();
  await phone.look('done');
  // The way back is shown, and taken by a touch alone.
  const back = phone.page.locator('main a[href^="https:"]');
  await back.click();
  await phone.page.waitForURL(`${url}/orders/**`);
  stage.same(phone.page.url(), shop.url(), 'back at the order');
  await stage.look(phone.page, 'back-at-the-order');
  await phone.page.goto(`${stage.shops.A.url}/wallet/`);
  await phone.page.locator('.balance').waitFor();
  stage.same(await phone.balance(), 73, '90 - 50 + 33');
  stage.holds(said.some((line) => line.startsWith('told: checkout.accepted')), `the node told the shop: ${said.join('; ')}`);
}
