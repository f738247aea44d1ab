// Draws public/icons/*.png from the SVG files, with Chromium. Run it when an icon changes: node app/scripts/icons.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { open } from './chromium.mjs';

const icons = fileURLToPath(new URL('../public/icons/', import.meta.url));
const PICTURES = [
  ['icon.svg', 'icon-180.png', 180],
  ['icon.svg', 'icon-192.png', 192],
  ['icon.svg', 'icon-512.png', 512],
  ['maskable.svg', 'maskable-512.png', 512],
];

/** A file with a palette: four plain colours and their edges need no more, and each start of the app may load it. */
function indexed(rgba, size) {
  for (let bits = 0; ; bits += 1) {
    const colours = new Map();
    const rows = Buffer.alloc((size + 1) * size);
    for (let at = 0; at < size * size; at += 1) {
      const pixel = rgba.subarray(4 * at, 4 * at + 4);
      // Colours of edges are told apart less finely until all fit; plain ones stay as they are.
      const coarse = [...pixel].map((value) => Math.min(255, (value >> bits) << bits));
      const name = coarse.join();
      if (!colours.has(name)) colours.set(name, { index: colours.size, uses: new Map() });
      const { index, uses } = colours.get(name);
      const exact = [...pixel].join();
      uses.set(exact, (uses.get(exact) ?? 0) + 1);
      rows[at + Math.floor(at / size) + 1] = index;
    }
    if (colours.size > 256) continue;
    const most = ({ uses }) => [...uses].sort((a, b) => b[1] - a[1])[0][0].split(',').map(Number);
    return png(rows, size, [...colours.values()].map(most));
  }
}

function png(rows, size, palette) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 3], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => colour.slice(0, 3)))),
    chunk('tRNS', Buffer.from(palette.map((colour) => colour[3]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const browser = await open();
try {
  for (const [from, to, size] of PICTURES) {
    const page = await browser.newPage();
    const svg = readFileSync(icons + from, 'utf8').replace('<svg ', `<svg width="${size}" height="${size}" `);
    const pixels = await page.evaluate(
      async ([text, side]) => {
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
        await image.decode();
        const context = new OffscreenCanvas(side, side).getContext('2d');
        context.drawImage(image, 0, 0);
        return [...context.getImageData(0, 0, side, side).data];
      },
      [svg, size],
    );
    writeFileSync(icons + to, indexed(Buffer.from(pixels), size));
    await page.close();
  }
} finally {
  await browser.close();
}
