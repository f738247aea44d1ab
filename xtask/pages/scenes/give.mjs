// A gift, a vote and a voucher; how the page of the federation counts them, and how a browser that does not believe it does.

export async function play(stage) {
  const { A, B, D } = stage.shops;
  const more = { ballot: 1, vouchers: [{ offer: 1, count: 1 }], reason: 'Jars brought back' };
  const grant = await stage.grant(A, 30, more);
  const phone = await stage.phone(A);
  await phone.make();
  await phone.follow(grant.claim_url);
  await phone.page.locator('main .amount').waitFor();
  await phone.look('take-all');
  await phone.go();
  await phone.result();
  await phone.tab('home');
  await phone.look('home');
  await phone.page.locator('main .stack .button').nth(1).click();
  await phone.page.locator('.choice').first().click();
  await phone.page.locator('#gift-points').fill('4');
  await phone.page.locator('#gift-points').press('Tab');
  await phone.look('give');
  await phone.go();
  await phone.result();
  await phone.look('given');
  await phone.tab('home');
  await phone.page.locator('.between .button').first().click();
  await phone.page.locator('.choice').nth(1).click();
  await phone.look('vote');
  await phone.go();
  await phone.result();
  await phone.look('voted');

  const till = await stage.till(D);
  await till.ask('take', 9);
  await phone.see(await till.code());
  await phone.page.locator('fieldset .button').nth(1).click();
  await phone.look('pay-voucher');
  await phone.go();
  await phone.result();
  await till.state('accepted');

  const page = await stage.page();
  // Each witness reads the others' logs every second.
  await page.goto(`${B.url}/federation`);
  const counted = () => document.getElementById('gifts') !== null && document.querySelector('#campaign-1') !== null;
  for (let tries = 0; tries < 20 && !(await page.evaluate(counted)); tries += 1) await page.reload();
  stage.holds(await page.evaluate(counted), 'the federation counts gifts and votes');
  await stage.look(page, 'federation');
  const paper = await page.pdf({ path: stage.picture('federation', 'pdf'), format: 'A4', preferCSSPageSize: true });
  stage.holds(paper.length > 10_000, 'the page of the federation is printed');
  await countHere(stage, page);
}

/** The browser reads the node's logs and counts the certificates itself. */
async function countHere(stage, page) {
  await count(page, 'good');
  const [right, all] = await ofCertificates(page);
  stage.holds(right > 1 && right === all, `all certificates are right: ${right} of ${all}`);
  await stage.look(page, 'counted-here');

  // A node that shows more votes than there are.
  const more = (html) => html.replace(/(data-number="votes">)\d+/, '$190');
  await lie(page, /\/federation$/, async (answer) => more(await answer.text()));
  await page.reload();
  await count(page, 'bad');
  await stage.look(page, 'counted-less');
  await page.unrouteAll();

  // And one that leaves an entry out of its log.
  await lie(page, /\/v1\/log\//, async (answer) => {
    const part = await answer.json();
    return JSON.stringify({ ...part, entries: part.entries.slice(1) });
  });
  await page.reload();
  await count(page, 'bad');
  await stage.look(page, 'counted-torn');
}

async function count(page, tone) {
  await page.locator('#count-go').click();
  await page.locator(`#who-counted.${tone}[data-counted=browser]`).waitFor({ timeout: 60_000 });
}

/** The last two numbers of what is said: so many of so many certificates are right. */
async function ofCertificates(page) {
  const said = await page.locator('#who-counted').innerText();
  return said.match(/\d[\d\s.,]*/g).slice(-2).map((number) => Number(number.replace(/\D/g, '')));
}

/** What the node sends from here on is not what it would send. */
function lie(page, path, how) {
  return page.route((url) => path.test(url.pathname), async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: await how(answer) });
  });
}
