// One scan for all: a customer pays a part of a basket with points and the rest in money, and earns on the rest.

export async function play(stage) {
  const { A, C } = stage.shops;
  const till = await stage.till(C, { width: 360 });
  const phone = await stage.customer(A, 25);
  await till.look('till');
  await till.type('sale', 4210);
  await till.page.click('#go');
  await till.state('open');
  await till.look('till-open');
  await phone.follow(await till.code());
  await till.state('presented');
  await till.look('till-presented');
  await phone.points(20);
  await phone.go();
  await till.state('settled');
  await till.look('till-to-pay');
  const rest = await till.money();
  stage.holds(rest > 0 && rest < 4210, `points made the price smaller: ${rest}`);
  // As it was after the page is loaded again.
  await till.page.reload();
  await till.state('settled');
  stage.same(await till.money(), rest, 'the same sum after a reload');
  stage.same(await till.page.evaluate(() => document.activeElement?.id), 'received', 'Enter says that the money is there');
  await till.page.keyboard.press('Enter');
  await till.state('claimed');
  await phone.result();
  await till.look('till-done');
  const earned = Math.floor(rest / 100);
  stage.same(await phone.balance(), 5 + earned, 'what was left, and a point for each euro in money');
  await till.next();
  await till.look('till-recent');

  // Nobody scans: the till takes the money, and the code is still good.
  await till.type('sale', 300);
  await till.page.click('#part summary');
  await till.page.focus('#eligible');
  await till.page.keyboard.type('900');
  await till.page.click('#go');
  await till.seen('#problem');
  await till.look('till-part-over');
  await till.page.focus('#eligible');
  await till.page.keyboard.press('Control+A');
  await till.page.keyboard.type('200');
  await till.page.click('#go');
  await till.state('open');
  const link = await till.code();
  await till.page.click('#received');
  await till.state('complete');
  await till.look('till-not-scanned');
  stage.same(await till.code(), link, 'the code can still be scanned');
  await till.next();
  await phone.follow(link);
  await phone.result();
  stage.same(await phone.balance(), 7 + earned, 'two points for the two euros that earn');

  // Cancelled before anybody paid, and too late for points.
  await till.type('sale', 500);
  await till.page.click('#go');
  await till.state('open');
  await till.page.click('#cancel');
  await till.state('cancelled');
  await till.look('till-cancelled');
  await till.next();
  await till.soon(2);
  await till.type('sale', 600);
  await till.page.click('#go');
  await till.state('expired');
  await till.look('till-expired');
  // Left by mistake: the list leads back to it.
  await till.next();
  await till.page.click('#recent li:first-child button');
  await till.page.click('#received');
  await till.state('complete');
}
