// A look at a page in one state: a picture narrow and wide, one of them light and the other dark, and what is wrong with each.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Put into each page by the browser itself, past the policy that it is to keep. */
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Pixels: a small telephone, and a desk. */
export const SIZES = { 360: { width: 360, height: 740 }, 1280: { width: 1280, height: 900 } };
/** The first is light in English and dark in French. */
const LIGHT = { en: { 360: 'light', 1280: 'dark' }, fr: { 360: 'dark', 1280: 'light' } };
/** Less than this no thumb finds (WCAG 2.5.8 asks for 24). */
const TOUCH = 44;

/** Looks; each fault is told to `fault`. */
export async function look(page, { name, lang, folder, fault, whole = true }) {
  const before = page.viewportSize();
  for (const [width, size] of Object.entries(SIZES)) {
    const where = `${name}.${lang}-${width}`;
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: LIGHT[lang][width] });
    await page.screenshot({ path: join(folder, `${where}.png`), fullPage: whole });
    for (const wrong of await page.evaluate(faults, TOUCH)) fault(`${where}: ${wrong}`);
  }
  await page.setViewportSize(before);
}

/** In the page: what is wrong with it. */
async function faults(touch) {
  const found = [];
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
  for (const { id, help, nodes } of violations)
    found.push(`axe: ${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3).join(' ')}`);
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) found.push(`${over} pixels wider than the screen`);
  // Links within a sentence are as high as its line, and need not be more.
  const fields = 'select, textarea, input:not([type=radio], [type=checkbox]), .choice label, .check label';
  const touched = `button, nav a, summary, ${fields}`;
  for (const node of document.querySelectorAll(touched)) {
    const { width, height } = node.getBoundingClientRect();
    const seen = width > 1 && height > 1 && node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    if (seen && Math.round(height) < touch) found.push(`${Math.round(height)} pixels high: ${node.outerHTML.slice(0, 90)}`);
  }
  return found;
}
