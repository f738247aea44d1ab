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

  // In the midst of a basket: the manager can find it by its code.
  const both = `both-${stage.lang}`;
  const next = await ronde('till', 'add', both, '--scope', 'grant,redeem', '--config', B.config);
  await till.page.fill('#token', next.till.token);
  await till.page.keyboard.press('Enter');
  await till.seen('#counter');
  await till.ask('sale', 1200);
  const code = (await till.page.innerText('#code')).split(/\s/).at(-1);
  await ronde('till', 'revoke', both, '--config', B.config);
  await till.seen('#sign-in');
  await till.look('till-closed-in-the-midst');
  stage.holds((await till.page.innerText('#problem')).includes(code), 'the code of what was under way is told');
  stage.holds(!(await till.everything()).includes('/b/'), 'no link is left');
}
