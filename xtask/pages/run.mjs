// Plays the scenes of `scenes`, in English and in French side by side; those that stop nodes one after the other.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, known } from './lib/asks.mjs';
import { Stage } from './lib/stage.mjs';

const names = readdirSync(new URL('scenes', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
const wanted = known.only.length > 0 ? known.only : names.sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no scene ${unknown.join(', ')}; there are ${names.join(', ')}`);
const scenes = await Promise.all(
  wanted.map(async (name) => ({ name, ...(await import(`./scenes/${name}.mjs`)) })),
);

/** Plays one scene in one language. What it can't do is a fault like any other. */
async function play(stage, { name, play: scene }) {
  const begun = Date.now();
  stage.begin(name);
  const before = stage.faults.length;
  try {
    await scene(stage);
  } catch (error) {
    stage.fault(error.stack.split('\n').slice(0, 6).join('\n    '));
    for (const [i, page] of stage.browser.contexts().flatMap((context) => context.pages()).entries())
      await page.screenshot({ path: join(known.pictures, `${name}-broken-${i}.${stage.lang}.png`) }).catch(() => {});
  }
  await stage.end();
  const how = stage.faults.length > before ? 'FAULTS' : 'ok';
  console.log(`${name.padEnd(14)} ${stage.lang}  ${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${how}`);
}

rmSync(known.pictures, { recursive: true, force: true });
mkdirSync(known.pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'ronde-film-'));
const stages = await Promise.all(['en', 'fr'].map((lang) => Stage.open(lang, folder)));
try {
  await Promise.all(
    stages.map(async (stage) => {
      for (const scene of scenes.filter(({ alone }) => !alone)) await play(stage, scene);
    }),
  );
  for (const scene of scenes.filter(({ alone }) => alone))
    for (const stage of scene.once ? stages.slice(0, 1) : stages) await play(stage, scene);
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
