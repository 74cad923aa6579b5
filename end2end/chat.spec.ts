// Chat with two and three browsers: both ways, under each of the creator's rules, and across what gets lost.

import { passes } from './lib/accessibility';
import type { Account } from './lib/api';
import { canBeDeaf, composer, hear, lineWith, log, notice, say, shown, timer, write } from './lib/chat';
import { expectMovingPicture, expectOffline, expectStatus } from './lib/player';
import { expect, OUTAGE, test } from './lib/test';

/** What a page shows that follows the chat of somebody who is live. */
async function live(creator: Account, whip: (key: Awaited<ReturnType<Account['makeKey']>>) => Promise<{ stop(): Promise<void> }>) {
  const encoder = await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  return encoder;
}

const watchPage = (creator: Account) => `/watch/${creator.username}`;

test('chat goes both ways, and who comes late reads what was said', async ({ visit, creator, newUser, whip }) => {
  const encoder = await live(creator, whip);
  const [bob, eve] = [await newUser(), await newUser()];
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const first = await visit(watchPage(creator), { as: bob });
  await say(first, 'Hello from bob');
  await expect(lineWith(dashboard, 'Hello from bob')).toContainText(bob.username);
  await say(dashboard, 'Welcome, bob');
  await expect(lineWith(first, 'Welcome, bob')).toBeVisible();

  const late = await visit(watchPage(creator), { as: eve });
  await expect(lineWith(late, 'Hello from bob')).toBeVisible();
  await say(late, 'I am late');
  await expect(lineWith(first, 'I am late')).toBeVisible();
  await expect(lineWith(dashboard, 'I am late')).toBeVisible();
  expect(await shown(first)).toEqual(await shown(late));

  const guest = await visit(watchPage(creator));
  await expect(lineWith(guest, 'Welcome, bob')).toBeVisible();
  await expect(guest.getByRole('link', { name: 'Sign in to chat' })).toHaveAttribute('href', /^\/login\?next=%2Fwatch%2F/);

  await encoder.stop();
  await expectOffline(first);
  await expect(notice(first)).toContainText('read-only');
  await expect(composer(first)).toHaveAttribute('readonly');
  await expect(lineWith(first, 'I am late')).toBeVisible();
});

test('text is never HTML, links lead out, and any script reads right', async ({ visit, creator, newUser, whip }) => {
  await live(creator, whip);
  const page = await visit(watchPage(creator), { as: await newUser() });
  const other = await visit(watchPage(creator));
  await say(page, '<img src=x onerror=alert(1)> <b>bold</b>');
  await expect(lineWith(other, '<img src=x onerror=alert(1)> <b>bold</b>')).toBeVisible();
  await write(page, 'See https://example.org/a?b=c. It is good');
  const link = log(other).getByRole('link', { name: 'https://example.org/a?b=c', exact: true });
  await expect(link).toHaveAttribute('rel', /noopener.*noreferrer|noreferrer.*noopener/);
  await expect(link).toHaveAttribute('target', '_blank');
  const fiveHundred = '👨‍👩‍👧'.repeat(200) + 'é'.repeat(300);
  await say(page, fiveHundred);
  await expect(lineWith(other, fiveHundred)).toBeVisible();
  await say(page, 'مرحبا بالعالم');
  await expect(lineWith(other, 'مرحبا بالعالم')).toBeVisible();
  await composer(page).fill('x'.repeat(501));
  const count = page.locator('#composer-count');
  await expect(count).toHaveText('501/500');
  // Below the ring of the field's focus, which is 4 pixels around it.
  const [field, below] = [(await composer(page).boundingBox())!, (await count.boundingBox())!];
  expect(below.y).toBeGreaterThanOrEqual(field.y + field.height + 4);
  await composer(page).press('Enter');
  await expect(notice(page)).toContainText('at most 500 characters');
  await passes(page, 'a message that is too long');
});

test('the chat is turned off and on while somebody types', async ({ visit, creator, newUser, whip }) => {
  await live(creator, whip);
  const page = await visit(watchPage(creator), { as: await newUser() });
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await composer(page).fill('half a sent');
  await dashboard.getByRole('switch', { name: /^Chat\b/ }).click();
  await expect(notice(page)).toContainText('turned the chat off');
  await expect(composer(page)).toHaveValue('half a sent');
  await expect(composer(page)).toHaveAttribute('readonly');
  await expect(log(page).getByText('Chat: off')).toBeVisible();
  await passes(page, 'a chat that is off');
  await say(dashboard, 'Only I can write now');
  await expect(lineWith(page, 'Only I can write now')).toBeVisible();

  await dashboard.getByRole('switch', { name: /^Chat\b/ }).click();
  await expect(notice(page)).toBeEmpty();
  await composer(page).press('Enter');
  await expect(lineWith(page, 'half a sent')).toBeVisible();
});

