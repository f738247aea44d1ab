import type { Lang, Words } from '../model.js';
import { plain } from './backup.js';

/** The two lists of words. */
export interface Lists {
  readonly en: readonly string[];
  readonly fr: readonly string[];
}

/** What somebody has typed: 24 words of one list, or what is wrong with it. */
export type Typed = { readonly lang: Lang; readonly words: readonly string[] } | { readonly trouble: Words };

const COUNT = 24;

/**
 * Reads words as people type them: with numbers before them, capitals, commas, and without accents. The list is the one that
 * has all of them.
 */
export function typedWords(text: string, lists: Lists): Typed {
  const pieces = text
    .split(/[\s,;]+/)
    .map((word) => plain(word.replace(/^\d+[.)]?/, '')))
    .filter((word) => word !== '');
  if (pieces.length !== COUNT) return { trouble: { key: 'restore.count', with: { n: pieces.length } } };
  const found = (['en', 'fr'] as const).map((lang) => {
    const known = new Map(lists[lang].map((word) => [plain(word), word]));
    return { lang, words: pieces.map((word) => known.get(word)) };
  });
  const best = found.sort((a, b) => unknown(a.words) - unknown(b.words))[0];
  const at = best?.words.indexOf(undefined) ?? -1;
  if (best === undefined || at >= 0) {
    return { trouble: { key: 'restore.unknown', with: { n: at + 1, word: pieces[at] ?? '' } } };
  }
  return { lang: best.lang, words: best.words.filter((word) => word !== undefined) };
}

function unknown(words: readonly (string | undefined)[]): number {
  return words.filter((word) => word === undefined).length;
}
