// The manager adds a till and closes it while it is at work; with the keys alone.
import { read } from '../lib/code.mjs';
import { Manager } from '../lib/manager.mjs';

export async function play(stage) {
  const { A } = stage.shops;
  const manager = await Manager.open(stage, A);
  const { page } = manager;
  await manager.signIn();
  await to(manager, '.top nav a[href*="admin/tills"]');
  await page.locator('#tills').waitFor();
  await manager.look('list');
  await to(manager, 'form .go');
  await page.locator('#name:invalid').waitFor();
  const name = stage.lang === 'fr' ? 'Comptoir 2' : 'Counter 2';
  await page.locator('#name').focus();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  stage.holds(!(await page.locator('#may_grant').isChecked()), 'a key takes a right away');
  await page.locator('#name').focus();
  await page.keyboard.press('Enter');
  await page.locator('img.code').waitFor();
  await manager.look('added');
  await manager.print('added');
  const link = await page.inputValue('#link');
  stage.same(read(await page.locator('img.code').screenshot()), link, 'the code says what the link beside it says');
  const token = link.split('#')[1];
  const till = await stage.till(A, { token, width: 360 });
  stage.holds(await till.page.locator('#what-give').isDisabled(), 'the till takes, and gives nothing');
  await till.ask('take', 4);

  // What was shown once is nowhere any more.
  await to(manager, 'main a.go');
  await page.locator('#tills').waitFor();
  stage.holds(!(await page.content()).includes(token), 'the token is shown once');
  await page.locator('#name').focus();
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await page.locator('[role=alert]').waitFor();
  await manager.look('name-taken');
  const mine = page.locator('.tills li').filter({ has: page.locator('h2', { hasText: name }) });
  await mine.locator('summary').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await manager.look('really');
  await page.keyboard.press('Enter');
  const begun = performance.now();
  await till.seen('#sign-in');
  console.log(`a till that is closed at work says so ${(performance.now() - begun).toFixed(0)} ms after the key`);
  await till.look('till-closed');
  await page.locator('.tills').waitFor();
  await manager.look('closed');
}

/** To this by Tab, and Enter. */
async function to({ page, stage }, selector) {
  const there = () => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
  for (let keys = 0; keys < 80 && !(await there()); keys += 1) await page.keyboard.press('Tab');
  stage.holds(await there(), `Tab leads to ${selector}`);
  await page.keyboard.press('Enter');
}
