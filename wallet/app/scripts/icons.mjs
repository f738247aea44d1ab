// Draws public/icons/*.png from the SVG files, with Chromium. Run it when an icon changes: node app/scripts/icons.mjs
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { open } from './chromium.mjs';

const icons = fileURLToPath(new URL('../public/icons/', import.meta.url));
const PICTURES = [
  ['icon.svg', 'icon-180.png', 180],
  ['icon.svg', 'icon-192.png', 192],
  ['icon.svg', 'icon-512.png', 512],
  ['maskable.svg', 'maskable-512.png', 512],
];

const browser = await open();
try {
  for (const [from, to, size] of PICTURES) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const svg = readFileSync(icons + from, 'utf8').replace('<svg ', `<svg width="${size}" height="${size}" `);
    await page.setContent(`<style>*{margin:0}svg{display:block}</style>${svg}`);
    await page.screenshot({ path: icons + to, omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
