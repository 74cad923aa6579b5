// Keeping order: from the watch page and the dashboard, by mouse and by keyboard, at once for who is connected.

import { passes, passesOnTelephone, TELEPHONE } from './lib/accessibility';
import type { Account } from './lib/api';
import { act, composer, lineWith, log, notice, say, timer } from './lib/chat';
import { holdBack } from './lib/network';
import { expectMovingPicture } from './lib/player';
import { expect, test } from './lib/test';

test.beforeEach(async ({ creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
});

const watchPage = (creator: Account) => `/watch/${creator.username}`;

test('a ban holds at once for who is connected, and ends with the unban', async ({ visit, creator, newUser }) => {
  const bob = await newUser();
  const page = await visit(watchPage(creator), { as: bob });
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await expectMovingPicture(page);
  await say(page, 'Something rude');
  await composer(page).fill('More of it');

  await act(lineWith(dashboard, 'Something rude'), `Ban ${bob.username}`);
  const toast = dashboard.locator('.toast').filter({ hasText: `${bob.username} is banned.` });
  await expect(toast).toBeVisible();
  // It stays as long as somebody points at it.
  await toast.hover();
  await passes(dashboard, 'a message in the corner', toast);
  // There it lies elsewhere, and nobody points at it yet.
  const window = dashboard.viewportSize()!;
  await dashboard.setViewportSize(TELEPHONE);
  await toast.hover();
  await passesOnTelephone(dashboard, 'a message in the corner', toast);
  await dashboard.setViewportSize(window);
  await dashboard.mouse.move(0, 0);
  await expect(notice(page)).toContainText('You are banned');
  await expect(composer(page)).toHaveValue('More of it');
  await passes(page, 'the chat of somebody who is banned');
  await expect(bob.say(creator.username, 'Round the page')).rejects.toThrow(/403 BANNED/);
  await expect(bob.follow(creator.username)).rejects.toThrow(/403 BANNED/);
  // A ban stops writing, not watching.
  await expectMovingPicture(page);

  await dashboard.getByRole('button', { name: 'Banned and timed out' }).click();
  await dashboard.getByRole('button', { name: `Unban ${bob.username}` }).click();
  await expect(notice(page)).toBeEmpty();
  await say(page, 'I am sorry');
  await dashboard.getByRole('button', { name: 'Recent actions' }).click();
  await expect(dashboard.getByText(`${creator.username} let ${bob.username} write again`)).toBeVisible();
  await expect(dashboard.getByText(`${creator.username} banned ${bob.username}`)).toBeVisible();
});

test('a moderator keeps order from the watch page by keyboard', async ({ visit, creator, newUser }) => {
  const [mo, bob] = [await newUser('mo_' + Date.now().toString(36)), await newUser()];
  const page = await visit(watchPage(creator), { as: mo });
  const other = await visit(watchPage(creator), { as: bob });
  await expect(page.getByRole('button', { name: 'Moderation' })).toBeHidden();
  await say(other, 'To be removed');
  await creator.addModerator(mo.username);
  await expect(page.getByRole('button', { name: 'Moderation' })).toBeVisible();

  const line = lineWith(page, 'To be removed');
  await line.getByRole('button', { name: /^Actions for/ }).focus();
  await page.keyboard.press('Enter');
  await line.getByRole('button', { name: `Remove the message of ${bob.username}` }).focus();
  await page.keyboard.press('Enter');
  await expect(log(other).getByText('Message removed')).toBeVisible();
  await expect(lineWith(other, 'To be removed')).toHaveCount(0);

  await say(other, 'To be timed out');
  const second = lineWith(page, 'To be timed out');
  await second.getByRole('button', { name: /^Actions for/ }).focus();
  await page.keyboard.press('Enter');
  await second.getByRole('button', { name: `Time out ${bob.username} for 10 min` }).focus();
  await page.keyboard.press('Enter');
  await expect(notice(other)).toContainText(/timed you out.*(9|10) min/);
  await passes(other, 'the chat of somebody who is timed out');

  await page.getByRole('button', { name: 'Moderation' }).press('Enter');
  await page.getByRole('button', { name: 'Recent actions' }).press('Enter');
  await expect(page.getByText(`${mo.username} timed out ${bob.username} for 10 min`)).toBeVisible();
  await expect(page.getByText(`${mo.username} removed a message of ${bob.username}`)).toBeVisible();
  await page.getByRole('button', { name: 'Banned and timed out' }).press('Enter');
  await expect(page.getByRole('button', { name: `Unban ${bob.username}` })).toBeVisible();
  await passes(page, 'what a moderator has at hand');
  await passesOnTelephone(page, 'what a moderator has at hand');
});

test('moderators are named and taken back on the dashboard', async ({ visit, creator, newUser }) => {
  const mo = await newUser();
  const page = await visit(watchPage(creator), { as: mo });
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await dashboard.getByRole('button', { name: 'Moderators' }).click();
  await dashboard.getByLabel('Add a moderator by username').fill('nobody_at_all');
  await dashboard.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dashboard.getByText('There is nobody of that name.')).toBeVisible();
  await dashboard.getByLabel('Add a moderator by username').fill(mo.username);
  await dashboard.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Moderation' })).toBeVisible();
  await creator.changeChat({ isChatEnabled: false });
  await say(page, 'Moderators can write');

  await dashboard.getByRole('button', { name: `Remove ${mo.username} as moderator` }).click();
  await expect(page.getByRole('button', { name: 'Moderation' })).toBeHidden();
  await expect(notice(page)).toContainText('turned the chat off');
});

