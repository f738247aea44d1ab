// Two of four witnesses are gone: payments wait, at the till and in the wallet, and are completed when one is back.
import { start, stop } from '../lib/asks.mjs';

export const alone = true;

export async function play(stage) {
  const { A, B, C, D } = stage.shops;
  const phone = await stage.customer(A, 21);
  const till = await stage.till(C);
  await till.ask('take', 6);
  const link = await till.code();
  await phone.see(link);
  await stop(B);
  await stop(D);
  await phone.go();
  await phone.result('wait');
  await phone.look('pay-waits');
  await till.state('pending');
  await till.look('till-pending');
  await phone.tab('home');
  await phone.look('home');
  await phone.page.locator('.banners .button').first().click();
  await phone.look('waiting');
  const page = await stage.page();
  await page.goto(`${A.url}/federation`);
  for (let tries = 0; tries < 60 && (await page.locator('.conditions .bad').count()) === 0; tries += 1) await page.reload();
  stage.holds((await page.locator('.conditions .bad').count()) > 0, 'the federation says that payments wait');
  await stage.look(page, 'federation');
  await start(B);
  await till.state('accepted');
  await page.goto(`${A.url}/federation`);
  for (let tries = 0; tries < 60 && (await page.locator('.conditions .bad').count()) > 0; tries += 1) await page.reload();
  await stage.look(page, 'federation-one-gone');
  await start(D);
  stage.same(await phone.balance(), 15, '21 - 6');
}
