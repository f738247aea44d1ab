// What only whoever runs the shops can do: this program is asked to, a line each way. The first line that it says is where
// everything is.
import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let last = Promise.resolve();

async function line() {
  const { value, done } = await lines.next();
  if (done) throw new Error('nobody answers any more');
  return JSON.parse(value);
}

export const known = await line();

/** One after the other, whoever asks. */
function ask(what) {
  const answered = last.then(async () => {
    process.stdout.write(`@ask ${JSON.stringify(what)}\n`);
    const { ok, failed } = await line();
    if (failed !== undefined) throw new Error(failed);
    return ok;
  });
  last = answered.catch(() => undefined);
  return answered;
}

const down = new Set();

/** kill -9 of a shop's node. */
export async function stop({ letter }) {
  await ask({ stop: letter });
  down.add(letter);
}

/** Starts it again; it is ready afterwards. */
export async function start({ letter }) {
  await ask({ start: letter });
  down.delete(letter);
}

/** Starts what a scene that broke off has left stopped. */
export async function startAll() {
  for (const letter of down) await start({ letter });
}

/** A command as the shop's owner types it; what it answers. */
export const ronde = (...words) => ask({ ronde: words });
/** The scenes are over. */
export const end = () => process.stdin.destroy();
