// A telephone's own camera opens the link of a shop at whose address there is no wallet.

export async function play(stage) {
  const { A, D } = stage.shops;
  const phone = await stage.customer(A, 12);
  const { url } = await stage.checkout(D, 5);
  await phone.page.goto(url);
  await phone.page.locator('#home').waitFor();
  await phone.look('no-wallet-here');
  await phone.page.locator('#home').fill('nowhere');
  await phone.page.locator('#home').press('Enter');
  await phone.page.locator('#home-told p').waitFor();
  await phone.look('no-such-shop');
  await phone.page.locator('#home').fill(A.name);
  await phone.page.locator('#home').press('Enter');
  await phone.page.locator('#slider').waitFor();
  stage.holds(phone.page.url().startsWith(`${A.url}/wallet/`), 'the wallet at home opens the link');
  await phone.look('opened-at-home');
  await phone.go();
  await phone.result();
}
