// The chat for somebody who hears it: what a screen reader is told and when, what each message is called, and that the
// focus is never lost, in the list and in the sheet of a telephone.

import type { Account } from './lib/api';
import { act, composer, lineWith, log, notice, say, timer, write } from './lib/chat';
import { tabTo } from './lib/keyboard';
import { expectMovingPicture, player } from './lib/player';
import { expect, reload, test, type Page } from './lib/test';

test.beforeEach(async ({ creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
});

const watchPage = (creator: Account) => `/watch/${creator.username}`;
const MESSAGES = '.chat-announced';
/** Announcements come no closer than this, but for how exactly a browser keeps time. */
const APART_MS = 1_900;

interface Said {
  text: string;
  at: number;
}

/** Writes down what is read out of that place from now on. */
async function listen(page: Page, place: string): Promise<() => Promise<Said[]>> {
  await page.evaluate((place) => {
    const said: Said[] = [];
    const listener = new MutationObserver((changes) => {
      const at = performance.now();
      for (const { type, target, addedNodes } of changes) {
        for (const node of type === 'characterData' ? [target] : [...addedNodes]) {
          const text = node.textContent?.trim();
          if (text) said.push({ text, at });
        }
      }
    });
    listener.observe(document.querySelector(place)!, { childList: true, characterData: true, subtree: true });
    Object.assign(globalThis, { said });
  }, place);
  return () => page.evaluate(() => (globalThis as unknown as { said: Said[] }).said);
}

/** The same, the words alone. */
async function hear(page: Page, place: string): Promise<() => Promise<string[]>> {
  const said = await listen(page, place);
  return async () => (await said()).map(({ text }) => text);
}

test('a new message is read out once; what was there, one wrote oneself or goes away is not', async ({ visit, creator, newUser }) => {
  const [bob, eve] = [await newUser(), await newUser()];
  await bob.say(creator.username, 'There before');
  const page = await visit(watchPage(creator), { as: eve });
  await expect(lineWith(page, 'There before')).toBeVisible();
  const said = await hear(page, MESSAGES);

  const hello = await bob.say(creator.username, 'Hello Eve');
  await expect.poll(said).toEqual([`${bob.username}: Hello Eve`]);
  await expect(page.locator(MESSAGES), 'what was read out').toBeEmpty();
  await say(page, 'Hello Bob');
  await bob.call('DELETE', `/api/chat/messages?id=${hello.id}`);
  await expect(log(page).getByText('Message removed')).toBeVisible();

  // The same words are another message.
  await bob.say(creator.username, 'Are you there?');
  await expect.poll(said).toEqual([`${bob.username}: Hello Eve`, `${bob.username}: Are you there?`]);
  const isLive = (list: Element) => list.closest('[aria-live], [role="log"], [role="status"], [role="alert"]') !== null;
  expect(await log(page).evaluate(isLive), 'the list announces by itself').toBe(false);
});

test('thirty messages at once are counted, a moment apart', async ({ visit, creator, newUser }) => {
  const writers = [await newUser(), await newUser(), await newUser()];
  const page = await visit(watchPage(creator));
  const said = await listen(page, MESSAGES);
  await Promise.all(
    writers.map(async (writer, number) => {
      for (let n = 0; n < 10; n += 1) await writer.say(creator.username, `Message ${number}-${n}`);
    }),
  );
  const counted = ({ text }: Said) => Number(/^(\d+) new messages?$/.exec(text)?.[1] ?? 0);
  const told = async () => (await said()).reduce((sum, one) => sum + (counted(one) || 1), 0);
  await expect.poll(told, { message: 'messages that were read out or counted' }).toBe(30);

  const all = await said();
  expect(all.some((one) => counted(one) > 3), JSON.stringify(all)).toBe(true);
  // What is said together comes in one moment.
  const moments = [...new Set(all.map(({ at }) => at))];
  const pauses = moments.slice(1).map((at, before) => at - moments[before]);
  for (const pause of pauses) expect(pause).toBeGreaterThan(APART_MS);
});

test('who wants no message read out hears none, also on the next visit', async ({ visit, creator, newUser }) => {
  const bob = await newUser();
  const page = await visit(watchPage(creator), { as: await newUser() });
  const menu = page.getByRole('button', { name: 'Chat options' });
  const choice = page.getByRole('switch', { name: /^Read out new messages/ });
  await menu.press('Enter');
  await expect(choice).toHaveAttribute('aria-checked', 'true');
  await choice.press('Space');
  await expect(choice).toHaveAttribute('aria-checked', 'false');
  // While letters are put together, Esc is for that; Safari says so by the key's code alone.
  await choice.dispatchEvent('keydown', { key: 'Escape', keyCode: 229, bubbles: true, cancelable: true });
  await expect(choice).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(choice).toBeHidden();
  await expect(menu).toBeFocused();

  await reload(page);
  const said = await hear(page, MESSAGES);
  await bob.say(creator.username, 'Unheard');
  await expect(lineWith(page, 'Unheard')).toBeVisible();
  await menu.press('Enter');
  await expect(choice).toHaveAttribute('aria-checked', 'false');
  await choice.press('Space');
  await bob.say(creator.username, 'Heard');
  await expect.poll(said).toEqual([`${bob.username}: Heard`]);
});

test('why one has to wait is said once, and the seconds pass in silence', async ({ visit, creator, newUser }) => {
  const page = await visit(watchPage(creator), { as: await newUser() });
  await creator.changeChat({ slowModeSeconds: 4 });
  await expect(log(page).getByText('Slow mode: 4 s')).toBeVisible();
  const said = await hear(page, '#composer-status');
  await say(page, 'One');
  await expect(timer(page)).toHaveText(/^[12] s$/);
  await expect(notice(page)).toBeEmpty();
  expect(await said()).toEqual([expect.stringMatching(/^Slow mode is on\. You can write again in [1-4] s\.$/)]);
});

test('a change of the rules is said', async ({ visit, creator, newUser }) => {
  const page = await visit(watchPage(creator), { as: await newUser() });
  const said = await hear(page, '.chat-rules[role="status"]');
  await creator.changeChat({ slowModeSeconds: 4 });
  await expect.poll(said).toContain('Slow mode: 4 s');
});

test('the button that sends keeps the focus while one has to wait', async ({ visit, creator, newUser }) => {
  const page = await visit(watchPage(creator), { as: await newUser() });
  await creator.changeChat({ slowModeSeconds: 10 });
  await expect(log(page).getByText('Slow mode: 10 s')).toBeVisible();
  const send = page.getByRole('button', { name: 'Send', exact: true });
  await composer(page).fill('One');
  await send.press('Enter');
  await expect(timer(page)).toBeVisible();
  await expect(send).toBeDisabled();
  await expect(send).toBeFocused();
  await composer(page).fill('Two');
  await send.press('Enter');
  await expect(composer(page), 'nothing is sent').toHaveValue('Two');
});

test('that a message is held back is said by the composer', async ({ visit, creator, newUser }) => {
  const page = await visit(watchPage(creator), { as: await newUser() });
  await creator.changeChat({ isChatDelayed: true, chatDelaySeconds: 2 });
  await expect(log(page).getByText('Delay: 2 s')).toBeVisible();
  const said = await hear(page, '.composer');
  await write(page, 'Held for a moment');
  await expect.poll(said).toContain('Only you and moderators see this yet');
  await expect(page.locator('.composer').getByText('Only you and moderators see this yet')).toHaveCount(0);
  expect((await said()).filter((text) => text.startsWith('Only you'))).toHaveLength(1);
});

test('a message is called by all that is seen of it, and its actions by whom they are about', async ({ visit, creator, newUser }) => {
  const [mo, bob] = [await newUser(), await newUser()];
  await creator.addModerator(mo.username);
  await bob.say(creator.username, 'Hello');
  await mo.say(creator.username, 'Welcome');
  const page = await visit('/dashboard/streams', { as: creator });
  // The time comes last, as this reader writes it.
  await expect(lineWith(page, 'Hello')).toHaveAccessibleName(new RegExp(`^${bob.username}, Hello, .*\\d:\\d\\d`));
  await expect(lineWith(page, 'Welcome')).toHaveAccessibleName(new RegExp(`^${mo.username}, Moderator, Welcome, .*\\d:\\d\\d`));
  await expect(log(page).getByRole('list').getByRole('listitem')).toHaveCount(2);

  const line = lineWith(page, 'Hello');
  const opener = line.getByRole('button', { name: `Actions for the message of ${bob.username}` });
  await expect(opener).toHaveAccessibleDescription(/Hello$/);
  await opener.press('Enter');
  const names = [
    `Remove the message of ${bob.username}`,
    `Time out ${bob.username} for 10 min`,
    `Ban ${bob.username}`,
    `Make moderator: ${bob.username}`,
  ];
  for (const name of names) await expect(line.getByRole('button', { name, exact: true })).toBeVisible();
  await expect(line.getByText('Time out for', { exact: true })).toBeVisible();
});

test('a line that changes or goes away takes no focus with it', async ({ visit, creator, newUser }) => {
  const [bob, eve] = [await newUser(), await newUser()];
  const page = await visit('/dashboard/streams', { as: creator });
  const slip = await bob.say(creator.username, 'A slip');
  const actions = lineWith(page, 'A slip').getByRole('button', { name: /^Actions for/ });
  await actions.focus();
  await bob.call('DELETE', `/api/chat/messages?id=${slip.id}`);
  await expect(log(page).getByText('Message removed')).toBeVisible();
  await expect(page.locator('.chat-line[data-deleted]').getByRole('button', { name: /^Actions for/ })).toBeFocused();

  await creator.changeChat({ isChatDelayed: true, chatDelaySeconds: 6 });
  await expect(log(page).getByText('Delay: 6 s')).toBeVisible();
  const held = await eve.say(creator.username, 'Never to be seen');
  await lineWith(page, 'Never to be seen').getByRole('button', { name: /^Actions for/ }).focus();
  await eve.call('DELETE', `/api/chat/messages?id=${held.id}`);
  await expect(lineWith(page, 'Never to be seen')).toHaveCount(0);
  await expect(log(page)).toBeFocused();
});

test('after one has removed one’s newest message, Tab still comes to the older one', async ({ visit, creator, newUser }) => {
  const page = await visit(watchPage(creator), { as: await newUser() });
  await say(page, 'Older');
  await say(page, 'Newer');
  const actions = (text: string) => lineWith(page, text).getByRole('button', { name: /^Actions for/ });
  await actions('Newer').press('Enter');
  await lineWith(page, 'Newer').getByRole('button', { name: /^Remove the message of/ }).press('Enter');
  await expect(log(page).getByText('Message removed')).toBeVisible();
  await tabTo(page, actions('Older'));
});

test('a line that goes away with its actions open does not hold the chat', async ({ visit, creator, newUser }) => {
  const [bob, eve] = [await newUser(), await newUser()];
  const page = await visit(watchPage(creator), { as: eve });
  const mine = await eve.say(creator.username, 'Mine');
  const actions = lineWith(page, 'Mine').getByRole('button', { name: /^Actions for/ });
  await actions.press('Enter');
  await expect(actions).toHaveAttribute('aria-expanded', 'true');
  await creator.call('DELETE', `/api/chat/messages?id=${mine.id}`);
  await expect(log(page).getByText('Message removed')).toBeVisible();
  await bob.say(creator.username, 'Later');
  await expect(lineWith(page, 'Later')).toBeVisible();
  await expect(page.locator('.chat-new')).toHaveCount(0);
});

test('on a telephone the chat opens below the picture, and the focus goes there and back', async ({
  visit,
  creator,
  newUser,
}) => {
  const page = await visit('/dashboard/streams', { as: creator, viewport: { width: 390, height: 844 } });
  await expectMovingPicture(page);
  const opener = page.getByRole('button', { name: 'Chat', exact: true });
  const closer = page.getByRole('button', { name: 'Close the chat' });
  const sheet = page.getByRole('dialog', { name: 'Chat' });
  const open = async () => {
    await opener.press('Enter');
    await expect(closer).toBeFocused();
  };
  const expectClosed = async () => {
    await expect(sheet).toHaveCount(0);
    await expect(opener).toBeFocused();
  };

  await test.step('the picture stays to be seen', async () => {
    await open();
    const room = async () => (await sheet.boundingBox())!.y - (await player(page).boundingBox())!.y;
    await expect.poll(room).toBeGreaterThanOrEqual((await player(page).boundingBox())!.height);
    await expect(player(page)).toBeInViewport({ ratio: 0.99 });
  });
  await test.step('Esc closes what is open, one after the other', async () => {
    await say(page, 'A slip');
    await composer(page).fill('half a sent');
    const actions = lineWith(page, 'A slip').getByRole('button', { name: /^Actions for/ });
    await actions.press('Enter');
    await expect(actions).toHaveAttribute('aria-expanded', 'true');
    await page.keyboard.press('Escape');
    await expect(actions).toHaveAttribute('aria-expanded', 'false');
    await expect(sheet).toBeVisible();
    const menu = page.getByRole('button', { name: 'Chat options' });
    await menu.press('Enter');
    await expect(menu).toHaveAttribute('aria-expanded', 'true');
    await page.keyboard.press('Escape');
    await expect(menu).toHaveAttribute('aria-expanded', 'false');
    await expect(menu).toBeFocused();
    await expect(sheet).toBeVisible();
    await page.keyboard.press('Escape');
    await expectClosed();
  });
  await test.step('its button closes it, and what was typed is kept', async () => {
    await open();
    await expect(composer(page)).toHaveValue('half a sent');
    await closer.press('Enter');
    await expectClosed();
  });
  await test.step('nobody is on what lies under it', async () => {
    await open();
    await page.keyboard.press('Shift+Tab');
    await expectClosed();
  });
  await test.step('the picture can be used, and Esc closes the chat from there', async () => {
    await open();
    const sound = page.getByRole('button', { name: 'Sound on', exact: true });
    await sound.focus();
    await act(lineWith(page, 'A slip'), /^Remove the message of/);
    await expect(log(page).getByText('Message removed')).toBeVisible();
    await sound.focus();
    await page.keyboard.press('Escape');
    await expect(sheet).toHaveCount(0);
    await expect(sound).toBeFocused();
  });
  await test.step('nor does anybody come to what lies under it from the picture', async () => {
    await open();
    await page.getByRole('button', { name: 'Sound on', exact: true }).focus();
    const bar = page.getByRole('navigation', { name: 'Dashboard' });
    const isInBar = () => bar.evaluate((bar) => bar.contains(document.activeElement));
    for (let presses = 0; presses < 50 && !(await isInBar()); presses += 1) await page.keyboard.press('Shift+Tab');
    expect(await isInBar(), 'the keyboard comes to the bar at the bottom').toBe(true);
    await expect(sheet).toHaveCount(0);
    expect(await isInBar(), 'who goes on is not called back').toBe(true);
  });
  await test.step('a message above it is sent away, and it stays', async () => {
    const bob = await newUser();
    await bob.say(creator.username, 'Something rude');
    await open();
    await act(lineWith(page, 'Something rude'), `Ban ${bob.username}`);
    const told = page.locator('.toast');
    await expect(told).toContainText(bob.username);
    await told.getByRole('button', { name: 'Dismiss' }).click();
    await expect(page.locator('.toasts')).toBeFocused();
    await expect(told).toHaveCount(0);
    await expect(sheet).toBeVisible();
    await closer.press('Enter');
    await expectClosed();
  });
  await test.step('where there is room beside, nothing is open any more', async () => {
    await open();
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect(sheet).toHaveCount(0);
    await page.setViewportSize({ width: 390, height: 844 });
    await expect(opener).toHaveAttribute('aria-expanded', 'false');
    await expect(composer(page)).toBeHidden();
  });
});
