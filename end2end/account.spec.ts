// The account page: each thing that can be changed, with scripts and without, and the end of it all.

import { Account } from './lib/api';
import { alive, expect, reload, test, type Page } from './lib/test';
import { lineWith, say } from './lib/chat';
import { expectMovingPicture, expectOffline, expectStatus } from './lib/player';
import { passes, sidewaysScroll, violations } from './lib/accessibility';

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** Fills in and sends what the dialog asks for. */
async function confirmDeletion(page: Page, { username, password }: { username: string; password: string }): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await dialog.getByLabel(/^Type your username/).fill(username);
  await dialog.getByLabel('Your password').fill(password);
  await dialog.getByRole('button', { name: 'Delete account' }).click();
}

test('a new name is read in the chat, on the watch page and at the top of every page', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  const page = await visit('/account', { as: creator });
  const profile = section(page, 'Profile');
  await expect(profile.getByLabel('Display name')).toHaveValue(creator.username);
  await profile.getByLabel('Display name').fill('');
  await profile.getByLabel('About you').fill('Bread,\nevery Sunday.');
  await profile.getByLabel('Display name').fill('x'.repeat(51));
  await profile.getByRole('button', { name: 'Save profile' }).click();
  await expect(profile.locator('.field-error')).toContainText('at most 50 characters');
  await expect(profile.getByRole('status')).toHaveText('Not saved');
  await expect(profile.getByLabel('About you')).toHaveValue('Bread,\nevery Sunday.');
  await passes(page, 'a profile that was not saved');
  await profile.getByLabel('Display name').fill('Ada the Baker 🥖');
  await profile.getByRole('button', { name: 'Save profile' }).click();
  await expect(profile.getByRole('status')).toHaveText('Saved');
  await expect(section(page, 'You')).toContainText('Ada the Baker 🥖');
  await profile.getByLabel('About you').press('End');
  await profile.getByLabel('About you').press('!');
  await expect(profile.getByRole('status')).toHaveText('');
  await profile.getByLabel('About you').press('Backspace');
  await page.getByRole('button', { name: /^Account menu/ }).click();
  await expect(page.locator('.menu-title')).toContainText(`Ada the Baker 🥖 @${creator.username}`);

  const watch = await visit(`/watch/${creator.username}`, { as: creator });
  await expect(watch.locator('.watch-creator')).toContainText(`Ada the Baker 🥖 @${creator.username}`);
  await expect(watch.locator('.watch-about')).toHaveText('Bread,\nevery Sunday.');
  await expectStatus(watch, 'live');
  await say(watch, 'Who is this?');
  await expect(lineWith(watch, 'Who is this?').locator('.chat-name')).toHaveText('Ada the Baker 🥖');
  await page.reload();
  await expect(profile.getByLabel('About you')).toHaveValue('Bread,\nevery Sunday.');
  await test.step('what is typed after a form that was sent without the program is not saved either', async () => {
    await page.goto('/account?__saved=%2Fapi%2Faccount%2Fprofile');
    await alive(page);
    await expect(profile.getByRole('status')).toHaveText('Saved');
    await profile.getByLabel('About you').press('!');
    await expect(profile.getByRole('status')).toHaveText('');
  });
});

test('a new password signs the other browser out', async ({ visit, newUser }) => {
  const bob = await newUser();
  const page = await visit('/account', { as: bob });
  const other = await visit('/login');
  const signIn = async (password: string) => {
    await other.getByLabel('Username or email').fill(bob.username);
    await other.getByLabel('Password').fill(password);
    await other.getByRole('button', { name: 'Sign in' }).click();
  };
  await signIn(bob.password);
  await expect(other).toHaveURL(/\/$/);
  const form = section(page, 'Password');
  const change = async (current: string) => {
    await form.getByLabel('Current password').fill(current);
    await form.getByLabel('New password').fill('another battery staple');
    await form.getByRole('button', { name: 'Change password' }).click();
  };
  await change('not this one');
  await expect(form.locator('.field-error')).toContainText('not your password');
  await expect(form.getByLabel('Current password'), 'a screen reader says what is wrong with it').toBeFocused();
  await expect(form.getByLabel('New password')).toHaveValue('another battery staple');
  await form.getByLabel('Current password').fill(bob.password);
  await form.getByLabel('New password').press('Enter');
  await expect(form.getByRole('status')).toHaveText('Saved');
  await expect(form.getByLabel('New password')).toHaveValue('');
  await expect(form.getByLabel('New password')).toBeFocused();
  await expect(section(page, 'Where you are signed in').getByRole('listitem')).toHaveCount(1);
  await other.goto('/account');
  await expect(other).toHaveURL(/\/login/);
  await signIn(bob.password);
  await expect(other.getByRole('alert').filter({ hasText: /./ })).toBeVisible();
  await signIn('another battery staple');
  await expect(other).toHaveURL(/\/account$/);
});

