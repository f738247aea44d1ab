// Two of four witnesses are gone: payments wait, at the till and in the wallet, and are completed when one is back.
import { start, stop } from '../lib/asks.mjs';

export const alone = true;

/** Loads the page of the federation until its first lines say so much. */
async function federation(stage, page, bad) {
  await page.goto(`${stage.shops.A.url}/federation`);
  const says = async () => (await page.locator('.conditions .bad').count()) > 0;
  for (let tries = 0; tries < 100 && (await says()) !== bad; tries += 1) await page.reload();
  stage.same(await says(), bad, 'the federation says whether payments wait');
}

export async function play(each) {
  const { B, D } = each.shops;
  const all = await each(async (stage) => {
    const { A, C } = stage.shops;
    const [phone, till, page] = [await stage.customer(A, 21), await stage.till(C), await stage.page()];
    await till.ask('take', 6);
    await phone.see(await till.code());
    return { phone, till, page };
  });
  await stop(B);
  await stop(D);
  await each(async (stage, { phone, till, page }) => {
    await phone.go();
    await phone.result('wait');
    await phone.look('pay-waits');
    await till.state('pending');
    await till.look('till-pending');
    await phone.tab('home');
    await phone.look('home');
    await phone.page.locator('.banners .button').first().click();
    await phone.look('waiting');
    await federation(stage, page, true);
    await stage.look(page, 'federation');
  }, all);
  await start(B);
  await each(async (stage, { phone, till, page }) => {
    await till.state('accepted');
    await federation(stage, page, false);
    await stage.look(page, 'federation-one-gone');
    await phone.page.waitForFunction(() => document.querySelector('main .list') === null, undefined, { timeout: 60_000 });
    stage.same(await phone.balance(), 15, '21 - 6');
  }, all);
  await start(D);
}
