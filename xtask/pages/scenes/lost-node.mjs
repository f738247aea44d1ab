// The node of a till is killed while a customer waits. The till says so, goes on after a reload, and ends what it began.
import { start, stop } from '../lib/asks.mjs';

export const alone = true;

export async function play(each) {
  const { C } = each.shops;
  const all = await each(async (stage) => {
    const [phone, till] = [await stage.customer(stage.shops.A, 9), await stage.till(C)];
    await till.ask('take', 4);
    return { phone, till, link: await till.code() };
  });
  await stop(C);
  await each(async (stage, { phone, till, link }) => {
    await till.seen('#offline');
    await till.look('till-offline');
    await till.page.goto('about:blank');
    await phone.follow(link);
    await phone.result('wait');
    await phone.look('kept');
  }, all);
  await start(C);
  await each(async (stage, { phone, till, link }) => {
    await till.page.goto(`${C.url}/till`);
    await till.state('open');
    stage.same(await till.code(), link, 'the same code as before');
    await phone.see(link);
    await phone.go();
    await phone.result();
    await till.state('accepted');
  }, all);
}
