// A network that takes its time.

import type { Page } from '@playwright/test';

/** Holds back what that page asks for there, from now on, until what this gives is called. */
export async function holdBack(page: Page, address: string | RegExp): Promise<() => void> {
  let letGo = () => {};
  const isLetGo = new Promise<void>((done) => (letGo = done));
  await page.route(address, async (route) => {
    await isLetGo;
    await route.continue();
  });
  return () => letGo();
}
