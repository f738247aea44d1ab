// Debian's Chromium, which asks nobody but the shops, with a film before its camera.
import { chromium } from 'playwright-core';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
];

/** Starts it. `key` is the hash of the shops' public key. */
export function open(key, film) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...QUIET, `--ignore-certificate-errors-spki-list=${key}`, `--use-file-for-fake-video-capture=${film}`],
  });
}
