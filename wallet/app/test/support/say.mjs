// Texts and values of a language, as the app writes them; `catalogue` stands in for the language's own.
import { en } from '../../build/app/src/text/en.js';
import { fr } from '../../build/app/src/text/fr.js';
import { sayIn as say } from '../../build/app/src/text/say.js';

export const sayIn = (lang, values = {}, catalogue = { en, fr }[lang]) => say(lang, catalogue, values);
