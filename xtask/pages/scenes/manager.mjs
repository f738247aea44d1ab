// The manager signs in, looks at the shop, downloads the table, and signs out.
import { readFileSync } from 'node:fs';
import { Manager } from '../lib/manager.mjs';

export async function play(stage) {
  const { A, D } = stage.shops;
  const given = await sales(stage);
  const manager = await Manager.open(stage, D);
  const { page } = manager;
  await manager.look('door');
  await manager.try('not the password');
  await page.locator('[role=alert]').waitFor();
  await manager.look('wrong');
  await manager.signIn();
  await manager.look('day');
  const [baskets, points, claimed, payments, taken] = await manager.figures();
  // Both languages and other scenes sell in this shop.
  stage.holds(baskets >= 1 && points >= 42, `at least a basket and 42 points given: ${baskets} and ${points}`);
  stage.holds(claimed >= 30 && payments >= 1 && taken >= 8, 'and what was taken and paid');
  await manager.print('day');
  for (const name of ['week', 'month']) {
    await manager.span(name);
    await manager.look(name);
    const [, more] = await manager.figures();
    stage.holds(more >= points, `the ${name} has what today has`);
  }
  await table(stage, manager);
  await earning(manager);
  await find(stage, manager, given);

  // Nothing is left in the browser.
  await page.locator('.top nav form button').click();
  await page.locator('#password').waitFor();
  await manager.look('signed-out');
  await page.goto(`${D.url}/admin/tills`);
  stage.same(await page.locator('#password').count(), 1, 'whoever comes next is asked for the password');
  stage.holds(!(await page.content()).includes(A.name), 'and sees nothing');
}

/** What a basket earns is taken, a payment, and points for bottles that wait. */
async function sales(stage) {
  const { A, D } = stage.shops;
  const phone = await stage.customer(A, 20);
  await phone.claim((await stage.grant(D, undefined, { eligible_cents: 3040 })).claim_url);
  const checkout = await stage.checkout(D, 8);
  await phone.see(checkout.url);
  await phone.go();
  await phone.result();
  await phone.close();
  return stage.grant(D, 12, { reason: 'Bottles' });
}

/** What a spreadsheet opens. */
async function table(stage, { page }) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[download]').click()]);
  const path = stage.picture('table', 'csv');
  await download.saveAs(path);
  stage.holds(download.suggestedFilename().endsWith('.csv'), `a file for a spreadsheet: ${download.suggestedFilename()}`);
  const lines = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  // In French a comma stands within a number.
  const width = (line) => line.split(stage.lang === 'fr' ? ';' : ',').length;
  stage.holds(lines.length >= 2 && lines.every((line) => width(line) === 16), '16 columns in each line');
}

/** What a basket would earn. */
async function earning(manager) {
  const { page } = manager;
  await manager.part('earning');
  await manager.look('earning');
  await page.locator('#euros').fill('42,10');
  await page.locator('#day').fill('2026-12-24');
  await page.locator('#time').fill('10:30');
  await page.locator('#time').press('Enter');
  await page.locator('.notice.good[role=status]').waitFor();
  await manager.look('earning-tried');
  await page.locator('#euros').fill('some');
  await page.locator('#euros').press('Enter');
  await page.locator('[role=alert]').waitFor();
  await manager.look('earning-wrong');
}

/** What became of the grant that a customer asks about. */
async function find(stage, manager, { code }) {
  const { page } = manager;
  await manager.part('find');
  await manager.look('find');
  await page.locator('#code').fill(`${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`);
  await page.locator('#code').press('Enter');
  await page.locator('.found').waitFor();
  stage.holds((await page.locator('.found').innerText()).includes('12'), 'the points that nobody took');
  await manager.look('found');
  for (const [name, text] of [['nothing', 'AAAAAAAA'], ['no-code', 'what']]) {
    await page.locator('#code').fill(text);
    await page.locator('#code').press('Enter');
    await page.locator('[role=status]').waitFor();
    await manager.look(`find-${name}`);
  }
}
