import type { Count } from '../../../src/wallet/count/index.js';
import { shareOf } from './told.js';

/** A number on the page: as the node counted it, and as it was counted here. */
interface Cell {
  readonly element: Element;
  readonly shown: number;
  readonly counted: number;
}

/** The cells of the page's tables of votes and gifts, those of a name that the charter does not have left out. */
export function cellsOf(page: ParentNode, count: Count): Cell[] {
  return [...voteCells(page, count), ...giftCells(page, count)];
}

function voteCells(page: ParentNode, count: Count): Cell[] {
  const left = [...count.campaigns];
  return [...page.querySelectorAll('[data-campaign]')].flatMap((table) => {
    const at = left.findIndex(({ name }) => name === table.getAttribute('data-campaign'));
    const [campaign] = at < 0 ? [] : left.splice(at, 1);
    return campaign === undefined ? [] : rowCells(table, campaign.choices, ({ votes }) => ({ votes }));
  });
}

function giftCells(page: ParentNode, count: Count): Cell[] {
  return [...page.querySelectorAll('[data-gifts]')].flatMap((table) =>
    rowCells(table, count.associations, ({ given, pledged }) => ({
      given: Number(given),
      pledged: Number(pledged),
      all: Number(given + pledged),
    })),
  );
}

/** The cells of a table's rows, each row found by its name: of two of one name each is taken once, in their order. */
function rowCells<T extends { readonly name: string }>(
  table: Element,
  items: readonly T[],
  numbers: (item: T) => Readonly<Record<string, number>>,
): Cell[] {
  const left = [...items];
  return [...table.querySelectorAll('[data-name]')].flatMap((row) => {
    const at = left.findIndex(({ name }) => name === row.getAttribute('data-name'));
    const [item] = at < 0 ? [] : left.splice(at, 1);
    if (item === undefined) return [];
    return Object.entries(numbers(item)).flatMap(([name, counted]) => {
      const element = row.querySelector(`[data-number="${name}"]`);
      return element === null ? [] : [{ element, shown: Number(element.textContent?.replace(/\D/g, '')), counted }];
    });
  });
}

/** Writes what was counted here in the place of what the node counted; shares and bars follow. */
export function write(page: ParentNode, cells: readonly Cell[], lang: string): void {
  const number = new Intl.NumberFormat(lang);
  const percent = new Intl.NumberFormat(lang, { style: 'percent' });
  for (const { element, counted } of cells) element.textContent = number.format(counted);
  for (const table of page.querySelectorAll('[data-campaign]')) {
    const of = cells.filter(({ element }) => table.contains(element));
    const all = of.reduce((sum, { counted }) => sum + counted, 0);
    for (const { element, counted } of of) {
      const row = element.closest('[data-name]');
      const share = shareOf(counted, all);
      const written = row?.querySelector('[data-number="share"]');
      if (written) written.textContent = percent.format(share / 100);
      row?.querySelector('rect')?.setAttribute('width', String(share));
    }
    const sum = table.previousElementSibling?.querySelector('[data-sum]');
    if (sum instanceof HTMLElement) sum.hidden = of.some(({ shown, counted }) => shown !== counted);
  }
}
