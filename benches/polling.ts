// A page that asks every five seconds whether somebody is live, as the pages of the system did that StreamIt replaces. It
// asks StreamIt's own API and shows the answer where the watch page shows it.

import type { Browser, Page } from '@playwright/test';

export const EVERY_MS = 5_000;

const PAGE = `<!doctype html><title>Asks</title><p class="status-line"><b class="badge" data-status="offline"></b></p>`;

/** Opens it. It does not ask yet. */
export async function openPolling(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  // Of the same site, so that it may ask; StreamIt has no such page.
  await page.route('**/polling', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.goto('/polling');
  return page;
}

/** It asks in so many milliseconds, and every five seconds from then on; what it was told before is over. */
export async function ask(page: Page, username: string, firstMs: number): Promise<void> {
  const order = { path: `/api/channel?username=${username}`, firstMs, everyMs: EVERY_MS };
  await page.evaluate(({ path, firstMs, everyMs }) => {
    const clock = globalThis as unknown as { timer?: NodeJS.Timeout };
    const badge = document.querySelector<HTMLElement>('.badge')!;
    const look = async () => {
      const { data } = (await (await fetch(path)).json()) as { data: { state: { status: string } } };
      badge.dataset.status = data.state.status;
    };
    clearTimeout(clock.timer);
    clock.timer = setTimeout(() => {
      clock.timer = setInterval(look, everyMs);
      void look();
    }, firstMs);
  }, order);
}