test('followers only: the composer leads there, and the count follows', async ({ visit, creator, newUser, whip }) => {
  await live(creator, whip);
  const bob = await newUser();
  const page = await visit(watchPage(creator), { as: bob });
  const second = await visit(watchPage(creator), { as: bob });
  await creator.changeChat({ isChatFollowersOnly: true });
  await expect(notice(page)).toContainText('Only followers can write');
  await passes(page, 'a chat for followers only');
  await notice(page).getByRole('button', { name: 'Follow' }).click();
  await expect(notice(page)).toBeEmpty();
  await expect(composer(page), 'the button is gone').toBeFocused();
  await say(page, 'I follow now');
  await expect(page.locator('[data-followers]')).toHaveText('1');
  await expect(second.getByRole('button', { name: 'Unfollow' })).toBeVisible();

  await creator.changeChat({ followersMinMinutes: 10 });
  await expect(notice(page)).toContainText(/not followed long enough.* (9|10) min/);
  await page.getByRole('button', { name: 'Unfollow' }).press('Enter');
  await expect(notice(page)).toContainText('Only followers can write');
  await expect(page.locator('.follow').getByRole('button', { name: 'Follow' })).toBeFocused();
  await expect(page.locator('[data-followers]')).toHaveText('0');
});

test('slow mode counts down, also in a second tab, and nothing typed is lost', async ({ visit, creator, newUser, whip }) => {
  await live(creator, whip);
  const bob = await newUser();
  const page = await visit(watchPage(creator), { as: bob });
  const second = await visit(watchPage(creator), { as: bob });
  await creator.changeChat({ slowModeSeconds: 5 });
  await expect(log(page).getByText('Slow mode: 5 s')).toBeVisible();
  await say(page, 'One');
  await composer(page).fill('Two');
  await expect(timer(page)).toHaveText(/^[1-5] s$/);
  await composer(page).press('Enter');
  await expect(composer(page)).toHaveValue('Two');

  await write(second, 'From the other tab');
  await expect(notice(second)).toContainText('Slow mode is on');
  await expect(composer(second)).toHaveValue('From the other tab');
  expect(await shown(page)).not.toContain('From the other tab');

  await expect(notice(page)).toBeEmpty();
  await composer(page).press('Enter');
  await expect(lineWith(page, 'Two')).toBeVisible();
});

test('what is refused for its words stays, and no word is named', async ({ visit, creator, newUser, whip }) => {
  await live(creator, whip);
  await creator.call('PUT', '/api/chat/blocked-words', { words: ['bad*'] });
  const page = await visit(watchPage(creator), { as: await newUser() });
  await write(page, 'What a BÄDLY thing');
  await expect(notice(page)).toContainText('does not want a word');
  await expect(notice(page)).not.toContainText(/bad/i);
  await expect(composer(page)).toHaveValue('What a BÄDLY thing');
  await passes(page, 'a message that is refused for a word');
  await say(page, 'What a good thing');
  await write(page, 'What a good thing');
  await expect(notice(page)).toContainText('just written that');
});

test('a delayed message is seen by others only later, and not at all when it is removed in time', async ({
  visit,
  creator,
  newUser,
  whip,
}) => {
  await live(creator, whip);
  const page = await visit(watchPage(creator), { as: await newUser() });
  const other = await visit(watchPage(creator), { as: await newUser() });
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await creator.changeChat({ isChatDelayed: true, chatDelaySeconds: 2 });
  await expect(log(other).getByText('Delay: 2 s')).toBeVisible();

  await write(page, 'Held for a moment');
  await expect(lineWith(page, 'Held for a moment')).toBeVisible();
  await expect(lineWith(dashboard, 'Held for a moment')).toContainText('Only you and moderators see this yet');
  await expect(lineWith(other, 'Held for a moment')).toBeHidden();
  await expect(lineWith(other, 'Held for a moment')).toBeVisible();
  await expect(lineWith(page, 'Held for a moment')).not.toContainText('see this yet');

  await creator.changeChat({ chatDelaySeconds: 6 });
  await expect(log(page).getByText('Delay: 6 s')).toBeVisible();
  await write(page, 'Never to be seen');
  const held = lineWith(dashboard, 'Never to be seen');
  await held.getByRole('button', { name: /^Actions for/ }).click();
  await held.getByRole('button', { name: /^Remove the message of/ }).click();
  await expect(page.getByText('A moderator removed your message.')).toBeVisible();
  await expect(lineWith(page, 'Never to be seen')).toBeHidden();
  // What is written after it is held for as long, and comes after it would have come.
  await write(page, 'A minute of silence');
  await expect(lineWith(other, 'A minute of silence')).toBeVisible();
  expect((await shown(other)).join()).not.toContain('Never to be seen');
  expect(await shown(page)).toEqual(await shown(other));
});

