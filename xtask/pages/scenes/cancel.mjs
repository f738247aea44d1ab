// What a till withdraws, and what nobody can pay any more.

export async function play(stage) {
  const { A, B } = stage.shops;
  const till = await stage.till(B, { width: 360 });
  const phone = await stage.customer(A, 9);
  await till.ask('take', 6);
  const link = await till.code();
  await phone.see(link);
  await till.page.click('#cancel');
  await till.state('cancelled');
  await till.look('till-cancelled');
  await phone.go();
  await phone.result('bad');
  await phone.look('pay-cancelled');
  await till.next();
  await till.ask('points', 11);
  await till.page.click('#cancel');
  await till.state('cancelled');
  await till.look('till-grant-cancelled');
  await till.next();

  // An amount that is none, and a step above it.
  await till.page.click('#go');
  await till.seen('#problem');
  await till.look('till-no-amount');
  await till.type('take', 3);
  await till.page.fill('#step', '5');
  await till.page.click('#go');
  await till.seen('#problem');
  await till.look('till-step');

  // A wallet with less than a till asks for, and one with nothing.
  await till.page.fill('#step', '1');
  await till.page.focus('#amount');
  await till.page.keyboard.press('Escape');
  await till.page.keyboard.type('500');
  await till.page.click('#go');
  await till.state('open');
  const more = await till.code();
  await phone.see(more);
  await phone.look('pay-less');
  const empty = await stage.customer(A, 0);
  await empty.look('empty');
  await empty.follow(more);
  await empty.page.locator('.note.bad').waitFor();
  await empty.look('pay-nothing');
  await empty.tab('scan');
  await empty.page.locator('#link').fill('https://example.org/');
  await empty.page.locator('main form .button.main').click();
  await empty.page.locator('#link-trouble .note').waitFor();
  await empty.look('no-link');
}
