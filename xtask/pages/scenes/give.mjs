// A gift, a vote and a voucher; and how the page of the federation counts them.

export async function play(stage) {
  const { A, B, D } = stage.shops;
  const more = { ballot: 1, vouchers: [{ offer: 1, count: 1 }], reason: 'Jars brought back' };
  const grant = await stage.grant(A, 30, more);
  const phone = await stage.phone(A);
  await phone.make();
  await phone.follow(grant.claim_url);
  await phone.page.locator('main .amount').waitFor();
  await phone.look('take-all');
  await phone.go();
  await phone.result();
  await phone.tab('home');
  await phone.look('home');
  await phone.page.locator('main .stack .button').nth(1).click();
  await phone.page.locator('.choice').first().click();
  await phone.page.locator('#gift-points').fill('4');
  await phone.page.locator('#gift-points').press('Tab');
  await phone.look('give');
  await phone.go();
  await phone.result();
  await phone.look('given');
  await phone.tab('home');
  await phone.page.locator('.between .button').first().click();
  await phone.page.locator('.choice').nth(1).click();
  await phone.look('vote');
  await phone.go();
  await phone.result();
  await phone.look('voted');

  const till = await stage.till(D);
  await till.ask('take', 9);
  await phone.see(await till.code());
  await phone.page.locator('fieldset .button').nth(1).click();
  await phone.look('pay-voucher');
  await phone.go();
  await phone.result();
  await till.state('accepted');

  const page = await stage.page();
  // Each witness reads the others' logs every second.
  await page.goto(`${B.url}/federation`);
  const counted = () => document.getElementById('gifts') !== null && document.querySelector('#campaign-1') !== null;
  for (let tries = 0; tries < 20 && !(await page.evaluate(counted)); tries += 1) await page.reload();
  stage.holds(await page.evaluate(counted), 'the federation counts gifts and votes');
  await stage.look(page, 'federation');
  const paper = await page.pdf({ path: stage.picture('federation', 'pdf'), format: 'A4', preferCSSPageSize: true });
  stage.holds(paper.length > 10_000, 'the page of the federation is printed');
}
