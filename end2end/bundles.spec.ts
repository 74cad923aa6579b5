// The program for the browser comes in bundles: which a page loads, and what becomes of it when one does not come.

import { holdBack } from './lib/network';
import { alive, expect, test, type Page } from './lib/test';

/** The bundles that this page has asked for, from now on; chunks, which several bundles share, not among them. */
function bundlesOf(page: Page): Set<string> {
  const bundles = new Set<string>();
  page.on('request', (request) => {
    const bundle = /\/pkg\/split_(\w+)\./.exec(request.url())?.[1];
    if (bundle) bundles.add(bundle);
  });
  return bundles;
}

/** Counts the documents that this page loads, from now on. */
function documentsOf(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) count += 1;
  });
  return () => count;
}

test('the front page loads the first bundle of the program alone, and another when somebody goes on', async ({ visit }) => {
  const page = await visit('/');
  const bundles = bundlesOf(page);
  await page.reload();
  await alive(page);
  expect([...bundles]).toEqual([]);
  const documents = documentsOf(page);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Password')).toBeVisible();
  expect([...bundles]).toEqual(['door']);
  expect(documents()).toBe(0);
});

test('a page names the bundles that it needs, before any of the program runs', async ({ visit }) => {
  const page = await visit('/');
  const bundles = bundlesOf(page);
  // It cannot ask for them as long as it is not there itself.
  const letGo = await holdBack(page, /\/pkg\/streamit\.[^/]*wasm/);
  const answer = await page.goto('/login', { waitUntil: 'domcontentloaded' });
  const links = (await answer!.headersArray()).filter(({ name }) => name.toLowerCase() === 'link').map(({ value }) => value);
  const names = links.map((link) => /\/([^/]+)>/.exec(link)![1]);
  const first = [/^streamit\..+\.css$/, /^streamit\..+\.js$/, /^streamit\..+\.wasm$/, /^inter-latin\./, /^__wasm_split\./];
  for (const [at, name] of first.entries()) expect(names[at]).toMatch(name);
  const preloaded = links.slice(first.length).flatMap((link) => /^<([^>]+)>; rel=preload; as=fetch/.exec(link)?.[1] ?? []);
  await expect.poll(() => [...bundles]).toEqual(['door']);
  letGo();
  await alive(page);
  expect(preloaded.some((href) => href.includes('/pkg/split_door.'))).toBe(true);
  let last = Infinity;
  for (const href of preloaded) {
    const answer = await page.request.get(href);
    // Over HTTP/1.1 browsers load six files at a time, and the largest takes the longest.
    const size = (await answer.body()).length;
    expect(size, href).toBeLessThanOrEqual(last);
    last = size;
    expect(answer.status(), href).toBe(200);
    expect(answer.headers()['cache-control'], href).toContain('immutable');
  }
});

test('when the bundle of another page does not come, that page is loaded whole', async ({ visit, problems }) => {
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
  // It is alive as soon as the bundle comes after all.
  await page.unroute('**/pkg/split_door.*');
  await alive(page);
  await expect(line).toBeHidden();
  expect(documents()).toBe(2);
});
