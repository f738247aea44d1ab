// Points of one shop pay in another: the camera of a telephone reads the code from the till's screen.

export const camera = true;

export async function play(stage) {
  const { A, C } = stage.shops;
  const phone = await stage.customer(A, 25);
  const till = await stage.till(C);
  await till.type('take', 7);
  await till.look('till');
  await till.page.click('#go');
  await till.state('open');
  await till.look('till-open');
  stage.film(await till.photograph());
  await phone.tab('scan');
  await phone.page.locator('#slider').waitFor({ timeout: 60_000 });
  stage.film();
  await phone.look('asked');
  await till.state('presented');
  await till.look('till-presented');
  await phone.points(5);
  stage.same(await phone.page.inputValue('#slider'), '5', 'the slider goes where the number says');
  await phone.go();
  await phone.result();
  await phone.look('paid');
  await till.state('accepted');
  await till.look('till-accepted');
  stage.same(await phone.balance(), 20, '25 - 5');
  await phone.look('home');

  // Points back, as a grant of the same wallet.
  await till.next();
  await till.page.click('#recent li button:last-child');
  await till.look('till-refund', { whole: false });
  await till.page.fill('#refund-points', '6');
  await till.page.keyboard.press('Enter');
  stage.holds(await till.page.isVisible('#refund-dialog'), 'more than was paid is not sent');
  await till.page.fill('#refund-points', '3');
  await till.page.keyboard.press('Enter');
  await till.state('open');
  await till.look('till-refund-open');
  await phone.claim(await till.code());
  await till.state('claimed');
  stage.same(await phone.balance(), 23, '20 + 3');
}
