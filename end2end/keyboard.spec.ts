// Without a mouse: from signing up to being live and off air again, applications, the rules of a chat, and one's
// account. What is pressed has been reached by Tab, and the focus was seen on it.

import { passes } from './lib/accessibility';
import { Account, type ChatSettings } from './lib/api';
import { pressOn, tabTo, typeInto } from './lib/keyboard';
import { expectMovingPicture, expectOffline, expectStatus } from './lib/player';
import { PUT_OUT, expect, test, type Page } from './lib/test';

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** The application of that account, as it stands. */
function application(account: Account): Promise<{ id: string; status: string; reason?: string }> {
  return account.call('GET', '/api/creator/application');
}

test('somebody signs up, applies, makes a key, and is live and off air by keyboard alone', async ({
  visit,
  admin,
  installation,
  whip,
  problems,
}) => {
  problems.expect(...PUT_OUT);
  const username = `keys_${Date.now().toString(36)}`;
  const password = 'correct horse battery';
  const page = await visit('/', { permissions: ['clipboard-read', 'clipboard-write'] });

  await test.step('sign up', async () => {
    await pressOn(page, page.getByRole('banner').getByRole('link', { name: 'Sign up' }));
    await typeInto(page, page.getByLabel('Username'), username);
    await typeInto(page, page.getByLabel('Email'), `${username}@example.org`);
    await typeInto(page, page.getByLabel('Password'), password);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL('/');
  });
  await test.step('apply', async () => {
    await pressOn(page, page.getByRole('button', { name: `Account menu of ${username}` }));
    await pressOn(page, page.getByRole('link', { name: 'Become a creator' }));
    await typeInto(page, page.getByLabel('What do you want to stream?'), 'Bread, every Sunday.');
    await pressOn(page, page.getByRole('button', { name: 'Send application' }));
    await expect(page.getByText('Your application is in.')).toBeVisible();
    await expect(page.getByRole('main').locator('.stack[tabindex="-1"]'), 'the form is gone').toBeFocused();
    const applicant = await Account.signIn(installation.url, username, password);
    await admin.decide((await application(applicant)).id, 'approve');
  });

  const copy = async (name: string) => {
    await page.evaluate(() => navigator.clipboard.writeText(''));
    const read = () => page.evaluate(() => navigator.clipboard.readText());
    await pressOn(page, page.getByRole('button', { name }));
    await expect.poll(read).not.toBe('');
    await expect(page.getByRole('button', { name: 'Copied' }).last(), 'it keeps the focus').toBeFocused();
    return read();
  };
  const credentials = await test.step('make a key and copy it', async () => {
    await pressOn(page, page.getByRole('link', { name: 'Get your stream key' }));
    await tabTo(page, page.getByRole('radio', { name: 'RTMP' }));
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('radio', { name: 'WHIP' })).toBeChecked();
    await pressOn(page, page.getByRole('button', { name: 'Make a key' }));
    return { serverUrl: await copy('Copy server'), streamKey: await copy('Copy key'), inputType: 'whip' as const };
  });
  await test.step('live', async () => {
    await whip(credentials);
    await expectStatus(page, 'live');
    await pressOn(page, page.getByRole('link', { name: 'Streams', exact: true }), { step: 'Shift+Tab' });
    await expectMovingPicture(page);
  });
  await test.step('off air', async () => {
    const end = { name: 'End stream now', exact: true };
    await pressOn(page, page.getByRole('button', end));
    await pressOn(page, page.getByRole('dialog').getByRole('button', end));
    await expectOffline(page);
    await expect(page.getByText('You ended your stream.')).toBeVisible();
    await expect(page.locator('.on-air-bar-slot'), 'the button is gone, and its place has the focus').toBeFocused();
  });
});

test('an admin approves one application and rejects another by keyboard alone', async ({ visit, admin, newUser }) => {
  const [ann, ben] = [await newUser(), await newUser()];
  await ann.apply();
  await ben.apply();
  const page = await visit('/admin', { as: admin });
  const card = ({ username }: Account) => page.locator(`.application[data-username="${username}"]`);

  await pressOn(page, card(ann).getByRole('button', { name: 'Review' }));
  await expect(card(ann)).toHaveCount(0);
  await pressOn(page, page.getByRole('link', { name: 'Under review' }), { step: 'Shift+Tab' });
  await pressOn(page, card(ann).getByRole('button', { name: 'Approve' }));
  await expect(card(ann)).toHaveCount(0);
  expect((await application(ann)).status).toBe('APPROVED');

  await pressOn(page, page.getByRole('link', { name: 'Pending' }), { step: 'Shift+Tab' });
  await pressOn(page, card(ben).locator('summary'));
  await typeInto(page, card(ben).getByLabel('Reason'), 'Tell us more.');
  await pressOn(page, card(ben).getByRole('button', { name: 'Reject' }));
  await expect(card(ben)).toHaveCount(0);
  expect(await application(ben)).toMatchObject({ status: 'REJECTED', reason: 'Tell us more.' });
});

