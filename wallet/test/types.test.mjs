// A program for Node alone compiles against the package's types, without those of browsers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('..', import.meta.url));

it('the types want no library of browsers', () => {
  const folder = mkdtempSync(join(home, 'node_modules', '.types-'));
  const program = `
    import { IndexedDbStorage, readWords, Wallet, type NewWallet, type Report, type WalletStorage } from '../../dist/index.js';
    import { followBasket, payBasket, type BasketProgress } from '../../dist/wallet/basket/index.js';
    import { countGiven, type Count } from '../../dist/wallet/count/index.js';
    import { FileStorage } from '../../dist/wallet/node/index.js';
    import { english } from '../../dist/words/english.js';
    const storage: WalletStorage = await FileStorage.open('x');
    const wallet = await Wallet.create({ storage, node: 'https://a.test', fetch: (url, init) => fetch(url, init) });
    const report: Report = await wallet.pay('link', 1n);
    console.log(report.state, wallet.words(english), IndexedDbStorage);
    const paid: Report = await payBasket(wallet, 'link', 1n);
    const basket: BasketProgress = await followBasket(wallet, 'link', { state: 'open', seconds: 20 });
    const count: Count = await countGiven({ node: 'https://a.test' });
    console.log(paid.order, basket.claim, basket.earns.points, count.whole);
    const seed = readWords('words', english);
    const restored = await Wallet.restore({ storage, node: 'https://a.test', seed, onProgress: ({ asked }) => asked });
    console.log(restored.complete);
    // @ts-expect-error: a search finds the device number
    await Wallet.restore({ storage, node: 'https://a.test', seed, device: 3 });
    const made: NewWallet = { storage, node: 'https://a.test', seed, device: 3 };
    // @ts-expect-error: nor is it taken from what a new wallet needs
    await Wallet.restore({ ...made, seed });
    // @ts-expect-error: only a restore makes a wallet that searches
    await Wallet.create({ storage, node: 'https://a.test', seed, searching: true });
  `;
  const options = {
    target: 'ES2022', lib: ['ES2022'], types: ['node'], module: 'NodeNext', strict: true, noEmit: true,
    skipLibCheck: false,
  };
  try {
    writeFileSync(join(folder, 'program.mts'), program);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['program.mts'] }));
    const compiler = join(home, 'node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    assert.fail(error.stdout || error.message);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
