import type { WordList } from '../../../src/index.js';
import type { Lang } from '../model.js';
import type { Catalogue } from '../text/say.js';

/** Loads the two lists of words, which few starts of the app need. */
export async function loadLists(): Promise<Readonly<Record<Lang, WordList>>> {
  const [{ english }, { french }] = await Promise.all([
    import('../../../src/words/english.js'),
    import('../../../src/words/french.js'),
  ]);
  return { en: english, fr: french };
}

/** Loads the texts of a language. */
export async function loadTexts(lang: Lang): Promise<Catalogue> {
  return lang === 'fr' ? (await import('../text/fr.js')).fr : (await import('../text/en.js')).en;
}
