// Plays the scenes of `scenes`, in English and in French, some at a time. A scene that is `alone` (it stops nodes, or takes the
// time) has all to itself, and is given both languages; one that is before the `camera` has a browser to itself.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { end, known, startAll } from './lib/asks.mjs';
import { openBrowser, Stage } from './lib/stage.mjs';

const names = readdirSync(new URL('scenes', import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
const wanted = known.only.length > 0 ? known.only : names.sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no scene ${unknown.join(', ')}; there are ${names.join(', ')}`);
const scenes = await Promise.all(
  wanted.map(async (name) => ({ name, ...(await import(`./scenes/${name}.mjs`)) })),
);

const LANGS = ['en', 'fr'];
/** Scenes at a time: much of each is waiting. */
const AT_ONCE = 4;
const stages = [];

/**
 * Plays a scene in some languages. What it can't do is a fault like any other. A scene that has waited in vain for something to
 * appear is played once more: on a machine that is busy with something else that says little. Both times are told.
 */
async function play(scene, langs, browserOf, given, isSecond = false) {
  const { name } = scene;
  const begun = Date.now();
  const own = langs.map((lang) => new Stage(name, lang, browserOf(lang)));
  let waited = false;
  try {
    await scene.play(given(own));
  } catch (error) {
    waited = !isSecond && error.name === 'TimeoutError' && own.every(({ faults }) => faults.length === 0);
    const what = error.stack.split('\n').slice(0, 6).join('\n    ');
    if (waited) console.log(`${name} (${langs.join('+')}) has waited in vain, and is played once more:\n    ${what}`);
    else own[0].fault(what);
    await Promise.all(own.map((stage) => stage.broken()));
  }
  await Promise.all(own.map((stage) => stage.end()));
  if (waited) {
    if (scene.alone) await startAll();
    return play(scene, langs, browserOf, given, true);
  }
  stages.push(...own);
  const how = own.some(({ faults }) => faults.length > 0) ? 'FAULTS' : 'ok';
  console.log(`${name.padEnd(12)} ${langs.join('+').padEnd(6)} ${seconds(begun).padStart(6)} s  ${how}`);
}

const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

/** Does a step of a scene that stops nodes in all languages at once, each with what it had before. */
function eachOf(all) {
  const each = (step, had = []) => Promise.all(all.map((stage, at) => step(stage, had[at])));
  return Object.assign(each, { stages: all, shops: all[0].shops });
}

/** A scene that is before the camera has a browser to itself: a browser has one camera. */
async function playOne(scene, lang, browsers, folder) {
  if (!scene.camera) return play(scene, [lang], () => browsers[lang], ([stage]) => stage);
  const own = await openBrowser(join(folder, `${scene.name}-${lang}.y4m`));
  await play(scene, [lang], () => own, ([stage]) => stage);
  await own.browser.close();
}

rmSync(known.pictures, { recursive: true, force: true });
mkdirSync(known.pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'ronde-film-'));
const browsers = {};
try {
  for (const lang of LANGS) browsers[lang] = await openBrowser(join(folder, `${lang}.y4m`));
  const queue = scenes.filter(({ alone }) => !alone).flatMap((scene) => LANGS.map((lang) => [scene, lang]));
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await playOne(...next, browsers, folder);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const scene of scenes.filter(({ alone }) => alone)) {
    await play(scene, LANGS, (lang) => browsers[lang], eachOf);
    await startAll();
  }
} finally {
  await Promise.all(Object.values(browsers).map(({ browser }) => browser.close()));
  rmSync(folder, { recursive: true, force: true });
  end();
}
const faults = stages.flatMap((stage) => stage.faults);
const looks = stages.reduce((sum, { pictures }) => sum + pictures, 0);
for (const fault of faults) console.log(`\n${fault}`);
console.log(`\n${looks} states looked at, narrow and wide, by axe-core too: ${faults.length} faults`);
if (faults.length > 0) process.exitCode = 1;
