// Two telephones with the same words: what one has spent the other can't.

export async function play(stage) {
  const { A, C } = stage.shops;
  const phone = await stage.customer(A, 1);
  await phone.tab('settings');
  await phone.page.locator('.menu .line').first().click();
  await phone.go();
  const words = await phone.words();
  const copy = await stage.phone(A, '/wallet/');
  await copy.page.locator('main .stack .button').nth(1).click();
  await copy.page.locator('#words').fill(words.join(' '));
  await copy.go();
  await copy.page.locator('.balance').waitFor({ timeout: 120_000 });
  const first = await stage.till(C, { width: 360 });
  await first.ask('take', 1);
  await copy.see(await first.code());
  await copy.go();
  await copy.result();
  await first.state('accepted');
  await first.next();
  await first.ask('take', 1);
  await phone.see(await first.code());
  await phone.go();
  await phone.result('bad');
  await phone.look('spent-already');
  await first.state('refused');
  await first.look('till-refused');
}
