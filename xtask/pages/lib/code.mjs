// A QR code as a telephone sees it: from the pixels of a picture, and as a film for its camera.
import { writeFileSync } from 'node:fs';
import { decode } from 'fast-png';
import decodeQR from 'qr/decode.js';

const [WIDTH, HEIGHT] = [640, 640];
/** Frames in a film, which is repeated. */
const FRAMES = 5;

/** What a picture's code says. */
export function read(png) {
  const { width, height, data, channels } = decode(png);
  if (channels !== 3 && channels !== 4) throw new Error(`a picture of ${channels} channels`);
  return decodeQR({ width, height, data: new Uint8Array(data) }, { timeLimit: 2000 });
}

/** Holds a picture before the camera: raw frames in grey (Y4M), as Chromium takes them. */
export function film(path, png) {
  const luma = Buffer.alloc(WIDTH * HEIGHT, 200);
  if (png !== undefined) {
    const { width, height, data, channels } = decode(png);
    const scale = Math.max(width / WIDTH, height / HEIGHT);
    const [left, top] = [Math.floor((WIDTH - width / scale) / 2), Math.floor((HEIGHT - height / scale) / 2)];
    for (let y = 0; y < Math.floor(height / scale); y += 1) {
      for (let x = 0; x < Math.floor(width / scale); x += 1) {
        const at = (Math.floor(y * scale) * width + Math.floor(x * scale)) * channels;
        luma[(top + y) * WIDTH + left + x] = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
      }
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([head, ...Array(FRAMES).fill(frame)]));
}
