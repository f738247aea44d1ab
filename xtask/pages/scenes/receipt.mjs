// A basket with a receipt: one code for what is paid with points, what is left and what that earns. Before the camera.

export const camera = true;

const LINES = {
  en: 'Comté, 18 months  19.40\nGoat cheese        5.10',
  fr: 'Comté 18 mois     19,40\nFromage de chèvre  5,10',
};

export async function play(stage) {
  const { A, C } = stage.shops;
  const phone = await stage.customer(A, 25);
  const { page } = phone;
  const basket = await stage.basket(C, 2450, { receipt: LINES[stage.lang] });
  stage.film(await stage.photograph(basket.qr_svg));
  await phone.tab('scan');
  await page.locator('#slider').waitFor({ timeout: 60_000 });
  stage.film();
  await phone.look('asked');
  await page.locator('#slider').focus();
  for (let key = 0; key < 3; key += 1) await page.keyboard.press('ArrowLeft');
  stage.same(await page.inputValue('#points'), '22', 'each key is a point less');
  await phone.points(7);
  await phone.look('seven');
  await phone.go();
  const settled = await stage.settled(C, basket);
  stage.same(settled.pay_cents, 2443, '24.50 less 7 points');
  await page.locator('main progress').waitFor();
  await phone.look('rest-in-money');
  const { earns } = await stage.complete(C, basket);
  stage.same(earns.points, 24, 'a point for each euro of the rest');
  await phone.result();
  await page.locator('main pre').waitFor();
  await phone.look('done');
  stage.same(await phone.balance(), 42, '25 - 7 + 24');

  await receipts(stage, phone);
  await declined(stage, phone);
}

/** What came along is in the list of this device, until its owner deletes it. */
async function receipts(stage, phone) {
  const { page } = phone;
  await phone.tab('settings');
  await page.locator('.menu .line').nth(3).click();
  await page.locator('main .list .line').waitFor();
  await phone.look('receipts');
  await page.locator('main .list .line').click();
  stage.same(await page.locator('main pre').innerText(), LINES[stage.lang], 'the receipt is as the till wrote it');
  await phone.look('receipt');
  await page.locator('main .stack .button').first().click();
  await page.locator('main .button.danger').waitFor();
  await phone.look('receipt-delete');
  await page.locator('main .button.danger').click();
  await page.locator('main .list').waitFor({ state: 'hidden' });
  await phone.look('receipts-none');
}

/** Who pays no points earns all the same. */
async function declined(stage, phone) {
  const { C } = stage.shops;
  const basket = await stage.basket(C, 1180);
  await phone.see(basket.url);
  await phone.page.locator('main form .stack .button').nth(1).click();
  stage.same((await stage.settled(C, basket)).pay_cents, 1180, 'all of it in money');
  await stage.complete(C, basket);
  await phone.result();
  await phone.look('only-earned');
  stage.same(await phone.balance(), 53, '42 + 11');
}
