// Goods come back of a sale that was paid and earned by two codes, and of a basket that another till rang up.

export async function play(stage) {
  const { A, C } = stage.shops;
  const till = await stage.till(C, { width: 360 });
  const phone = await stage.customer(A, 20);
  const code = async () => (await till.page.innerText('#code')).split(/\s/).at(-1);
  await till.ask('take', 5);
  await phone.see(await till.code());
  await phone.points(5);
  await phone.go();
  await till.state('accepted');
  await till.next();
  await till.ask('euros', 995);
  await phone.claim(await till.code());
  await till.state('claimed');
  const given = await code();
  await till.next();

  // By the payment: the other code, and what the whole sale came to.
  await till.page.click('#recent li:nth-child(2) button');
  await till.page.keyboard.type('400');
  await till.page.fill('#goods-other', given);
  await till.look('till-goods-apart', { whole: false });
  await till.page.keyboard.press('Enter');
  await till.seen('#goods-problem');
  await till.look('till-goods-whole-missing', { whole: false });
  await till.page.focus('#goods-whole');
  await till.page.keyboard.type('1000');
  await till.page.keyboard.press('Enter');
  await till.state('open');
  await till.look('till-goods-apart-back');
  stage.holds((await till.money()) < 400, 'a part of it was paid with points');
  await till.next();

  // A basket of another till, by the code that the customer reads out, and by its link.
  const asked = { total_cents: 900, eligible_cents: 600, max_points: 0, step: 1, reference: `other ${stage.lang}` };
  const basket = await stage.call(C, 'POST', '/v1/baskets', asked);
  await stage.call(C, 'POST', `/v1/baskets/${basket.id}/complete`);
  for (const typed of [basket.code.toLowerCase(), basket.url]) {
    await till.page.click('#goods-open');
    await till.page.fill('#goods-code', typed);
    await till.page.keyboard.press('Enter');
    await till.seen('#goods-found');
    await till.page.keyboard.type('200');
    await till.look('till-goods-other-till', { whole: false });
    await till.page.focus('#goods-part');
    await till.page.keyboard.type('100');
    await till.page.keyboard.press('Enter');
    await till.page.waitForSelector('#operation:not([hidden]):not([data-state=sending])');
    stage.same(await till.money(), 200, 'nobody has claimed: nothing is held back');
    await till.look('till-goods-instead');
    await till.next();
  }
  await till.page.click('#goods-open');
  await till.page.keyboard.type('0000-0000');
  await till.page.keyboard.press('Enter');
  await till.seen('#goods-problem');
  await till.look('till-code-unknown', { whole: false });
}
