// What pages say in a language, looked up where the program has it from: locales/.

import type { Page } from '@playwright/test';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './process';

/** The texts of a language, by file and key: `home.live_now`. */
function read(language: string): Map<string, string> {
  const folder = join(ROOT, 'locales', language);
  const texts = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      // In one line, a text of TOML is one of JSON. What has several lines is in mail, which is on no page.
      const [, key, text] = /^(\w+) = ("(?!"").*")$/.exec(line) ?? [];
      if (key && text) texts.set(file.replace('.toml', `.${key}`), JSON.parse(text) as string);
    }
  }
  return texts;
}

/** Looks texts of that language up. */
export function textsOf(language: string): (key: string) => string {
  const texts = read(language);
  return (key) => {
    const text = texts.get(key);
    if (text === undefined) throw new Error(`locales/${language} has no text ${key}`);
    return text;
  };
}

/** What a page says in one language that it should say in another. */
export async function leftIn(language: string, wanted: string, page: Page): Promise<string[]> {
  const known = new Set([...read(wanted).values()].map((text) => text.trim()));
  // A language has its own name everywhere.
  const own = textsOf(language)('language.self_name');
  const foreign = new Set([...read(language).values()].map((text) => text.trim()).filter((text) => text && text !== own && !known.has(text)));
  const said = await page.evaluate(() => {
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) found.push(texts.currentNode.textContent ?? '');
    for (const name of ['alt', 'aria-label', 'placeholder', 'title']) {
      for (const element of document.querySelectorAll(`[${name}]`)) found.push(element.getAttribute(name) ?? '');
    }
    return found;
  });
  return said.map((text) => text.trim()).filter((text) => foreign.has(text));
}
