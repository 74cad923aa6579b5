// What a page can come to, for everybody: nothing that axe finds, in light and dark, and on a telephone where it looks
// different there. Here are states that no other test comes by; the others are looked at where a test is in them anyway.

import { alive, expect, reload, test } from './lib/test';
import { passes, passesOnTelephone } from './lib/accessibility';
import { canBeDeaf, hear, lineWith, log, notice, write } from './lib/chat';
import { expectMovingPicture, expectStatus, player } from './lib/player';

test('what opens, fails or is empty', async ({ visit, creator, newUser, demo, admin, whip }) => {
  test.slow();
  const login = await visit('/login');
  await login.getByLabel('Username or email').fill('nobody');
  await login.getByLabel('Password').fill('wrong password');
  await login.getByRole('button', { name: 'Sign in' }).click();
  await expect(login.getByRole('alert').filter({ hasText: /./ })).toBeVisible();
  await passes(login, 'signing in that failed');

  const user = await newUser();
  const application = await user.apply('Please?');
  await passes(await visit('/apply', { as: user }), 'an application that waits');
  await admin.decide(application.id, 'reject', 'Tell us more.');
  await passes(await visit('/apply', { as: user }), 'an application that was refused');

  const menu = await visit('/', { as: creator });
  await menu.getByRole('button', { name: /Account menu/ }).click();
  await passes(menu, 'the account menu');
  const account = await visit('/account', { as: creator });
  await account.getByLabel('Current password').fill('not this one');
  await account.getByLabel('New password').fill('another battery staple');
  await account.getByRole('button', { name: 'Change password' }).click();
  await expect(account.locator('.field-error')).toBeVisible();
  await passes(account, 'a password that was not changed');
  await account.getByRole('button', { name: 'Delete account…' }).click();
  await passes(account, 'the question before an account is deleted');

  await passes(await visit('/dashboard/keys', { as: creator }), 'no key');
  const key = await creator.makeKey('whip');
  const keys = await visit('/dashboard/keys', { as: creator });
  await keys.getByRole('button', { name: 'Make a new key' }).click();
  await passes(keys, 'the question before a key is replaced');
  await keys.keyboard.press('Escape');
  await keys.getByRole('button', { name: 'Show key' }).click();
  await expect(keys.locator('.key-text[data-shown="true"]')).toHaveCount(1);
  await passes(keys, 'a key that is shown');
  await passesOnTelephone(keys, 'a key that is shown');

  const dashboard = await visit('/dashboard/streams', { as: creator });
  await creator.call('POST', '/api/stream/rehearsal', { enabled: true });
  const encoder = await whip(key);
  await expectMovingPicture(dashboard);
  await passes(dashboard, 'a rehearsal');
  await dashboard.getByRole('button', { name: 'Go live', exact: true }).click();
  await passes(dashboard, 'the question before going live');
  await dashboard.keyboard.press('Escape');
  await creator.call('POST', '/api/stream/end');
  await encoder.stop();
  await expect(dashboard.getByText('You ended your stream.')).toBeVisible();
  await passes(dashboard, 'a stream that was ended');

  await passes(await visit('/dashboard/analytics?days=90', { as: demo }), 'a quarter');
  await passes(await visit('/dashboard/analytics?from=2020-01-01&to=2020-01-07', { as: demo }), 'a period without broadcasts');
  await passes(await visit('/dashboard/analytics?from=2020-02-01&to=2020-01-07', { as: demo }), 'a period that ends before it begins');
  const { items } = await demo.call<{ items: { id: string }[] }>('GET', '/api/analytics/broadcasts');
  const report = await visit(`/dashboard/analytics/${items[0].id}`, { as: demo });
  await report.locator('.moment').first().focus();
  await passes(report, 'the report of a broadcast');
  await report.getByText('Show as a table').click();
  await passes(report, 'a curve as a table');
});

test('a chat that holds messages back, that one has to wait in, and that lies over the page of a telephone', async ({
  visit,
  creator,
  newUser,
  whip,
}) => {
  await whip(await creator.makeKey('whip'));
  const dashboard = await visit('/', { as: creator });
  await canBeDeaf(dashboard);
  await dashboard.goto('/dashboard/streams');
  await alive(dashboard);
  const watch = await visit(`/watch/${creator.username}`, { as: await newUser() });
  await Promise.all([dashboard, watch].map((page) => expectStatus(page, 'live')));
  await creator.changeChat({ isChatDelayed: true, chatDelaySeconds: 6, slowModeSeconds: 60 });
  await expect(log(watch).getByText('Delay: 6 s')).toBeVisible();

  await write(watch, 'Held for a moment');
  const line = lineWith(dashboard, 'Held for a moment');
  const held = line.getByText('Only you and moderators see this yet');
  await expect(held).toBeVisible();
  // It is let go after six seconds, which is less than axe may take.
  await hear(dashboard, false);
  await passes(dashboard, 'a message that is held', held);
  await hear(dashboard, true);
  await expect(notice(watch)).toContainText('Slow mode is on');
  await passes(watch, 'a chat in which one has to wait');
  await passesOnTelephone(watch, 'a chat in which one has to wait');

  // With the next news it hears what it has missed.
  await creator.say(creator.username, 'Anybody there?');
  await expect(line).toBeVisible();
  await expect(held).toHaveCount(0);
  await dashboard.setViewportSize({ width: 390, height: 844 });
  await dashboard.getByRole('button', { name: 'Chat', exact: true }).click();
  await line.getByRole('button', { name: /^Actions for/ }).click();
  await expect(line.getByRole('button', { name: /^Ban / })).toBeVisible();
  await passesOnTelephone(dashboard, 'the chat over the page');
});

test('a player that tries again, and one that gave up', async ({ visit, creator, whip, problems }) => {
  problems.expect(/ERR_FAILED|Failed to fetch/);
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  const watch = await visit('/');
  await watch.route('**/api/channel/token', (route) => route.abort());
  await watch.goto(`/watch/${creator.username}`);
  await alive(watch);
  await expect(player(watch)).toHaveAttribute('data-phase', 'reconnecting');
  await passes(watch, 'a player that tries again');

  await watch.unroute('**/api/channel/token');
  await watch.route(/\/livekit-client[^/]*\.js/, (route) => route.abort());
  await reload(watch);
  await expect(player(watch)).toHaveAttribute('data-phase', 'failed');
  await passes(watch, 'a player that gave up');
  await passesOnTelephone(watch, 'a player that gave up');
});

test('a page that did not load', async ({ visit, creator, problems }) => {
  problems.expect(/ERR_FAILED|Failed to fetch/);
  const page = await visit(`/?search=${creator.username}`, { as: creator });
  const notLoaded = page.getByRole('heading', { level: 1, name: 'Not loaded' });
  await page.route(/\/api\/(auth\/me|channel\?)/, (route) => route.abort());
  await page.getByRole('main').getByRole('link', { name: creator.username }).click();
  await expect(notLoaded).toBeVisible();
  await passes(page, 'a channel that did not load');
  await page.goBack();
  await page.getByRole('button', { name: /^Account menu/ }).click();
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await expect(page).toHaveURL(/\/account$/);
  await expect(notLoaded).toBeVisible();
  await passes(page, 'an account that did not load');

  await page.unroute(/\/api\/(auth\/me|channel\?)/);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
});
