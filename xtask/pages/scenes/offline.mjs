// A telephone without a network: it opens, reads codes, keeps them, and goes on by itself.

export async function play(stage) {
  const { A, B } = stage.shops;
  const phone = await stage.customer(A, 15);
  const { page } = phone;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const { claim_url } = await stage.grant(B, 5);
  const own = (await stage.grant(A, 3)).claim_url;
  await page.context().setOffline(true);
  // The link of its own shop opens the app from what the browser keeps.
  await page.goto(own);
  await phone.result('wait');
  await phone.look('kept');
  await phone.follow(claim_url);
  await phone.result('wait');
  await phone.tab('home');
  await phone.look('home');
  await page.locator('.banners .button').first().click();
  await page.locator('main .list').first().waitFor();
  await phone.look('waiting');
  await page.context().setOffline(false);
  // What was typed in goes on by itself. What an address brought is taken by its owner alone.
  const left = (count) =>
    page.waitForFunction((n) => document.querySelectorAll('main .list > li').length === n, count, { timeout: 60_000 });
  await left(1);
  await phone.look('asks');
  await page.locator('main .list .button').first().click();
  await left(0);
  await phone.still();
  stage.same(await phone.balance(), 23, '15 + 5 + 3');
}
