// What answers tell a browser, in one that keeps to it. The content security policy: pages do all they have to, and what
// somebody slipped into one of them does nothing; a page that does what its policy forbids says so in the console, which
// fails any test. And what is kept: whatever pages load, under names that say what is in it.

import type { Response } from '@playwright/test';
import { chromiumPath, BROWSER_FLAGS, PRETENDED_DEVICES, SOUND_WITHOUT_A_TAP } from './lib/browser';
import { LIBRARY, expectMovingPicture, expectOffline, expectStatus } from './lib/player';
import { alive, expect, test, type Page } from './lib/test';

test.use({
  launchOptions: {
    executablePath: chromiumPath(),
    args: [...BROWSER_FLAGS, SOUND_WITHOUT_A_TAP, ...PRETENDED_DEVICES],
  },
});

const panel = (page: Page) => page.getByRole('region', { name: 'Go live from this browser' });

test('a creator goes live from the browser, cuts a picture and chats, and a viewer watches', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  await panel(dashboard).getByRole('button', { name: 'Preview' }).click();
  await panel(dashboard).getByRole('button', { name: 'Go live now' }).click();
  await Promise.all([expectStatus(dashboard, 'live', 40_000), expectStatus(watch, 'live', 40_000)]);
  await expectMovingPicture(watch);

  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  await dashboard.getByLabel('Choose a picture').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: png });
  const frame = dashboard.getByRole('application', { name: 'Part of the picture that is shown' });
  await expect(frame.locator('img[data-shown]')).toBeVisible();
  // Where the picture lies is a style, and still one that scripts may set.
  expect(await frame.locator('img').evaluate((image) => image.style.width)).toMatch(/%$/);

  await creator.say(creator.username, 'Hello everybody');
  await expect(watch.getByText('Hello everybody')).toBeVisible();
});

test('every other page says nothing of its policy', async ({ visit, creator, admin }) => {
  for (const path of ['/', '/?search=a', `/watch/${creator.username}`, '/account', '/apply', '/dashboard/keys', '/nothing']) {
    const page = await visit(path, { as: creator });
    await expect(page.getByRole('main')).toBeVisible();
  }
  for (const path of ['/login', '/signup']) await expect((await visit(path)).getByLabel('Password')).toBeVisible();
  await expect((await visit('/admin', { as: admin })).getByRole('main')).toBeVisible();
});

test('what was slipped into a page does nothing', async ({ visit, problems }) => {
  problems.expect(/Content Security Policy|Content-Security-Policy|Refused to/);
  const page = await visit('/');
  const done = await page.evaluate(async () => {
    const done: string[] = [];
    Object.assign(globalThis, { done: (what: string) => done.push(what) });
    const script = document.createElement('script');
    script.textContent = 'done("a script")';
    document.body.append(script);
    const other = document.createElement('div');
    other.innerHTML =
      '<img src="data:," onerror="done(\'a handler\')"><a href="javascript:done(\'an address\')">x</a><b style="color: rgb(1, 2, 3)">y</b>';
    document.body.append(other);
    const failed = new Promise((resolve) => other.querySelector('img')!.addEventListener('error', resolve));
    other.querySelector('a')!.click();
    if (getComputedStyle(other.querySelector('b')!).color === 'rgb(1, 2, 3)') done.push('a style');
    await fetch('https://example.invalid/').then(
      () => done.push('a request'),
      () => undefined,
    );
    const base = document.createElement('base');
    base.href = 'https://example.invalid/';
    document.head.append(base);
    if (document.baseURI.includes('example.invalid')) done.push('a base');
    await failed;
    return done;
  });
  expect(done).toEqual([]);
});

/** What this page loads from now on, by path: files alone, no pages and no answers of the API. */
function filesOf(page: Page, site: string): Map<string, Response[]> {
  const files = new Map<string, Response[]>();
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    const isFile = response.request().resourceType() !== 'document' && !pathname.startsWith('/api/');
    // The icon of the tab alone has the same address for ever.
    if (!response.url().startsWith(`${site}/`) || !isFile || pathname === '/favicon.svg') return;
    files.set(pathname, [...(files.get(pathname) ?? []), response]);
  });
  return files;
}

test('whatever pages load is kept for a year, and a live page loads the player beside the program, once', async ({
  browser,
  creator,
  installation,
  problems,
  whip,
}) => {
  const library = installation.addressOf(LIBRARY);
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  const context = await browser.newContext({ baseURL: installation.url });
  problems.watch(context);
  const page = await context.newPage();
  const files = filesOf(page, installation.url);
  await page.goto('/');
  await alive(page);
  expect([...files.keys()]).toContain(installation.addressOf('vendor/inter-latin.woff2'));
  expect([...files.keys()]).not.toContain(library);

  const answer = await page.goto(`/watch/${creator.username}`);
  const links = (await answer!.headersArray()).filter(({ name }) => name.toLowerCase() === 'link');
  expect(links.filter(({ value }) => value.startsWith(`<${library}>; rel=modulepreload`))).toHaveLength(1);
  await expectMovingPicture(page);
  expect(files.get(library)).toHaveLength(1);
  for (const [path, [first]] of files) {
    expect(first.headers()['cache-control'], path).toBe('public, max-age=31536000, immutable');
  }
  await context.close();
});

test('a page with nothing to play loads no player', async ({ visit, creator, installation }) => {
  const page = await visit('/');
  const files = filesOf(page, installation.url);
  const answer = await page.goto(`/watch/${creator.username}`);
  await alive(page);
  await expectOffline(page);
  expect((await answer!.headerValue('link')) ?? '').not.toContain('/vendor/livekit-client');
  expect(await answer!.text()).not.toContain('/vendor/livekit-client');
  expect([...files.keys()]).not.toContain(installation.addressOf(LIBRARY));
});

test('a page from before an update finds the player of today', async ({ installation, visit }) => {
  const library = installation.addressOf(LIBRARY);
  const old = library.replace(/\.[\w-]+\.js$/, '.fromAnotherBuild.js');
  const answer = await fetch(installation.url + old, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const page = await visit('/');
  expect(await page.evaluate(async (address) => typeof (await import(address)).Room, old)).toBe('function');
});
