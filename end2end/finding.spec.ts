// Finding a stream: who is live, who was, who is looked for, and what a link to a channel shows elsewhere.

import { expect, open, test, type Page } from './lib/test';
import { passes, violations } from './lib/accessibility';
import { holdBack } from './lib/network';

const noScript = { javaScriptEnabled: false } as const;

const card = (page: Page, title: string | RegExp) => page.getByRole('link', { name: title });
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search streams' });
const names = (page: Page) => page.locator('.card-creator').allInnerTexts();
const announced = (page: Page) => page.getByRole('main').locator('> div > [role="status"]');

test('a stream that starts appears on an open page by itself, before those that ended', async ({ visit, creator, whip }) => {
  await creator.setTitle('Sourdough at dawn');
  const home = await visit('/');
  await expect(card(home, /Sourdough at dawn/)).toHaveCount(0);
  const encoder = await whip(await creator.makeKey('whip'));
  const live = card(home, /Sourdough at dawn/);
  await expect(live).toBeVisible({ timeout: 30_000 });
  await expect(live).toHaveAttribute('data-live', 'true');
  await expect(home.locator('.card').first()).toHaveAttribute('data-live', 'true');
  await expect(card(home, /^LIVE.*Sourdough at dawn/)).toBeVisible();
  await expect(live).not.toHaveAccessibleName(/Time on air/);
  await test.step('what is focused stays focused while the list is read again', async () => {
    await live.focus();
    await creator.setTitle('Sourdough at noon');
    await expect(card(home, /Sourdough at noon/)).toBeVisible({ timeout: 30_000 });
    await expect(card(home, /Sourdough at noon/)).toBeFocused();
  });
  await encoder.stop();
  await expect(card(home, /Sourdough at noon/)).toHaveAttribute('data-live', 'false', { timeout: 30_000 });
  await expect(card(home, /Sourdough at noon/)).toContainText('Last live just now');
});

test('what is typed is searched for by itself', async ({ visit, creator, newCreator }) => {
  const mark = creator.username.slice(-6);
  await creator.setTitle(`Crème brûlée ${mark}`);
  const other = await newCreator();
  const home = await visit('/');
  await test.step('by title, without accents', async () => {
    await search(home).pressSequentially(`creme BRULEE ${mark}`, { delay: 20 });
    await expect(card(home, /Crème brûlée/)).toBeVisible();
    await expect(home.getByRole('heading', { level: 1 })).toHaveText(`Results for “creme BRULEE ${mark}”`);
    await expect(announced(home)).toHaveText(`1 stream for “creme BRULEE ${mark}”`);
    await expect(home).toHaveURL(new RegExp(`\\?search=creme\\+BRULEE\\+${mark}$`));
    await expect(search(home)).toBeFocused();
    expect(await violations(home)).toEqual([]);
  });
  await test.step('by name', async () => {
    await search(home).fill(other.username.toUpperCase());
    await expect.poll(() => names(home)).toEqual([other.username]);
    await expect(home.locator('.card-when')).toHaveText(/Not live yet/);
  });
  await test.step('nothing, and the way out', async () => {
    await search(home).fill('nobody & nothing');
    await expect(home.getByText('No stream matches “nobody & nothing”')).toBeVisible();
    await expect(announced(home)).toHaveText('No streams for “nobody & nothing”');
    expect(await violations(home)).toEqual([]);
    await home.getByRole('main').getByRole('link', { name: 'Show all streams' }).click();
    await expect(home.getByRole('heading', { level: 1 })).toHaveText('Live now');
    await expect(search(home)).toHaveValue('');
    await expect(home).toHaveURL(/\/$/);
  });
  await test.step('one way back, however many keys were pressed', async () => {
    await search(home).pressSequentially('abc', { delay: 400 });
    await expect(home).toHaveURL(/search=abc$/);
    await home.goBack();
    await expect(home).toHaveURL(/search=nobody/);
  });
  await test.step('an accent alone is nothing to look for', async () => {
    await search(home).fill('\u0301');
    await expect(home).toHaveURL(/\/$/);
  });
  await test.step('elsewhere it waits until it is sent', async () => {
    await open(home, '/login');
    await search(home).fill(other.username);
    await home.waitForTimeout(600);
    await expect(home).toHaveURL(/\/login$/);
    await search(home).press('Enter');
    await expect.poll(() => names(home)).toEqual([other.username]);
  });
});

test('what was there before steps back once an answer takes long, with less motion too', async ({ visit }) => {
  const home = await visit('/', { reducedMotion: 'reduce' });
  const page = home.locator('.home');
  const letGo = await holdBack(home, /\/api\/channels/);
  // From here on, no time passes but what the test lets pass.
  await home.clock.install();
  await home.clock.pauseAt(Date.now() + 10_000);
  await search(home).fill('nobody & nothing');
  const asked = home.waitForRequest(/\/api\/channels/);
  await home.clock.runFor(300);
  await asked;
  await expect(home.getByRole('heading', { level: 1 })).toHaveText('Results for “nobody & nothing”');
  await home.clock.runFor(100);
  await expect(page).not.toHaveAttribute('data-waiting');
  await home.clock.runFor(200);
  await expect(page).toHaveAttribute('data-waiting', 'true');
  await home.clock.resume();
  await passes(home, 'a list that waits for an answer', home.locator('.home[data-waiting]'));
  letGo();
  await expect(home.getByText('No stream matches “nobody & nothing”')).toBeVisible();
  await expect(page).not.toHaveAttribute('data-waiting');
});

