import { drawAsked, isRight } from '../decide/backup.js';
import type { BackupScreen, Lang } from '../model.js';
import type { App } from './app.js';
import { loadLists } from './lists.js';

const WORDS = 24;

/** Writing the words down. They are in the state only while they are on the screen. */
export function writers(app: App) {
  const at = (): BackupScreen | undefined => (app.state.screen.name === 'backup' ? app.state.screen : undefined);

  const begin = (link?: string): void => {
    app.show({
      name: 'backup',
      step: 'why',
      list: app.state.lang,
      words: [],
      asked: [],
      answers: [],
      wrong: false,
      ...(link === undefined ? {} : { link }),
    });
  };

  const showWords = async (list?: Lang): Promise<void> => {
    const lists = await loadLists();
    const screen = at();
    if (screen === undefined) return;
    const lang = list ?? screen.list;
    app.show({ ...screen, step: 'words', list: lang, words: app.open.words(lists[lang]), wrong: false });
  };

  /** Takes the words from the screen, and asks three of them back. */
  const askBack = (): void => {
    const screen = at();
    if (screen === undefined) return;
    const asked = drawAsked(WORDS, app.env.random(3));
    app.show({ ...screen, step: 'check', words: [], asked, answers: asked.map(() => ''), wrong: false });
  };

  const answer = (place: number, word: string): void => {
    const screen = at();
    if (screen === undefined) return;
    app.show({ ...screen, answers: screen.answers.map((each, i) => (i === place ? word : each)), wrong: false });
  };

  const check = async (): Promise<void> => {
    const lists = await loadLists();
    const screen = at();
    if (screen === undefined) return;
    const words = app.open.words(lists[screen.list]);
    if (!isRight(words, screen.asked, screen.answers)) {
      app.show({ ...screen, wrong: true });
      return;
    }
    await app.keep(() => ({ confirmed: true }));
    app.show({ ...screen, step: 'done', answers: [], asked: [] });
    app.set({ stored: await app.env.persist(true) });
  };

  return { begin, showWords, askBack, answer, check };
}
