// What a page must be for everybody: nothing that axe finds, and nothing wider than the window.

import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

export const TELEPHONE = { width: 390, height: 844 };

/** What axe finds on the page as it is now, one text for each place; what it calls minor, too. */
export async function violations(page: Page): Promise<string[]> {
  return found(axe(page));
}

/** How many pixels the page is wider than its window. */
export async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * Holds that axe finds nothing on a page in that state, in light and in dark, where nothing but the colours can differ. A
 * state that ends by itself has a mark, which is seen before and after.
 */
export async function passes(page: Page, state: string, mark?: Locator): Promise<void> {
  // Colours change at once. What fades or moves is half there for a moment, unless less motion is wished for.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  if (mark) await expect(mark, `${state}, before`).toBeVisible();
  expect.soft(await found(axe(page)), `axe: ${state}, light`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  expect.soft(await found(axe(page).withRules('color-contrast')), `axe: ${state}, dark`).toEqual([]);
  if (mark) expect(await mark.isVisible(), `${state}, after`).toBe(true);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** The same on a telephone, for a state that looks different there; it has to fit, too. Colours know no width. */
export async function passesOnTelephone(page: Page, state: string, mark?: Locator): Promise<void> {
  const before = page.viewportSize();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize(TELEPHONE);
  if (mark) await expect(mark, `${state}, at 390 pixels, before`).toBeVisible();
  expect.soft(await violations(page), `axe: ${state}, at 390 pixels`).toEqual([]);
  expect.soft(await sidewaysScroll(page), `${state}, at 390 pixels`).toBeLessThanOrEqual(0);
  if (mark) expect(await mark.isVisible(), `${state}, at 390 pixels, after`).toBe(true);
  if (before) await page.setViewportSize(before);
  await page.emulateMedia({ reducedMotion: null });
}

/** Axe within the page itself: a second page, where it would put its results together, would take the focus. */
function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
}

async function found(builder: AxeBuilder): Promise<string[]> {
  const results = await builder.analyze();
  return results.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}
