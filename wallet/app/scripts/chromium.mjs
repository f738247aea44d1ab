import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Opens the Chromium that is installed. */
export async function open(options = {}) {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error('There is no Chromium: `apt-get install chromium`, or name one in CHROMIUM.');
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox'], ...options });
}
