// Shows that what is wrong with a page is seen: faults are put into one, and each must be noted.

export async function play(stage) {
  const { A } = stage.shops;
  const { faults } = stage;
  const seen = [];
  stage.faults = seen;
  try {
    const page = await stage.page();
    await page.goto(`${A.url}/`);
    await page.evaluate(spoil);
    await stage.look(page, 'control');
    await page.context().close();
  } finally {
    stage.faults = faults;
  }
  for (const wanted of [/axe: image-alt/, /pixels wider/, /20 pixels high/, /console: .*Content Security Policy/])
    stage.holds(seen.some((fault) => wanted.test(fault)), `${wanted} is seen`);
}

/** In the page: an image without a text, a button for no thumb, a line wider than any screen, a question to a stranger. */
function spoil() {
  const [image, small, wide] = ['img', 'button', 'p'].map((name) => document.createElement(name));
  image.src = document.querySelector('header img').src;
  small.textContent = 'x';
  small.style.cssText = 'min-height: 0; height: 20px; padding: 0';
  wide.textContent = 'x';
  wide.style.width = '3000px';
  document.querySelector('main').append(image, small, wide);
  void fetch('https://example.org/').catch(() => undefined);
}
