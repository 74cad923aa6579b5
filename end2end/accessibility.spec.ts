// Every page for everybody: nothing that axe finds, all of it by keyboard, and nothing wider than a telephone. What a page
// can come to is in accessibility-states.spec.ts.

import type { Account } from './lib/api';
import { alive, expect, test, type Page } from './lib/test';
import { composer, lineWith, log } from './lib/chat';
import { expectMovingPicture } from './lib/player';
import { sidewaysScroll, violations } from './lib/accessibility';
import { pressOn, tabTo } from './lib/keyboard';

interface Visitors {
  admin: Account;
  creator: Account;
  user: Account;
}
type Who = keyof Visitors | 'guest';

const main = (page: Page) => page.getByRole('main');

/** The next Tab stops at something in that. */
async function expectTabInto(page: Page, place: string): Promise<void> {
  await page.keyboard.press('Tab');
  await expect(page.locator(`${place} :focus`)).toHaveCount(1);
}

const PAGES: [path: (names: Visitors) => string, who: Who][] = [
  [() => '/', 'guest'],
  [() => '/?search=nothing+of+that+name', 'guest'],
  [() => '/no-such-page', 'guest'],
  [() => '/signup', 'guest'],
  [() => '/login', 'guest'],
  [() => '/forgot', 'guest'],
  [() => '/reset?token=none', 'guest'],
  [() => `/reset?token=streamit-reset-${'0'.repeat(43)}`, 'guest'],
  [({ creator }) => `/watch/${creator.username}`, 'guest'],
  [() => '/', 'creator'],
  [() => '/apply', 'user'],
  [() => '/account', 'creator'],
  [() => '/dashboard/streams', 'creator'],
  [() => '/dashboard/keys', 'creator'],
  [() => '/dashboard/analytics', 'creator'],
  [() => '/admin', 'admin'],
  [() => '/admin?status=APPROVED', 'admin'],
  [({ creator }) => `/admin?user=${creator.username}`, 'admin'],
  [() => '/admin?user=nobody-of-that-name', 'admin'],
  [() => '/admin/audit', 'admin'],
];

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every page passes axe and fits a telephone, ${colorScheme}`, async ({ visit, admin, creator, newUser, problems }) => {
    test.slow();
    // A page that is not there says so with its status.
    problems.expect(/status of 404/);
    const user = await newUser();
    await user.apply('A word as long as this: ' + 'Donaudampfschifffahrt'.repeat(8));
    await creator.makeKey('rtmp');
    await creator.setTitle('Eine sehr lange Überschrift ohne Ende '.repeat(5) + 'x'.repeat(10));
    const visitors: Visitors = { admin, creator, user };
    const pages = new Map<Who, Page>();
    for (const [path, who] of PAGES) {
      const address = path(visitors);
      const page = pages.get(who) ?? (await visit(address, { as: who === 'guest' ? undefined : visitors[who], colorScheme }));
      pages.set(who, page);
      await page.goto(address);
      await alive(page);
      await page.setViewportSize({ width: 1280, height: 800 });
      expect.soft(await violations(page), `axe on ${address} as ${who}`).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect.soft(await sidewaysScroll(page), `${address} as ${who} at 390 pixels`).toBeLessThanOrEqual(0);
      // Colours do not know how wide a window is, so once is enough.
      if (colorScheme === 'light') {
        expect.soft(await violations(page), `axe on ${address} as ${who} at 390 pixels`).toEqual([]);
      }
    }
  });
}

test('live pages with a chat pass axe and fit a telephone', async ({ visit, creator, newUser, whip }) => {
  const [bob, mo] = [await newUser(), await newUser()];
  await creator.addModerator(mo.username);
  const path = `/watch/${creator.username}`;
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const pages = [dashboard, await visit(path), await visit(path, { as: bob }), await visit(path, { as: mo })];
  await whip(await creator.makeKey('whip'));
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  await bob.say(creator.username, `https://example.org/${'a-very-long-link'.repeat(20)} ${'x'.repeat(100)}`);
  const removed = await bob.say(creator.username, 'Not for long');
  await mo.call('DELETE', `/api/chat/messages?id=${removed.id}`);
  await creator.changeChat({ isChatFollowersOnly: true, slowModeSeconds: 10 });
  for (const name of ['Banned and timed out', 'Moderators', 'Blocked words', 'Recent actions']) {
    await dashboard.getByRole('button', { name }).click();
  }
  for (const page of pages) {
    await expect(log(page).getByText('Message removed')).toBeAttached();
    if (page !== pages[1] && page !== pages[2]) {
      await log(page).getByRole('button', { name: /^Actions for/ }).first().click();
    }
    expect.soft(await violations(page), page.url()).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect.soft(await sidewaysScroll(page), page.url()).toBeLessThanOrEqual(0);
  }
  const home = await visit('/', { viewport: { width: 390, height: 844 } });
  expect(await violations(home)).toEqual([]);
  expect(await sidewaysScroll(home)).toBeLessThanOrEqual(0);
});

