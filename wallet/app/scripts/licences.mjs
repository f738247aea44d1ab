// The licences of the libraries in a bundle: they ask to go along with each copy.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NAMES = ['LICENSE', 'LICENSE-MIT', 'LICENSE.md', 'LICENCE'];

/** What esbuild says of its inputs, by their paths from `root`, becomes the text of the file. */
export function licences(root, inputs) {
  const folders = Object.keys(inputs).map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  const texts = [...new Set(folders)].filter((folder) => folder !== undefined).sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = NAMES.map((each) => join(root, folder, each)).find((path) => existsSync(path));
    if (file === undefined) throw new Error(`${name} comes without the text of its licence, ${license}`);
    return `${name} ${version} (${license.replace(/^\(|\)$/g, '')})\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(72)}\n\n`);
}
