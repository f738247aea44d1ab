// The 24 words: written down, asked for, and typed into another telephone; the first one's coins are gone then.

export async function play(stage) {
  const { A, B } = stage.shops;
  const phone = await stage.customer(A, 40);
  const link = (await stage.grant(A, 90)).claim_url;
  await phone.follow(link);
  await phone.page.locator('main .note').waitFor();
  await phone.look('above-100');
  await phone.go();
  await phone.page.locator('main .button.main').waitFor();
  await phone.look('why');
  await phone.go();
  const words = await phone.words();
  await phone.look('words');
  stage.same(words.length, 24, '24 words');
  await phone.go();
  await phone.page.locator('input[id^=word-]').first().waitFor();
  const asked = await phone.page.locator('input[id^=word-]').all();
  for (const field of asked) await field.fill('zoo');
  await phone.go();
  await phone.page.locator('#words-wrong .note').waitFor();
  await phone.look('wrong');
  for (const field of asked) await field.fill(words[Number((await field.getAttribute('id')).slice(5))]);
  await phone.go();
  await phone.page.locator('.result.good').waitFor();
  await phone.look('written');
  // What waited for the words is taken by itself.
  await phone.tab('home');
  await phone.has(130);

  const next = await stage.phone(B);
  await next.look('start');
  await next.page.locator('main .stack .button').nth(1).click();
  await next.page.locator('#words').fill('abandon abandon zoo');
  await next.go();
  await next.page.locator('#words-trouble .note').waitFor();
  await next.look('restore-wrong');
  await next.page.locator('#words').fill(words.map((word, i) => `${i + 1}. ${word}`).join('\n'));
  await next.go();
  await next.page.locator('.balance').waitFor({ timeout: 120_000 });
  await next.look('restored');
  stage.same(await next.balance(), 130, 'all that there was');
  const till = await stage.till(B);
  await till.ask('take', 7);
  await next.see(await till.code());
  await next.go();
  await next.result();
  await till.state('accepted');
  stage.same(await next.balance(), 123, '130 - 7');
}