test('signing out that fails is said', async ({ visit, newUser, problems }) => {
  problems.expect(/Failed to load resource: net::ERR_FAILED/);
  const page = await visit('/', { as: await newUser() });
  await page.route('**/api/auth/logout', (route) => route.abort());
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.locator('.toast')).toContainText("can't be reached");
  await page.locator('.toast').getByRole('button', { name: 'Dismiss' }).press('Enter');
  await expect(page.locator('.toasts'), 'the message is gone').toBeFocused();
  await page.unroute('**/api/auth/logout');
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
});

test('a page follows who is signed in, also by another tab', async ({ visit, creator, newUser, problems }) => {
  problems.expect(/the server responded with a status of 401/);
  const bob = await newUser();
  const page = await visit('/account', { as: creator });
  const name = section(page, 'Profile').getByLabel('Display name');
  await expect(name).toHaveValue(creator.username);
  const post = (path: string, data: object) =>
    page.evaluate(
      ([path, body]) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(() => {}),
      [path, JSON.stringify(data)],
    );
  const lookAgain = () => page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await post('/api/auth/login', { login: bob.username, password: bob.password });
  await lookAgain();
  await expect(name).toHaveValue(bob.username);
  await alive(page);
  await post('/api/auth/logout', {});
  await lookAgain();
  await expect(page).toHaveURL(/\/login\?next=%2Faccount$/);
});

test('a dashboard in a window beside follows when its creator signs out', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const keys = await visit('/dashboard/keys', { as: creator });
  const page = await visit('/dashboard/analytics', { as: creator });
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  // Nobody looks at them again: they are in sight all the time.
  await expect(dashboard).toHaveURL(/\/login\?next=%2Fdashboard%2Fstreams$/);
  await expect(keys).toHaveURL(/\/login\?next=%2Fdashboard%2Fkeys$/);
});

test('a dashboard that could not ask whether its creator is still signed in asks again', async ({ visit, creator, problems }) => {
  problems.expect(/net::ERR_FAILED/, /the server responded with a status of 401/);
  const dashboard = await visit('/dashboard/streams', { as: creator });
  let isPolling = false;
  dashboard.on('response', (response) => {
    isPolling ||= response.url().endsWith('/api/stream/status') && response.status() === 401;
  });
  await dashboard.route('**/api/auth/me', (route) => (isPolling ? route.continue() : route.abort()));
  const page = await visit('/dashboard/analytics', { as: creator });
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(dashboard).toHaveURL(/\/login\?next=%2Fdashboard%2Fstreams$/, { timeout: 30_000 });
  expect(isPolling).toBe(true);
});

test('whoever signs out on the dashboard is on the front page', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await page.getByRole('button', { name: /Account menu/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole('link', { name: 'Sign in' }).first()).toBeVisible();
});

