// StreamIt or LiveKit are away for a while: what is shown is right again by itself, and nobody reloads a page. Parts that
// are killed are in faults/.

import { passes, passesOnTelephone } from './lib/accessibility';
import { composer, notice, write } from './lib/chat';
import { OUTAGE, expect, test, type Page } from './lib/test';
import { expectMovingPicture, expectOffline, expectStatus, recordStatus } from './lib/player';

test.describe.configure({ timeout: 150_000 });
test.beforeEach(({ problems }) => problems.expect(...OUTAGE));

test('StreamIt is told to stop and comes back', async ({ visit, creator, newUser, whip, installation }) => {
  const watch = await visit(`/watch/${creator.username}`, { as: await newUser() });
  const pages = [await visit('/dashboard/streams', { as: creator }), watch];
  const encoder = await whip(await creator.makeKey('whip'));
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  const { startedAt } = await creator.status();
  const records = await Promise.all(pages.map(recordStatus));
  // What announces is there before it has something to say.
  for (const page of pages) await expect(page.locator('.status-line-news[role="status"]')).toBeEmpty();

  const stopping = Date.now();
  await installation.stopApp();
  expect(Date.now() - stopping, 'it stops although event streams are open').toBeLessThan(5_000);
  await Promise.all(pages.map((page) => expect(page.locator('.status-line-reconnecting')).toBeVisible()));
  await write(watch, 'Nobody takes this');
  await expect(notice(watch)).toContainText("can't be reached");
  await expect(composer(watch)).toHaveValue('Nobody takes this');
  for (const page of pages) await passes(page, `${page.url()} while StreamIt is away`);
  await passesOnTelephone(watch, 'a stream and its chat while StreamIt is away');
  await installation.startApp();

  await Promise.all(pages.map((page) => expect(page.locator('.status-line-reconnecting')).toBeHidden()));
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  expect((await creator.status()).startedAt).toBe(startedAt);
  for (const record of records) expect(await record()).toEqual(['live']);
  await encoder.stop();
  await Promise.all(pages.map(expectOffline));
});

const hideThe = (page: Page) => (isHidden: boolean) =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, isHidden);

test('the page of somebody who is no creator any more says so, however late it hears of it', async ({
  visit,
  newCreator,
  problems,
}) => {
  problems.expect(/status of 404/, /MIME type/);
  const creator = await newCreator();
  const page = await visit(`/watch/${creator.username}`);
  const hide = hideThe(page);
  await hide(true);
  await creator.call('POST', '/api/account/delete', { password: creator.password, confirm: creator.username });
  await hide(false);
  await expect(page.getByText('There is nothing at this address')).toBeVisible({ timeout: 20_000 });
  await expect(page.locator('.status-line-reconnecting')).toHaveCount(0);
});

test('a page that is hidden does not ask for what it is not told', async ({ visit, creator }) => {
  const page = await visit(`/watch/${creator.username}`);
  const hide = hideThe(page);
  const isPolling = page.locator('.status-line-reconnecting');
  await page.route('**/api/channel/events?*', (route) => route.abort());
  await hide(true);
  const polled = page.waitForRequest('**/api/channel?*', { timeout: 20_000 });
  await hide(false);
  await polled;
  await expect(isPolling).toBeVisible();
  await hide(true);
  await expect(isPolling).toBeHidden();
  await page.unroute('**/api/channel/events?*');
  await hide(false);
  await expect(isPolling).toBeHidden();
});

test('a stream that ended while StreamIt was away is over when it is back', async ({ visit, creator, whip, installation }) => {
  const pages = [await visit('/dashboard/streams', { as: creator }), await visit(`/watch/${creator.username}`)];
  const encoder = await whip(await creator.makeKey('whip'));
  await Promise.all(pages.map((page) => expectStatus(page, 'live')));
  await installation.stopApp('SIGKILL');
  await encoder.stop();
  await installation.startApp();
  await Promise.all(pages.map((page) => expectStatus(page, 'offline', 60_000)));
});

test('a stream that began while StreamIt was away is live when it is back', async ({ visit, creator, whip, installation }) => {
  const credentials = await creator.makeKey('whip');
  const watch = await visit(`/watch/${creator.username}`);
  await installation.stopApp('SIGKILL');
  await whip(credentials);
  await installation.startApp();
  await expectStatus(watch, 'live', 60_000);
  await expectMovingPicture(watch);
});

test('without LiveKit keys cannot be made, the page says so, and nothing is half done', async ({ visit, creator, installation, problems }) => {
  problems.expect(/^50[23] for /, /Failed to load resource: the server responded with a status of 50[23]/);
  const page = await visit('/dashboard/keys', { as: creator });
  await installation.killPart('livekit-server');
  try {
    await page.getByRole('radio', { name: 'WHIP' }).check();
    await page.getByRole('button', { name: 'Make a key' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /./ })).toBeVisible();
    await expect(page.getByText('No key yet')).toBeVisible();
    await expect(page.getByRole('radio', { name: 'WHIP' })).toBeChecked();
    await expect(creator.call('GET', '/api/stream/credentials')).rejects.toThrow('404 NO_KEY');
  } finally {
    await installation.startPart('livekit-server');
  }
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByRole('button', { name: 'Show key' })).toBeVisible();
});
