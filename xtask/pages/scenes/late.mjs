// A payment that other shops certified while the paid one was down, and that it hears of too late: the points come back.
import { start, stop } from '../lib/asks.mjs';

export const alone = true;

/** Pays, and holds the first that the telephone sends to this shop. */
async function signed(phone, shop) {
  const held = new Promise((resolve) => {
    let isFirst = true;
    void phone.page.route(`${shop.url}/v1/**`, (route) => {
      if (!isFirst || route.request().method() !== 'POST') return route.continue();
      isFirst = false;
      resolve(route);
    });
  });
  await phone.go();
  return held;
}

export async function play(each) {
  const { C } = each.shops;
  const all = await each(async (stage) => {
    const [phone, till] = [await stage.customer(stage.shops.A, 9), await stage.till(C)];
    await till.soon(5);
    await till.ask('take', 4);
    const over = Date.now() + 5000;
    await phone.see(await till.code());
    await till.page.goto('about:blank');
    const order = await signed(phone, C);
    return { phone, till, over, order };
  });
  // Both orders are signed and on their way.
  await stop(C);
  await each(async (stage, { phone, over, order }) => {
    await order.abort();
    await phone.result('wait');
    await phone.look('pay-unsure');
    await phone.page.waitForFunction((time) => Date.now() > time, over);
  }, all);
  await start(C);
  await each(async (stage, { phone, till }) => {
    await phone.result('bad');
    await phone.look('pay-too-late');
    stage.same(await phone.balance(), 9, 'the points came back');
    await phone.look('home');
    await phone.tab('history');
    await phone.look('history');
    await till.page.goto(`${C.url}/till`);
    await till.state('accepted_late');
    await till.look('till-too-late');
  }, all);
}