test('the rules of a chat are set, taken back and refused by keyboard alone', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const panel = region(page, 'Chat settings');
  const rules = () => creator.call<ChatSettings>('GET', '/api/stream/info');

  await test.step('a switch, and the way back', async () => {
    const followersOnly = panel.getByRole('switch', { name: 'Followers only' });
    await pressOn(page, followersOnly, { key: 'Space' });
    await expect(followersOnly).toHaveAttribute('aria-checked', 'true');
    await pressOn(page, panel.getByRole('button', { name: 'Undo' }), { step: 'Shift+Tab' });
    await expect(followersOnly).toHaveAttribute('aria-checked', 'false');
    await expect(panel.locator('.chat-settings-head'), 'the button is gone').toBeFocused();
  });
  await test.step('a choice', async () => {
    const delay = panel.getByRole('switch', { name: 'Delay messages' });
    await pressOn(page, delay, { key: 'Space' });
    await expect(delay).toHaveAttribute('aria-checked', 'true');
    await pressOn(page, panel.getByLabel('Hold messages for'), { key: 'ArrowDown' });
    await expect.poll(async () => (await rules()).chatDelaySeconds).toBe(4);
  });
  await test.step('a number', async () => {
    const slowMode = panel.getByLabel(/^Slow mode/);
    await typeInto(page, slowMode, '2');
    await page.keyboard.press('Enter');
    await expect(panel.getByText('Choose 3 to 120 seconds')).toBeVisible();
    await expect(slowMode).toHaveAttribute('aria-invalid', 'true');
    await expect(slowMode).toHaveAccessibleDescription(/^Choose 3 to 120 seconds/);
    await passes(page, 'a number that breaks a rule');
    await typeInto(page, slowMode, '30');
    await page.keyboard.press('Enter');
    await expect(slowMode).not.toHaveAttribute('aria-invalid');
    await expect.poll(async () => (await rules()).slowModeSeconds).toBe(30);
  });
});

test('the forms of the account page are filled in and sent by keyboard alone', async ({ visit, newUser }) => {
  const bob = await newUser();
  const page = await visit('/account', { as: bob });
  const isSaved = (name: string) => expect(region(page, name).getByRole('status')).toHaveText('Saved');

  await test.step('the profile', async () => {
    const profile = region(page, 'Profile');
    await typeInto(page, profile.getByLabel('Display name'), 'Bob the Baker');
    await typeInto(page, profile.getByLabel('About you'), 'Bread.');
    await pressOn(page, profile.getByRole('button', { name: 'Save profile' }));
    await isSaved('Profile');
    await expect(profile.getByRole('button', { name: 'Save profile' }), 'it keeps the focus').toBeFocused();
  });
  await test.step('the address', async () => {
    const address = region(page, 'Email address');
    await typeInto(page, address.getByLabel('Email'), `new-${bob.username}@example.org`);
    await typeInto(page, address.getByLabel('Your password'), bob.password);
    await page.keyboard.press('Enter');
    await isSaved('Email address');
  });
  await test.step('the password', async () => {
    const form = region(page, 'Password');
    await typeInto(page, form.getByLabel('Current password'), bob.password);
    await typeInto(page, form.getByLabel('New password'), 'another battery staple');
    await page.keyboard.press('Enter');
    await isSaved('Password');
  });
  await test.step('the question before all of it is deleted', async () => {
    const opener = page.getByRole('button', { name: 'Delete account…' });
    const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
    await pressOn(page, opener);
    await typeInto(page, dialog.getByLabel(/^Type your username/), bob.username);
    await typeInto(page, dialog.getByLabel('Your password'), 'not this one');
    const confirm = dialog.getByRole('button', { name: 'Delete account' });
    await pressOn(page, confirm);
    await expect(dialog.locator('.field-error')).toContainText('not your password');
    await expect(dialog.getByLabel('Your password'), 'one goes on where it is wrong').toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(opener).toBeFocused();
  });
});
