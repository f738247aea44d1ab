// Who opens a till, and how it is closed: nothing of one token is left for another.
import { ronde } from '../lib/asks.mjs';

/** A token of a till of its own. */
async function token(shop, name, scope = 'grant,redeem') {
  return (await ronde('till', 'add', name, '--scope', scope, '--config', shop.config)).till.token;
}

/** Opens a link where the till is already, as a browser does: the address changes, and no page is loaded. */
const open = (till, token) => till.page.evaluate((hash) => void (location.hash = hash), token);

export async function play(stage) {
  const { B } = stage.shops;
  const [first, second] = [await token(B, `left-${stage.lang}`), await token(B, `right-${stage.lang}`)];
  const till = await stage.till(B, { token: first, width: 360 });
  const kept = () => till.page.evaluate(() => JSON.stringify({ ...localStorage }));

  // Another token is asked for, and waits for what is under way.
  await till.ask('sale', 1000);
  const link = await till.code();
  await open(till, second);
  await till.seen('#key-waits');
  stage.holds(!till.page.url().includes('#'), 'the token is out of the address');
  await till.look('till-key-waits');
  stage.holds((await kept()).includes(first) && !(await kept()).includes(second), 'the token that was there stays');
  await till.page.click('#cancel');
  await till.state('cancelled');
  await till.next();
  await till.page.waitForSelector('#key-dialog[open]');
  await till.look('till-key', { whole: false });
  await till.page.keyboard.press('Enter');
  stage.holds((await kept()).includes(first), 'Enter keeps the token that was there');
  await open(till, 'A'.repeat(43));
  await till.seen('#problem');
  await till.look('till-link-refused');
  stage.holds((await kept()).includes(first), 'a link that is worth nothing closes no till');
  await till.page.goto('about:blank');
  await till.page.goto(`${B.url}/till#${second}`);
  await till.page.waitForSelector('#key-dialog[open]');
  stage.holds(!till.page.url().includes('#'), 'the token is out of the address after a load too');
  await till.page.click('#key-take');
  await till.page.waitForFunction((name) => document.getElementById('who').textContent.includes(name), `right-${stage.lang}`);
  let all = await till.everything();
  for (const old of [first, link, link.split('#')[1]]) stage.holds(!all.includes(old), 'nothing is left of the first token');
  stage.same(await till.page.locator('#recent li').count(), 0, 'no operation of the first token');

  // Signing out asks while something is under way, and leaves nothing.
  await till.ask('points', 7);
  const secret = (await till.code()).split('#')[1];
  await till.page.click('#sign-out');
  await till.page.waitForSelector('#leave-dialog[open]');
  await till.look('till-leave', { whole: false });
  await till.page.keyboard.press('Enter');
  await till.state('open');
  await till.page.click('#sign-out');
  await till.page.click('#leave-go');
  await till.seen('#sign-in');
  await till.look('till-left');
  all = await till.everything();
  for (const old of [second, secret, '/g/']) stage.holds(!all.includes(old), `nothing is left: ${old.slice(0, 4)}`);
  stage.same((await kept()).length, 2, 'the browser keeps nothing');

  // What the node has not answered is not sent under another token.
  let sent = [];
  await till.page.route(/\/v1\/grants$/, (route) => {
    sent.push(route.request().headers().authorization);
    return route.abort();
  });
  await till.page.fill('#token', first);
  await till.page.keyboard.press('Enter');
  await till.seen('#counter');
  await till.type('points', 3);
  await till.page.click('#go');
  await till.seen('#offline');
  await till.page.click('#sign-out');
  await till.page.click('#leave-go');
  sent = [];
  await till.page.fill('#token', second);
  await till.page.keyboard.press('Enter');
  await till.seen('#counter');
  await till.page.waitForSelector('#operation', { state: 'hidden' });
  await till.page.reload();
  await till.seen('#counter');
  stage.same(sent.length, 0, 'nothing is repeated under another token');
}
