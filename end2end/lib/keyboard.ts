// Somebody without a mouse: where the focus is, how it gets where it is wanted, and whether one sees it there.

import { expect, type Locator, type Page } from '@playwright/test';

/** More than there is to stop at on any page of the tests. */
const MOST_PRESSES = 300;

type Step = 'Tab' | 'Shift+Tab';

/** Presses Tab until that has the focus, and holds that it is seen: a line around it, and nothing over it. */
export async function tabTo(page: Page, wanted: Locator, step: Step = 'Tab'): Promise<void> {
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    const focus = await wanted.evaluate(lookForFocus);
    if (focus) {
      expect(focus, `the focus on ${wanted}`).toEqual({ hasLine: true, isOnTop: true });
      return;
    }
    await page.keyboard.press(step);
  }
  throw new Error(`the keyboard does not reach ${wanted}`);
}

/** Goes there, and presses that key. */
export async function pressOn(page: Page, wanted: Locator, how: { key?: string; step?: Step } = {}): Promise<void> {
  const { key = 'Enter', step } = how;
  await tabTo(page, wanted, step);
  await page.keyboard.press(key);
}

/** Goes there, and types in place of what is in it. */
export async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}

interface Focus {
  hasLine: boolean;
  isOnTop: boolean;
}

// Runs in the page. Nothing when the focus is elsewhere.
function lookForFocus(element: Element): Focus | null {
  if (element !== document.activeElement) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { x, y, width, height } = element.getClientRects()[0];
  const above = document.elementFromPoint(x + width / 2, y + height / 2);
  const isOnTop = above !== null && (element.contains(above) || above.contains(element));
  return { hasLine: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0, isOnTop };
}