test('a key is made, replaced and deleted by keyboard alone', async ({ visit, creator }) => {
  const page = await visit('/dashboard/keys', { as: creator });
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(main(page)).toBeFocused();
  await expectTabInto(page, 'main');
  await tabTo(page, page.getByRole('radio', { name: 'RTMP' }));
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'WHIP' })).toBeChecked();
  await page.keyboard.press('ArrowUp');
  await tabTo(page, page.getByRole('button', { name: 'Make a key' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Show key' })).toBeVisible();

  await tabTo(page, page.getByRole('button', { name: 'Show key' }));
  await page.keyboard.press('Space');
  await expect(page.locator('.key-text[data-shown="true"]')).toHaveCount(1);
  await tabTo(page, page.getByRole('button', { name: 'Hide key' }));
  await page.keyboard.press('Space');
  await expect(page.locator('.key-text[data-shown="true"]')).toHaveCount(0);

  await tabTo(page, page.getByRole('button', { name: 'Delete key' }));
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog');
  await expect(question).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(page.getByRole('button', { name: 'Delete key' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(question.getByRole('button', { name: 'Delete key' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('No key yet')).toBeVisible();
});

test('whoever goes to another page goes on at its beginning, and who searches stays in the search', async ({ visit, creator }) => {
  const page = await visit(`/?search=${creator.username}`);
  await test.step('a link that is gone then', async () => {
    await pressOn(page, page.locator(`#card-${creator.username}`));
    await expect(page).toHaveURL(/\/watch\//);
    await expect(main(page)).toBeFocused();
    await expect(log(page)).toBeVisible();
    await expectTabInto(page, 'main');
  });
  await test.step('the search above it', async () => {
    const search = page.getByRole('searchbox', { name: 'Search streams' });
    await search.fill(creator.username);
    await search.press('Enter');
    await expect(page).toHaveURL(/\/\?search=/);
    await expect(page.locator(`#card-${creator.username}`)).toBeVisible();
    await expect(search).toBeFocused();
    await page.goBack();
    await expect(log(page)).toBeVisible();
  });
  await test.step('a page to sign in', async () => {
    await pressOn(page, main(page).getByRole('link', { name: 'Follow', exact: true }));
    await expect(page).toHaveURL(/\/login/);
    await expect(main(page)).toBeFocused();
  });
  await test.step('a link that stays', async () => {
    await pressOn(page, page.getByRole('link', { name: 'StreamIt', exact: true }), { step: 'Shift+Tab' });
    await expect(page).toHaveURL(/\/$/);
    await expect(main(page)).toBeFocused();
  });
  await test.step('another query is no other page', async () => {
    const search = page.getByRole('searchbox', { name: 'Search streams' });
    await search.fill(creator.username);
    await expect(page).toHaveURL(/search=/);
    await expect(page.locator(`#card-${creator.username}`)).toBeVisible();
    await expect(search).toBeFocused();
  });
});

test('the guide leads to a place on its page, and hands the focus on when it is put away', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const link = page.getByRole('link', { name: 'Be on air' });
  await link.press('Enter');
  await expect(page.getByRole('heading', { name: 'Go live from this browser' })).toBeInViewport();
  await expect(link).not.toBeFocused();
  await expectTabInto(page, '.browser-broadcast');
  await page.getByRole('button', { name: 'Put this guide away' }).press('Enter');
  await expect(link).toHaveCount(0);
  await expect(main(page)).toBeFocused();
});

test('arrow keys lead through the chat; where they lead nowhere, and with Alt, they are the browser’s', async ({
  visit,
  creator,
  newUser,
  whip,
}) => {
  await whip(await creator.makeKey('whip'));
  const page = await visit('/dashboard/streams', { as: creator });
  await expectMovingPicture(page);
  const bob = await newUser();
  await bob.say(creator.username, 'First');
  await bob.say(creator.username, 'Second');
  const actions = (text: string) => lineWith(page, text).getByRole('button', { name: /^Actions for/ });
  await page.evaluate(() => {
    addEventListener('keydown', (event) => Object.assign(globalThis, { isTaken: event.defaultPrevented }));
  });
  const isTaken = () => page.evaluate(() => (globalThis as unknown as { isTaken: boolean }).isTaken);
  const steps: [from: string, key: string, to: string, isTaken: boolean][] = [
    ['Second', 'Alt+ArrowUp', 'Second', false],
    ['Second', 'ArrowUp', 'First', true],
    ['First', 'ArrowUp', 'First', false],
  ];
  for (const [from, key, to, taken] of steps) {
    await actions(from).press(key);
    await expect(actions(to)).toBeFocused();
    expect(await isTaken(), `${key} on ${from}`).toBe(taken);
  }
});

test('the player listens to the keyboard', async ({ visit, creator, whip }) => {
  const watch = await visit(`/watch/${creator.username}`);
  await whip(await creator.makeKey('whip'));
  await expectMovingPicture(watch);
  const player = watch.locator('.player');
  await watch.keyboard.press('k');
  await expect(player).toHaveAttribute('data-paused', 'true');
  await watch.keyboard.press('Space');
  await expect(player).not.toHaveAttribute('data-paused');
  await watch.keyboard.press('m');
  await expect(watch.getByRole('button', { name: 'Sound on' })).toHaveCount(1);
  await watch.keyboard.press('m');
  await expect(watch.getByRole('button', { name: 'Sound off' })).toHaveCount(1);
  await expectMovingPicture(watch);
});

test('C leads to the chat, where letters are letters', async ({ visit, creator, newUser, whip }) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`, { as: await newUser() });
  await expectMovingPicture(watch);
  await watch.keyboard.press('c');
  await expect(composer(watch)).toBeFocused();
  await watch.keyboard.type('mkc');
  await expect(composer(watch)).toHaveValue('mkc');
  await expect(watch.locator('.player')).not.toHaveAttribute('data-paused');
});