test('what was said while a page heard nothing is there afterwards, once and in order', async ({
  visit,
  creator,
  newUser,
  whip,
}) => {
  await live(creator, whip);
  const writer = await newUser();
  const page = await visit('/login');
  await canBeDeaf(page);
  await page.goto(watchPage(creator));
  const other = await visit(watchPage(creator), { as: writer });
  await expectMovingPicture(page);
  const early = await writer.say(creator.username, 'Early, removed again');
  await say(other, 'Before');
  await expect(lineWith(page, 'Before')).toBeVisible();

  await hear(page, false);
  await say(other, 'During, one');
  await creator.changeChat({ slowModeSeconds: 3 });
  await creator.changeChat({ slowModeSeconds: 0 });
  await writer.call('DELETE', `/api/chat/messages?id=${early.id}`);
  await say(other, 'During, two');
  await expect(log(other).getByText('Message removed')).toBeVisible();
  expect((await shown(page)).join()).not.toContain('During');

  await hear(page, true);
  await say(other, 'After');
  await expect(lineWith(page, 'During, two')).toBeVisible();
  await expect.poll(() => shown(page)).toEqual(await shown(other));
});

test('livekit-server is killed: the chat goes on, and nothing is lost', async ({
  visit,
  creator,
  newUser,
  whip,
  problems,
  installation,
}) => {
  problems.expect(...OUTAGE);
  test.slow();
  const encoder = await live(creator, whip);
  const bob = await newUser();
  const page = await visit(watchPage(creator), { as: await newUser() });
  await expectMovingPicture(page);
  await installation.killPart('livekit-server');
  try {
    // No packet comes; the event stream says how far the chat is.
    await bob.say(creator.username, 'Nobody carries this');
    await expect(lineWith(page, 'Nobody carries this')).toBeVisible();
  } finally {
    await installation.startPart('livekit-server');
  }
  await encoder.stop();
  await expectStatus(page, 'offline', 60_000);
});

test('title and rules reach a viewer without a reload', async ({ visit, creator, whip }) => {
  await live(creator, whip);
  const page = await visit(watchPage(creator));
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await creator.setTitle('A new name');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A new name');

  const slowMode = dashboard.getByLabel(/^Slow mode/);
  await slowMode.fill('10');
  await slowMode.press('Enter');
  await expect(page.locator('.chat-rules')).toHaveText('Slow mode: 10 s');
  await expect(log(page).getByText('Slow mode: 10 s')).toBeVisible();
  await passes(dashboard, 'rules of a chat that can be undone');
  await dashboard.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.chat-rules')).toHaveText('');
  await expect(log(page).getByText('Slow mode: off')).toBeVisible();
  await expect(slowMode).toHaveValue('0');
});

test('a reader is not dragged away from what they read', async ({ visit, creator, newUser, whip }) => {
  await live(creator, whip);
  const writers = [await newUser(), await newUser(), await newUser(), await newUser()];
  for (let n = 0; n < 72; n += 1) await writers[n % 4].say(creator.username, `Message number ${n}`);
  const page = await visit(watchPage(creator));
  await expect(lineWith(page, 'Message number 71')).toBeInViewport();
  await page.getByRole('button', { name: 'Load earlier messages' }).scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: 'Load earlier messages' }).click();
  await expect(lineWith(page, 'Message number 0')).toBeAttached();
  await expect(page.getByRole('button', { name: 'Load earlier messages' })).toBeHidden();

  await lineWith(page, 'Message number 10').scrollIntoViewIfNeeded();
  await writers[0].say(creator.username, 'News');
  await expect(page.getByRole('button', { name: '1 new message' })).toBeVisible();
  await passes(page, 'a chat with news below');
  await page.getByRole('button', { name: 'Jump to the newest: 1 new message', exact: true }).click();
  await expect(lineWith(page, 'News')).toBeInViewport();
  await expect(log(page), 'the button is gone').toBeFocused();
  await expect(page.getByRole('button', { name: /new message/ })).toBeHidden();

  const writer = await visit(watchPage(creator), { as: writers[1] });
  await lineWith(writer, 'Message number 40').scrollIntoViewIfNeeded();
  await write(writer, 'My own words');
  await expect(lineWith(writer, 'My own words'), 'one follows what one wrote').toBeInViewport({ ratio: 1 });
  await expect(writer.getByRole('button', { name: /new message/ })).toBeHidden();
});
