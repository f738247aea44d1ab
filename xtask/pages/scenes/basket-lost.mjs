// The node of a till is killed in the midst of a basket, and while goods come back: what was pressed is done once, afterwards.
import { start, stop } from '../lib/asks.mjs';

export const alone = true;

export async function play(each) {
  const { C } = each.shops;
  const all = await each(async (stage) => {
    const [phone, till] = [await stage.customer(stage.shops.A, 9), await stage.till(C, { width: 360 })];
    await till.ask('sale', 1500);
    const link = await till.code();
    await phone.follow(link);
    await phone.page.locator('#slider').waitFor();
    await phone.points(9);
    await phone.go();
    await till.state('settled');
    return { phone, till };
  });
  await stop(C);
  await each(async (stage, { till }) => {
    await till.page.click('#received');
    await till.seen('#offline');
    await till.look('till-offline');
    await till.page.goto('about:blank');
  }, all);
  await start(C);
  await each(async (stage, { phone, till }) => {
    await till.page.goto(`${C.url}/till`);
    await till.state('claimed');
    await phone.result();
    stage.same(await phone.balance(), 14, 'a point for each euro of what was left');
    await till.next();
    await till.page.click('#recent li button');
    await till.page.keyboard.type('500');
  }, all);
  await stop(C);
  await each(async (stage, { till }) => {
    await till.page.keyboard.press('Enter');
    await till.seen('#offline');
    await till.look('till-goods-offline');
    await till.page.goto('about:blank');
  }, all);
  await start(C);
  await each(async (stage, { till }) => {
    await till.page.goto(`${C.url}/till`);
    await till.state('open');
    const back = await till.money();
    await till.page.reload();
    await till.state('open');
    stage.same(await till.money(), back, 'the same answer once more');
    stage.same(await till.page.locator('#recent li').count(), 2, 'one return');
  }, all);
}
