// What nobody took in time.

export async function play(stage) {
  const { A, B } = stage.shops;
  const phone = await stage.customer(A, 7);
  const till = await stage.till(B, { width: 360 });
  await till.soon(6);
  await till.ask('take', 5);
  await phone.see(await till.code());
  await till.state('expired');
  await till.look('till-expired');
  await phone.page.locator('main .button.main:disabled').waitFor({ timeout: 60_000 });
  await phone.look('pay-expired');
  await till.next();
  await till.ask('points', 5);
  const link = await till.code();
  await till.state('expired');
  await till.look('till-grant-expired');
  await phone.follow(link);
  await phone.page.locator('main .note.bad').waitFor();
  await phone.look('take-expired');
}