test('whoever unbans somebody by keyboard is on nobody else then', async ({ visit, creator, newUser }) => {
  const [bob, eve] = [await newUser(), await newUser()];
  await creator.ban(creator.username, bob.username, null);
  await creator.ban(creator.username, eve.username, null);
  const page = await visit('/dashboard/streams', { as: creator });
  await page.getByRole('button', { name: 'Banned and timed out' }).click();
  const unban = ({ username }: Account) => page.getByRole('button', { name: `Unban ${username}` });
  await expect(unban(bob)).toBeVisible();
  // The newest is the first, and what comes after it takes its place.
  await unban(eve).press('Enter');
  await expect(unban(eve)).toHaveCount(0);
  await expect(page.locator('#bans .listing')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(unban(bob)).toBeFocused();
});

test('blocked words are kept as typed', async ({ visit, creator, newUser }) => {
  const bob = await newUser();
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await dashboard.getByRole('button', { name: 'Blocked words' }).click();
  await dashboard.getByRole('textbox', { name: 'Blocked words' }).fill('Spoiler*\n*');
  await dashboard.getByRole('button', { name: 'Save words' }).click();
  await expect(dashboard.getByText('would block every message')).toBeVisible();
  await dashboard.getByRole('textbox', { name: 'Blocked words' }).fill('Spoiler*\nvery bad');
  await dashboard.getByRole('button', { name: 'Save words' }).press('Enter');
  await expect(dashboard.locator('.blocked-words .save-mark')).toHaveText('Saved');
  await expect(dashboard.getByRole('button', { name: 'Save words' })).toBeFocused();
  await expect(bob.say(creator.username, 'No spoilers here')).rejects.toThrow(/403 BLOCKED_WORD/);
  await bob.say(creator.username, 'Nothing bad');
});

test('words that are typed stay when the list comes once more', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const goOn: (() => void)[] = [];
  await page.route('**/api/chat/blocked-words', async (route) => {
    await new Promise<void>((done) => goOn.push(done));
    await route.continue();
  });
  const opener = page.getByRole('button', { name: 'Blocked words' });
  for (const press of [1, 2, 3]) await test.step(`press ${press}`, () => opener.click());
  await expect.poll(() => goOn.length).toBe(2);
  goOn[0]();
  const words = page.getByRole('textbox', { name: 'Blocked words' });
  await words.fill('typed meanwhile');
  const late = page.waitForResponse('**/api/chat/blocked-words');
  goOn[1]();
  await (await late).finished();
  await page.evaluate(async () => (await fetch('/favicon.svg')).text());
  await expect(words).toHaveValue('typed meanwhile');
});

test('a name that is typed while another one is added stays', async ({ visit, creator, newUser }) => {
  const mo = await newUser();
  const page = await visit('/dashboard/streams', { as: creator });
  await page.getByRole('button', { name: 'Moderators' }).click();
  const name = page.getByLabel('Add a moderator by username');
  const letGo = await holdBack(page, '**/api/chat/moderators');
  await name.fill(`@${mo.username}`);
  await name.press('Enter');
  await name.fill('somebody_else');
  letGo();
  await expect(page.getByRole('button', { name: `Remove ${mo.username} as moderator` })).toBeVisible();
  await expect(name).toHaveValue('somebody_else');
});

test('a time-out ends when it is over, whatever the clock of who waits says', async ({ visit, creator, newUser }) => {
  const bob = await newUser();
  const page = await visit('/', { as: bob });
  await page.context().addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 3_600_000;
  });
  await page.goto(watchPage(creator));
  await say(page, 'Something rude');
  await creator.ban(creator.username, bob.username, 10);
  await expect(timer(page)).toHaveText(/^\d+\ss$/);
  await expect(notice(page)).toBeEmpty();
  await say(page, 'I am sorry');
});

test('one removes what one wrote, and a tab of somebody else does not', async ({ visit, creator, newUser }) => {
  const [bob, eve] = [await newUser(), await newUser()];
  const page = await visit(watchPage(creator), { as: bob });
  const other = await visit(watchPage(creator), { as: eve });
  await say(page, 'A slip');
  await expect(lineWith(other, 'A slip')).toBeVisible();
  await expect(lineWith(other, 'A slip').getByRole('button')).toHaveCount(0);
  await act(lineWith(page, 'A slip'), /^Remove the message of/);
  await expect(log(other).getByText('Message removed')).toBeVisible();
});
