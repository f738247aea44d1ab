// A till gives points; a telephone that never had a wallet reads the code, makes one, and takes them.

export async function play(stage) {
  const { A } = stage.shops;
  const till = await stage.till(A);
  stage.holds(!till.page.url().includes('#'), 'the token does not stay in the address');
  await till.look('till');
  await till.type('euros', 4210);
  await till.look('till-euros');
  await till.page.click('#go');
  await till.state('open');
  await till.look('till-open');
  const link = await till.code();

  const phone = await stage.phone(A, link);
  await phone.look('start-with-link');
  stage.holds(!phone.page.url().includes('#'), 'the secret does not stay in the address');
  await phone.go();
  await phone.page.locator('main .amount').waitFor({ timeout: 60_000 });
  await phone.look('take');
  await phone.go();
  await phone.result();
  await phone.look('taken');
  await till.state('claimed');
  await till.look('till-claimed');
  await till.next();
  await till.look('till-recent');
  stage.same(await phone.balance(), 42, 'a point for each euro');
  await phone.look('home');

  // Somebody else comes too late, or the same one twice.
  await phone.follow(link);
  await phone.page.locator('.note.good').waitFor();
  await phone.look('taken-twice');
  const second = await stage.customer(A, 0);
  await second.follow(link);
  await second.page.locator('.note.bad').waitFor();
  await second.look('too-late');
}
