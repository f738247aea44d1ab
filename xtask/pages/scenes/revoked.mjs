// A till that the shop's owner closes while it is at work.
import { ronde } from '../lib/asks.mjs';

export async function play(stage) {
  const { B } = stage.shops;
  const name = `spare-${stage.lang}`;
  const added = await ronde('till', 'add', name, '--scope', 'grant', '--config', B.config);
  const { token } = added.till;
  const till = await stage.till(B, { token, width: 360 });
  await till.look('till-gives-only');
  await till.ask('points', 4);
  await ronde('till', 'revoke', name, '--config', B.config);
  await till.page.click('#next');
  await till.type('points', 5);
  await till.page.click('#go');
  await till.seen('#sign-in');
  await till.look('till-closed');
  const all = await till.everything();
  stage.holds(!all.includes(token) && !all.includes('/g/'), 'nothing of the token is left');
  stage.same(await till.page.evaluate(() => localStorage.length), 0, 'the browser keeps nothing');
}
