// The program for the browser comes in parts: which a page loads, and what becomes of it when one does not come.

import { alive, expect, test, type Page } from './lib/test';

/** The parts that this page has asked for, from now on; chunks, which several parts share, not among them. */
function partsOf(page: Page): Set<string> {
  const parts = new Set<string>();
  page.on('request', (request) => {
    const part = /\/pkg\/split_(\w+)\./.exec(request.url())?.[1];
    if (part) parts.add(part);
  });
  return parts;
}

/** Counts the documents that this page loads, from now on. */
function documentsOf(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) count += 1;
  });
  return () => count;
}

test('the front page loads the first part of the program alone, and another when somebody goes on', async ({ visit }) => {
  const page = await visit('/');
  const parts = partsOf(page);
  await page.reload();
  await alive(page);
  expect([...parts]).toEqual([]);
  const documents = documentsOf(page);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Password')).toBeVisible();
  expect([...parts]).toEqual(['door']);
  expect(documents()).toBe(0);
});

test('the head of a page names the parts that it needs, before any of the program runs', async ({ visit }) => {
  const page = await visit('/login', { javaScriptEnabled: false });
  const preloaded = await page.locator('head link[rel=preload][as=fetch]').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(preloaded.some((href) => href.includes('/pkg/split_door.'))).toBe(true);
  for (const href of preloaded) {
    const answer = await page.request.get(href);
    expect(answer.status(), href).toBe(200);
    expect(answer.headers()['cache-control'], href).toContain('immutable');
  }
});

test('when the part of another page does not come, that page is loaded whole', async ({ visit, problems }) => {
  problems.expect(/ERR_FAILED|Failed to fetch|Failed to load resource/);
  const page = await visit('/');
  const documents = documentsOf(page);
  await page.route('**/pkg/split_door.*', (route) => route.abort());
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/login');
  await expect(page.getByLabel('Password')).toBeVisible();
  expect(documents()).toBe(1);
  // It reads as the server made it, and says what is missing; the link there loads it again, whatever the router thinks.
  const line = page.locator('.program-line');
  await line.getByRole('link', { name: 'Reload the page' }).click();
  await expect.poll(documents).toBe(2);
  await expect(line).toBeVisible();
  // It is alive as soon as the part comes after all.
  await page.unroute('**/pkg/split_door.*');
  await alive(page);
  await expect(line).toBeHidden();
  expect(documents()).toBe(2);
});
