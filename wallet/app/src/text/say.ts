import { centsOf } from '../decide/amount.js';
import type { Lang, Param, Words } from '../model.js';
import type { Key } from './en.js';

/** A text, or one for each number that the language tells apart; they are chosen by `n`. */
export type Entry = string | { readonly one: string; readonly other: string };

/** All texts of a language. */
export type Catalogue = Readonly<Record<Key, Entry>>;

/** What the code of a refusal is said by. */
const TROUBLE = 'trouble.';

/** Writes texts and values in a language. */
export interface Say {
  readonly lang: Lang;
  (key: Key, values?: Readonly<Record<string, Param>>): string;
  words(words: Words): string;
  points(points: bigint): string;
  number(number: bigint | number): string;
  /** What so many points are worth. */
  euros(points: bigint): string;
  cents(cents: bigint): string;
  day(seconds: bigint): string;
  time(seconds: bigint): string;
  list(items: readonly string[]): string;
}

/** What is known of the federation when texts are written. */
export interface Values {
  readonly pointValue?: { readonly cents: bigint; readonly points: bigint };
}

/** Texts and values of a language. */
export function sayIn(lang: Lang, catalogue: Catalogue, { pointValue }: Values = {}): Say {
  const locale = lang === 'fr' ? 'fr-FR' : 'en-IE';
  const plural = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' });
  const days = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const lists = new Intl.ListFormat(locale);
  const dateOf = (seconds: bigint): Date => new Date(Number(seconds) * 1000);

  const form = (entry: Entry, n: number | bigint): string =>
    typeof entry === 'string' ? entry : plural.select(Number(n)) === 'one' ? entry.one : entry.other;
  const points = (amount: bigint): string => form(catalogue['points'], amount).replace('{n}', numbers.format(amount));
  const euros = (amount: bigint): string =>
    money.format(Number(centsOf(amount, pointValue ?? { cents: 0n, points: 1n })) / 100);
  const written = (value: Param): string => {
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return numbers.format(value);
    if ('points' in value) return points(value.points);
    if ('euros' in value) return euros(value.euros);
    return 'day' in value ? days.format(dateOf(value.day)) : times.format(dateOf(value.time));
  };
  const say = (key: Key, values: Readonly<Record<string, Param>> = {}): string => {
    // A code that came into the world after this app.
    if (key.startsWith(TROUBLE) && !Object.hasOwn(catalogue, key)) {
      return say('trouble.other', { code: key.slice(TROUBLE.length) });
    }
    const { n } = values;
    const text = spaced(lang, form(catalogue[key], typeof n === 'number' ? n : 2));
    return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined ? whole : written(value);
    });
  };
  return Object.assign(say, {
    lang,
    words: ({ key, with: values }: Words) => say(key, values),
    points,
    number: (number: bigint | number) => numbers.format(number),
    euros,
    cents: (cents: bigint) => money.format(Number(cents) / 100),
    day: (seconds: bigint) => days.format(dateOf(seconds)),
    time: (seconds: bigint) => times.format(dateOf(seconds)),
    list: (items: readonly string[]) => lists.format(items),
  });
}

/** French keeps a narrow distance before some signs, and no line breaks there. */
function spaced(lang: Lang, text: string): string {
  if (lang !== 'fr') return text;
  return text
    .replace(/ ([?!;])/g, '\u202f$1')
    .replace(/ ([:»])/g, '\u00a0$1')
    .replace(/« /g, '«\u00a0');
}