test('whoever signs another browser out by keyboard is on no other one then', async ({ visit, newUser, installation }) => {
  const bob = await newUser();
  for (let more = 0; more < 2; more += 1) await Account.signIn(installation.url, bob.username, bob.password);
  const page = await visit('/account', { as: bob });
  const sessions = section(page, 'Where you are signed in');
  const rows = sessions.getByRole('listitem');
  await expect(rows).toHaveCount(3);
  await rows.getByRole('button').first().press('Enter');
  await expect(rows).toHaveCount(2);
  await expect(sessions.locator('[tabindex="-1"]')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(rows.getByRole('button')).toBeFocused();
});

test('every place where one is signed in is reached, however many there are', async ({ visit, newUser, problems }) => {
  problems.expect(/status of 503/, /503 for GET .*sessions/);
  const page = await visit('/', { as: await newUser() });
  await alive(page);
  let isDown = true;
  // So many as nobody signs in within a test: this browser's own is in the second piece.
  await page.route('**/api/account/sessions*', async (route) => {
    const { data } = (await (await route.fetch()).json()) as { data: { items: object[]; next: string | null } };
    const isFirst = !new URL(route.request().url()).searchParams.has('cursor');
    const other = (_: unknown, at: number) => ({ ...data.items[0], id: `other-${at}`, isCurrent: false });
    if (isFirst) Object.assign(data, { items: Array.from({ length: 50 }, other), next: 'other-49' });
    const error = { code: 'DATABASE_UNAVAILABLE', message: 'Not now.' };
    if (!isFirst && isDown) await route.fulfill({ status: 503, json: { success: false, error } });
    else await route.fulfill({ json: { success: true, data } });
  });
  await page.getByRole('button', { name: /^Account menu/ }).click();
  await page.getByRole('link', { name: 'Account', exact: true }).click();
  const sessions = section(page, 'Where you are signed in');
  const rows = sessions.getByRole('listitem');
  await expect(rows).toHaveCount(50);
  await expect(rows.filter({ hasText: 'This one' })).toHaveCount(0);
  await sessions.getByRole('button', { name: 'Show more' }).press('Enter');
  await expect(sessions.getByText('Not now.')).toBeVisible();
  await expect(rows, 'what is here stays').toHaveCount(50);
  await expect(sessions.getByRole('button', { name: 'Try again' })).toBeFocused();
  isDown = false;
  await sessions.getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(rows).toHaveCount(51);
  await expect(rows.last()).toContainText('This one');
  await expect(sessions.getByRole('button', { name: 'Show more' })).toHaveCount(0);
  await expect(sessions.locator('[tabindex="-1"]')).toBeFocused();
});

test('an account is deleted while its stream is live', async ({ visit, creator, newUser, whip, problems }) => {
  // What belongs to the creator is not there any more.
  problems.expect(/status of 404/);
  const key = await creator.makeKey('whip');
  const viewer = await visit(`/watch/${creator.username}`, { as: await newUser() });
  await whip(key);
  await expectMovingPicture(viewer);
  const page = await visit('/account', { as: creator });
  await page.getByRole('button', { name: 'Delete account…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Your password').fill('typed and left');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.locator('#delete-password')).toHaveValue('');
  await expect(page.getByRole('button', { name: 'Delete account…' })).toBeFocused();
  await page.keyboard.press('Enter');
  await confirmDeletion(page, { username: creator.username, password: 'not this one' });
  await expect(dialog.locator('.field-error')).toContainText('not your password');
  await confirmDeletion(page, creator);
  await expect(page).toHaveURL(/\/$/);
  await expect(page.locator('.toast')).toContainText('Your account is deleted.');
  await expect(page.getByRole('banner').getByRole('link', { name: 'Sign up' })).toBeVisible();
  await expectOffline(viewer);
  await expect(whip(key)).rejects.toThrow('WHIP was refused');
  await viewer.goto(`/watch/${creator.username}`);
  await expect(viewer.getByRole('heading', { level: 1 })).toHaveText(/not here|nothing|not found/i);
});

test('all of it works without scripts', async ({ visit, newUser }) => {
  const bob = await newUser();
  const page = await visit('/account', { as: bob, javaScriptEnabled: false });
  const saved = page.getByRole('status').filter({ hasText: 'Saved' });

  await test.step('the profile', async () => {
    const profile = section(page, 'Profile');
    await profile.getByLabel('Display name').fill('x'.repeat(51));
    await profile.getByLabel('About you').fill('One & two\n<three>');
    await profile.getByRole('button', { name: 'Save profile' }).click();
    await expect(profile.locator('.field-error')).toContainText('at most 50 characters');
    await expect(profile.getByLabel('Display name')).toHaveValue('x'.repeat(51));
    await expect(profile.getByLabel('About you')).toHaveValue('One & two\n<three>');
    await profile.getByLabel('Display name').fill('Bob & Co');
    await profile.getByRole('button', { name: 'Save profile' }).click();
    await expect(profile.getByRole('status')).toHaveText('Saved');
    await expect(profile.getByLabel('Display name')).toHaveValue('Bob & Co');
    await expect(saved).toHaveCount(1);
  });
  await test.step('the address', async () => {
    const address = section(page, 'Email address');
    await address.getByLabel('Email').fill(`new-${bob.username}@example.org`);
    await address.getByLabel('Your password').fill('not this one');
    await address.getByRole('button', { name: 'Change address' }).click();
    await expect(address.locator('.field-error')).toContainText('not your password');
    await expect(address.getByLabel('Email')).toHaveValue(`new-${bob.username}@example.org`);
    await address.getByLabel('Your password').fill(bob.password);
    await address.getByRole('button', { name: 'Change address' }).click();
    await expect(address.getByRole('status')).toHaveText('Saved');
    await expect(section(page, 'You')).toContainText(`new-${bob.username}@example.org`);
  });
  await test.step('the password', async () => {
    const password = section(page, 'Password');
    await password.getByLabel('Current password').fill(bob.password);
    await password.getByLabel('New password').fill('another battery staple');
    await password.getByRole('button', { name: 'Change password' }).click();
    await expect(password.getByRole('status')).toHaveText('Saved');
    expect(page.url()).not.toContain('battery');
  });
  await test.step('deleting', async () => {
    await page.getByRole('button', { name: 'Delete account…' }).click();
    await confirmDeletion(page, { username: bob.username, password: bob.password });
    await expect(section(page, 'Delete account').getByRole('alert').first()).toContainText('not your password');
    await page.getByRole('button', { name: 'Delete account…' }).click();
    await confirmDeletion(page, { username: bob.username, password: 'another battery staple' });
    await expect(page).toHaveURL(/\/$/);
    await page.goto('/account');
    await expect(page).toHaveURL(/\/login/);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the account page passes axe and fits a telephone, ${colorScheme}`, async ({ visit, creator }) => {
    await rename(creator, 'مرحبا بالعالم '.repeat(3) + '🥖'.repeat(8));
    const page = await visit('/account', { as: creator, colorScheme });
    for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
      await page.setViewportSize(size);
      await expectNothingWrong(page);
      await page.getByRole('button', { name: 'Delete account…' }).click();
      await confirmDeletion(page, { username: 'nobody', password: 'x' });
      await expect(page.getByRole('dialog').locator('.field-error')).toBeVisible();
      await expectNothingWrong(page);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await reload(page);
    }
  });
}

async function rename(account: Account, displayName: string): Promise<void> {
  await account.call('PUT', '/api/account/profile', { displayName });
}

async function expectNothingWrong(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
}
