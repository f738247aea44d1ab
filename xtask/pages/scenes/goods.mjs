// Goods come back: money without what the customer keeps, and the points that were paid, by a code.

export async function play(stage) {
  const { A, C } = stage.shops;
  const till = await stage.till(C, { width: 360 });
  const phone = await stage.customer(A, 30);
  await till.ask('sale', 2000);
  await phone.follow(await till.code());
  await phone.page.locator('#slider').waitFor();
  await phone.points(10);
  await phone.go();
  await till.state('settled');
  await till.page.click('#received');
  await till.state('claimed');
  await phone.result();
  const before = await phone.balance();
  const code = (await till.page.innerText('#code')).split(/\s/).at(-1);
  await till.next();

  // From the list: half of it.
  await till.page.click('#recent li button');
  await till.look('till-goods', { whole: false });
  await till.page.keyboard.type('3000');
  await till.page.keyboard.press('Enter');
  await till.seen('#goods-problem');
  await till.look('till-goods-too-much', { whole: false });
  await till.page.keyboard.press('Control+A');
  await till.page.keyboard.type('1000');
  await till.page.keyboard.press('Enter');
  await till.state('open');
  await till.look('till-goods-back');
  await phone.claim(await till.code());
  await till.state('done');
  await till.look('till-goods-done');
  stage.holds((await phone.balance()) > before, 'points came back');
  await till.next();

  // By the code, as a customer reads it out: the rest. Then nothing is left.
  await till.page.click('#goods-open');
  await till.page.keyboard.type('1234');
  await till.page.keyboard.press('Enter');
  await till.seen('#goods-problem');
  await till.look('till-code-wrong', { whole: false });
  await till.page.fill('#goods-code', code.toLowerCase());
  await till.page.keyboard.press('Enter');
  await till.seen('#goods-found');
  await till.page.keyboard.type('1000');
  await till.page.keyboard.press('Enter');
  await till.state('open');
  await till.next();
  await till.page.click('#goods-open');
  await till.page.keyboard.type(code);
  await till.page.keyboard.press('Enter');
  await till.seen('#goods-found');
  await till.page.keyboard.type('100');
  await till.page.keyboard.press('Enter');
  await till.seen('#problem');
  await till.look('till-goods-nothing-left');

  // What nobody has claimed is replaced: two codes, one after the other.
  const second = await stage.customer(A, 8);
  await till.ask('sale', 3000);
  const link = await till.code();
  await second.follow(link);
  await second.page.locator('#slider').waitFor();
  await second.points(8);
  await second.go();
  await till.state('settled');
  await second.close();
  await till.page.click('#received');
  await till.state('complete');
  await till.next();
  await till.page.click('#recent li button');
  await till.page.keyboard.type('2900');
  await till.page.keyboard.press('Enter');
  await till.state('open');
  await till.look('till-two-codes');
}
