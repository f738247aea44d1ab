// What anybody sees without a till and without a wallet; with scripts and without.

export async function play(stage) {
  const { A } = stage.shops;
  const page = await stage.page({ width: 360 });
  await page.goto(`${A.url}/`);
  await stage.look(page, 'home');
  await page.locator('.cards a').nth(1).click();
  await page.locator('#witnesses').waitFor();
  await stage.look(page, 'federation');
  // The link that switches the language stays on the page.
  await page.locator('nav a[hreflang]').click();
  await page.waitForURL(/federation\?lang=/);
  const lang = await page.evaluate(() => document.documentElement.lang);
  stage.holds(lang !== stage.lang, 'the link leads to the other language');
  const missing = await page.goto(`${A.url}/nothing`);
  stage.same(missing.status(), 404, 'there is no such page');
  await stage.look(page, 'missing');
  const till = await stage.till(A, { token: null, width: 360 });
  await till.look('till-closed');
  await till.page.fill('#token', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await till.page.keyboard.press('Enter');
  await till.seen('#problem');
  await till.look('till-refused');
  stage.same((await page.context().cookies()).length, 0, 'no cookie');

  const bare = await stage.page({ width: 360, script: false });
  for (const [path, text] of [['/till', 'noscript'], ['/wallet/', 'noscript'], ['/federation', '#books']]) {
    await bare.goto(A.url + path);
    stage.holds((await bare.locator(text).count()) > 0, `${path} says something without scripts`);
    await bare.screenshot({ path: stage.picture(`without-scripts${path.replaceAll('/', '-')}`), fullPage: true });
  }
}