test('a long list grows, and is pages without scripts', async ({ visit, newCreator, problems }) => {
  problems.expect(/ERR_FAILED/);
  const prefix = `s${Date.now().toString(36)}`;
  const seeded = Array.from({ length: 30 }, (_, n) => `${prefix}_${String(n).padStart(2, '0')}`);
  for (const name of seeded) await newCreator(name);
  const address = `/?search=${prefix}`;
  await test.step('it grows, and whoever asked goes on from what is new', async () => {
    const home = await visit(address);
    expect(await names(home)).toEqual(seeded.slice(0, 24));
    await expect(announced(home)).toHaveText(`The first 24 streams for “${prefix}”`);
    await home.getByRole('link', { name: 'More streams' }).press('Enter');
    await expect.poll(() => names(home)).toEqual(seeded);
    await expect(home.getByRole('link', { name: 'More streams' })).toHaveCount(0);
    await expect(home.locator(`#card-${seeded[24]}`)).toBeFocused();
    await expect(home).toHaveURL(new RegExp(`search=${prefix}$`));
    expect(await violations(home)).toEqual([]);
  });
  await test.step('a failure is said, and it can be tried again', async () => {
    const home = await visit(address);
    await home.route('**/api/channels?*', (route) => route.abort());
    await home.getByRole('link', { name: 'More streams' }).click();
    await expect(home.getByRole('alert').filter({ hasText: /can't be reached/ })).toBeVisible();
    await home.unroute('**/api/channels?*');
    await home.getByRole('link', { name: 'More streams' }).click();
    await expect.poll(() => names(home)).toEqual(seeded);
  });
  await test.step('without scripts it is a page of its own', async () => {
    const plain = await visit('/', noScript);
    await search(plain).fill(prefix);
    await search(plain).press('Enter');
    expect(await names(plain)).toEqual(seeded.slice(0, 24));
    await plain.getByRole('link', { name: 'More streams' }).click();
    expect(await names(plain)).toEqual(seeded.slice(24));
    await expect(plain.getByText('Nobody is live')).toHaveCount(0);
  });
});

test('a failed load says so and is tried again', async ({ visit, creator, problems }) => {
  problems.expect(/ERR_FAILED/);
  await creator.setTitle('Found again');
  const page = await visit('/login');
  await page.route('**/api/channels?*', (route) => route.abort());
  await search(page).fill(creator.username);
  await search(page).press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: /can't be reached/ })).toBeVisible();
  await passes(page, 'a list that did not load');
  await page.unroute('**/api/channels?*');
  await page.getByRole('link', { name: 'Try again' }).click();
  await expect(card(page, /Found again/)).toBeVisible();
});

test('a channel that is offline says what it was, and a link to it shows a picture', async ({ visit, creator, installation, whip }) => {
  const { username } = creator;
  await creator.setTitle('First <b>title</b>');
  const encoder = await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  await encoder.stop();
  await expect.poll(async () => (await creator.status()).status).toBe('offline');
  const page = await visit(`/watch/${username}`);
  const earlier = page.locator('.watch-earlier');
  await expect(page.locator('.player')).toContainText('Last live just now');
  await expect(earlier).toHaveCount(0);
  await creator.setTitle('Second title');
  await expect(earlier).toHaveText('Earlier: First <b>title</b>');
  await creator.setTitle('Third title');
  await expect(earlier).toHaveText('Earlier: Second title · First <b>title</b>');
  await creator.setTitle('First <b>title</b>');
  await expect(earlier).toHaveText('Earlier: Third title · Second title');
  expect(await violations(page)).toEqual([]);

  const plain = await visit(`/watch/${username}`, noScript);
  const meta = (name: string) => plain.locator(`head meta[property="${name}"]`).getAttribute('content');
  expect(await meta('og:title')).toBe('First <b>title</b>');
  expect(await meta('og:url')).toBe(`${installation.url}/watch/${username}`);
  const picture = await fetch((await meta('og:image'))!);
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png']);
  await expect(plain).toHaveTitle(`First <b>title</b> – ${username} · StreamIt`);

  await test.step('on the way to another page, they are those of that page', async () => {
    await page.getByRole('link', { name: 'StreamIt', exact: true }).click();
    await expect(page).toHaveURL(`${installation.url}/`);
    const canonical = page.locator('head link[rel=canonical]');
    await expect(canonical).toHaveCount(1);
    await expect(canonical).toHaveAttribute('href', /^(https?:\/\/[^/]+)?\/$/);
    for (const [name, content] of [['og:title', 'StreamIt'], ['og:type', 'website']]) {
      await expect(page.locator(`head meta[property="${name}"]`)).toHaveCount(1);
      await expect(page.locator(`head meta[property="${name}"]`)).toHaveAttribute('content', content);
    }
    await expect(page.locator('head meta[name="twitter:card"]')).toHaveCount(1);
  });
});
