// A sale with the keys alone, at the till and in the wallet.

export async function play(stage) {
  const { A, C } = stage.shops;
  const till = await stage.till(C, { token: null });
  await till.page.keyboard.insertText(`${C.url}/till#${C.token}`);
  await till.page.keyboard.press('Enter');
  await till.seen('#counter');
  const at = (page) => page.evaluate(() => document.activeElement?.id);
  stage.same(await at(till.page), 'amount', 'the amount has the focus');
  // To the choice before it, by arrow.
  for (let i = 0; i < 6 && (await at(till.page)) !== 'what-sale'; i += 1) await till.page.keyboard.press('Shift+Tab');
  stage.same(await at(till.page), 'what-sale', 'one scan for all is what a till offers first');
  await till.page.keyboard.press('ArrowRight');
  await till.page.keyboard.press('ArrowRight');
  stage.same(await at(till.page), 'what-take', 'the arrow chooses');
  await till.page.keyboard.type('6');
  await till.page.keyboard.press('Enter');
  await till.state('open');
  stage.same(await at(till.page), 'operation-heading', 'the operation has the focus');
  const link = await till.code();

  const phone = await stage.customer(A, 14);
  const { page } = phone;
  await phone.tab('scan');
  await page.locator('#link').focus();
  await page.keyboard.insertText(link);
  await page.keyboard.press('Enter');
  await page.locator('#slider').waitFor();
  stage.same(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'a new screen begins at its heading');
  await page.keyboard.press('Tab');
  stage.same(await at(page), 'slider', 'the slider comes first');
  await page.keyboard.press('ArrowLeft');
  stage.same(await page.inputValue('#points'), '5', 'an arrow is a point');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await phone.result();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.balance').waitFor();
  await till.state('accepted');
  stage.same(await at(till.page), 'next', 'what is decided waits for Enter');
  await till.page.keyboard.press('Enter');
  stage.same(await at(till.page), 'amount', 'and the next customer');
  // The way past what stands above the content.
  await till.page.reload();
  await till.seen('#counter');
  await till.page.locator('.skip').focus();
  await till.look('skip', { whole: false });
  await till.page.keyboard.press('Enter');
  stage.same(await at(till.page), 'main', 'to the content');
}
