// Plays the scenes of `scenes`, in English and in French side by side. A scene that is `alone` (it stops nodes) has all to
// itself, and is given both languages.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, known, startAll } from './lib/asks.mjs';
import { Stage } from './lib/stage.mjs';

const names = readdirSync(new URL('scenes', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
const wanted = known.only.length > 0 ? known.only : names.sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no scene ${unknown.join(', ')}; there are ${names.join(', ')}`);
const scenes = await Promise.all(
  wanted.map(async (name) => ({ name, ...(await import(`./scenes/${name}.mjs`)) })),
);

/** Plays a scene with some stages. What it can't do is a fault like any other. */
async function play({ name, play: scene }, stages, given) {
  const begun = Date.now();
  const before = stages.map(({ faults }) => faults.length);
  for (const stage of stages) stage.begin(name);
  try {
    await scene(given);
  } catch (error) {
    stages[0].fault(error.stack.split('\n').slice(0, 6).join('\n    '));
    await Promise.all(stages.map((stage) => stage.broken()));
  }
  await Promise.all(stages.map((stage) => stage.end()));
  const how = stages.some(({ faults }, at) => faults.length > before[at]) ? 'FAULTS' : 'ok';
  const langs = stages.map(({ lang }) => lang).join('+');
  console.log(`${name.padEnd(12)} ${langs.padEnd(6)} ${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${how}`);
}

/** Does a step of a scene that stops nodes in all languages at once, each with what it had before. */
function eachOf(stages) {
  const each = (step, had = []) => Promise.all(stages.map((stage, at) => step(stage, had[at])));
  return Object.assign(each, { stages, shops: stages[0].shops });
}

rmSync(known.pictures, { recursive: true, force: true });
mkdirSync(known.pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'ronde-film-'));
const stages = await Promise.all(['en', 'fr'].map((lang) => Stage.open(lang, folder)));
try {
  await Promise.all(
    stages.map(async (stage) => {
      for (const scene of scenes.filter(({ alone }) => !alone)) await play(scene, [stage], stage);
    }),
  );
  for (const scene of scenes.filter(({ alone }) => alone)) {
    await play(scene, stages, eachOf(stages));
    await startAll();
  }
} finally {
  await Promise.all(stages.map(({ browser }) => browser.close()));
  rmSync(folder, { recursive: true, force: true });
  end();
}
const faults = stages.flatMap((stage) => stage.faults);
const looks = stages.reduce((sum, { pictures }) => sum + pictures, 0);
for (const fault of faults) console.log(`\n${fault}`);
console.log(`\n${looks} states looked at, narrow and wide, by axe-core too: ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
