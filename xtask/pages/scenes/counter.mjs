// The time at the counter: what till, node and wallet take of a payment and of an earning, without the hands between them.
import { known } from '../lib/asks.mjs';

export const alone = true;

/** What one sale takes, in milliseconds: until the code, until the wallet shows what it is, until both say that it is done. */
async function sale(till, phone, what, points) {
  const { page } = phone;
  await till.type(what, points);
  await phone.tab('scan');
  const begun = performance.now();
  await till.page.click('#go');
  await till.state('open');
  await till.page.waitForFunction(() => document.getElementById('qr').complete);
  const shown = performance.now();
  const link = await till.page.inputValue('#link');
  await page.locator('#link').fill(link);
  const read = performance.now();
  await page.locator('main form .button.main').click();
  await page.locator(what === 'take' ? '#slider' : 'main .amount').waitFor();
  const asked = performance.now();
  if (what === 'take') await phone.points(points);
  const yes = performance.now();
  await phone.go();
  await Promise.all([phone.result(), till.state(what === 'take' ? 'accepted' : 'claimed')]);
  const done = performance.now();
  await till.next();
  return [shown - begun, asked - read, done - yes];
}

const PARTS = ['until the code', 'until the question', 'until it is done'];

function tell(name, sales) {
  const all = sales.map((parts) => [...parts, parts.reduce((sum, part) => sum + part, 0)]);
  const lines = [...PARTS, 'all'].map((part, at) => {
    const times = all.map((each) => each[at]).sort((a, b) => a - b);
    const [median, worst] = [times[Math.floor(times.length / 2)], times.at(-1)];
    return `  ${part.padEnd(20)} median ${median.toFixed(0).padStart(6)} ms   worst ${worst.toFixed(0).padStart(6)} ms`;
  });
  console.log(`${name}, ${sales.length} times:\n${lines.join('\n')}`);
}

export async function play({ stages: [stage] }) {
  const { A, C } = stage.shops;
  // Nothing in these pages is there for looking.
  const phone = await stage.customer(A, 90, { plain: true });
  const [gives, takes] = [await stage.till(A, { plain: true }), await stage.till(C, { plain: true })];
  const [earned, paid] = [[], []];
  for (let i = 0; i < known.times; i += 1) {
    earned.push(await sale(gives, phone, 'points', 3));
    paid.push(await sale(takes, phone, 'take', 3));
  }
  tell('earning', earned);
  tell('paying', paid);
  stage.same(await phone.balance(), 90, 'as much as before');
}
