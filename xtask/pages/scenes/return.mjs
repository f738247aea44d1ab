// Goods of a basket are brought back: the points that paid for them come back to the wallet.
import { randomUUID } from 'node:crypto';

export async function play(stage) {
  const { A, B } = stage.shops;
  const phone = await stage.customer(A, 60);
  const basket = await stage.basket(B, 2000);
  await phone.see(basket.url);
  await phone.points(20);
  await phone.go();
  await stage.settled(B, basket);
  await stage.complete(B, basket);
  await phone.result();
  stage.same(await phone.balance(), 59, '60 - 20 + 19');

  // Half of what was bought.
  const { id } = basket;
  const asked = { grant: id, checkout: id, eligible_cents: 1000, reference: randomUUID() };
  const back = await stage.call(B, 'POST', '/v1/returns', asked);
  stage.same(back.points_back, 10, 'the half of the points that were paid');
  stage.same(back.money_cents, 990, 'the half of the money that was paid');
  stage.same(back.pay_cents, 980, 'less the point that this half had earned');
  await phone.follow(back.back.claim_url);
  await phone.page.locator('main .amount').waitFor();
  await phone.look('points-back');
  await phone.go();
  await phone.result();
  await phone.look('taken-back');
  stage.same(await phone.balance(), 69, '59 + 10');
  await phone.tab('history');
  await phone.look('history');
}
