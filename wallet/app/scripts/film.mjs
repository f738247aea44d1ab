// A film of a QR code, as a camera would show it to Chromium: raw pictures in grey (Y4M).
import { writeFileSync } from 'node:fs';
import encodeQR from 'qr';

/** Writes a film of some pictures with a link's code in them. */
export function film(path, link, { width = 640, height = 480 } = {}) {
  const code = encodeQR(link, 'raw', { border: 4 });
  const scale = Math.floor(Math.min(width, height) / code.length);
  const [left, top] = [width, height].map((size) => Math.floor((size - code.length * scale) / 2));
  const luma = Buffer.alloc(width * height, 200);
  for (const [y, row] of code.entries()) {
    for (const [x, dark] of row.entries()) {
      for (let i = 0; i < scale; i += 1) {
        const from = (top + y * scale + i) * width + left + x * scale;
        luma.fill(dark ? 20 : 235, from, from + scale);
      }
    }
  }
  const picture = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([head, ...Array(10).fill(picture)]));
}
