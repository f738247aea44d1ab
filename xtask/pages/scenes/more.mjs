// Everything else in the wallet, and a second tab.

export async function play(stage) {
  const { A, C } = stage.shops;
  const phone = await stage.customer(A, 25);
  const till = await stage.till(C);
  await till.ask('take', 8);
  await phone.see(await till.code());
  await phone.go();
  await phone.result();
  await phone.tab('history');
  await phone.look('history');
  await phone.page.locator('button.line').first().click();
  await phone.look('entry');
  await phone.page.locator('main .card .button').click();
  await phone.page.locator('#record').waitFor();
  await phone.look('record');
  await phone.tab('settings');
  await phone.look('settings');
  for (const [at, name] of [[1, 'seen'], [2, 'waiting-nothing'], [4, 'move'], [5, 'erase']]) {
    await phone.tab('settings');
    await phone.page.locator('.menu .line').nth(at).click();
    await phone.page.waitForFunction(() => !location.hash.endsWith('settings'));
    await phone.look(name);
  }
  const second = await phone.page.context().newPage();
  await second.goto(`${A.url}/wallet/`);
  await second.locator('main .button.main').waitFor();
  await stage.look(second, 'second-tab');
  await second.locator('main .button.main').click();
  await second.locator('.balance').waitFor();
  await phone.page.waitForFunction(() => document.querySelector('nav') === null);
  await phone.look('taken-over');
}
