// The node of a till is killed while a customer waits. The till says so, goes on after a reload, and ends what it began.
import { start, stop } from '../lib/asks.mjs';

export const alone = true;

export async function play(stage) {
  const { A, C } = stage.shops;
  const phone = await stage.customer(A, 9);
  const till = await stage.till(C);
  await till.ask('take', 4);
  const link = await till.code();
  await stop(C);
  await till.seen('#offline');
  await till.look('till-offline');
  await till.page.reload({ waitUntil: 'domcontentloaded' }).catch(() => undefined);
  await phone.follow(link);
  await phone.result('wait');
  await phone.look('kept');
  await start(C);
  await till.page.goto(`${C.url}/till`);
  await till.state('open');
  stage.same(await till.code(), link, 'the same code as before');
  await phone.see(link);
  await phone.go();
  await phone.result();
  await till.state('accepted');
}
