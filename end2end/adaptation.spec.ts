// Pages for who sees less at a time, wants less motion, or has a slow network: a window that is zoomed or as narrow as
// 320 pixels (WCAG 2.2, 1.4.4 and 1.4.10), nothing that moves, and nothing that jumps.

import type { Locator } from '@playwright/test';
import { sidewaysScroll, violations } from './lib/accessibility';
import type { Account } from './lib/api';
import { holdBack } from './lib/network';
import { jumped, lettersCame, moved, takeNotes } from './lib/painting';
import { alive, expect, open, reload, test, type Page } from './lib/test';

/** 1280 x 800 at 200 %. */
const ZOOMED = { width: 640, height: 400 };
const NARROW = { width: 320, height: 640 };
/** 1280 x 1024 at 400 %. */
const FOURFOLD = { width: 320, height: 256 };
const LAPTOP = { width: 1280, height: 800 };
const TELEPHONE = { width: 412, height: 823 };
/** Of layout shift, as benches/speed.ts aims at. */
const HARDLY_ANYTHING = 0.02;

interface People {
  admin: Account;
  creator: Account;
  demo: Account;
  user: Account;
}

interface Stop {
  path: string;
  who: keyof People | 'guest';
  /** What the page is for. */
  action: (page: Page) => Locator;
}

const link = (name: string) => (page: Page) => page.getByRole('main').getByRole('link', { name, exact: true });
const button = (name: string) => (page: Page) => page.getByRole('main').getByRole('button', { name, exact: true });

const title = (page: Page) => page.getByRole('textbox', { name: 'Title', exact: true });

function stops({ creator }: People, broadcast: string): Stop[] {
  return [
    { path: '/', who: 'guest', action: (page) => page.getByRole('banner').getByRole('link', { name: 'Sign up' }) },
    { path: '/?search=nothing+of+that+name', who: 'guest', action: link('Show all streams') },
    { path: '/signup', who: 'guest', action: button('Sign up') },
    { path: '/login', who: 'guest', action: button('Sign in') },
    { path: '/forgot', who: 'guest', action: link('Sign in') },
    { path: '/reset?token=none', who: 'guest', action: link('Ask for a new one') },
    { path: '/no-such-page', who: 'guest', action: link('See who is live') },
    { path: `/watch/${creator.username}`, who: 'guest', action: link('Follow') },
    { path: '/apply', who: 'user', action: button('Send application') },
    { path: '/account', who: 'creator', action: button('Save profile') },
    { path: '/dashboard/streams', who: 'creator', action: title },
    { path: '/dashboard/keys', who: 'creator', action: button('Copy key') },
    { path: '/dashboard/analytics?days=90', who: 'demo', action: link('30 days') },
    { path: `/dashboard/analytics/${broadcast}`, who: 'demo', action: link('All broadcasts') },
    { path: '/admin', who: 'admin', action: (page) => button('Approve')(page).first() },
    { path: '/admin/audit', who: 'admin', action: button('Show') },
  ];
}

test('zoomed to 200 %, and on 320 pixels, all of a page fits and what it is for is reached', async ({
  visit,
  admin,
  creator,
  demo,
  newUser,
  problems,
}) => {
  // A page that is not there says so with its status.
  problems.expect(/status of 404/);
  const [user, applicant] = [await newUser(), await newUser()];
  await applicant.apply('A word as long as this: ' + 'Donaudampfschifffahrt'.repeat(8));
  await creator.makeKey('rtmp');
  await creator.setTitle('Eine sehr lange Überschrift ohne Ende '.repeat(5) + 'x'.repeat(10));
  const people: People = { admin, creator, demo, user };
  const [broadcast] = await demo.broadcasts();
  const pages = new Map<Stop['who'], Page>();
  for (const { path, who, action } of stops(people, broadcast.id)) {
    const known = pages.get(who);
    const page = known ?? (await visit(path, { as: who === 'guest' ? undefined : people[who] }));
    if (known) await open(page, path);
    pages.set(who, page);
    for (const size of [ZOOMED, NARROW]) {
      await page.setViewportSize(size);
      expect.soft(await sidewaysScroll(page), `${path} at ${size.width} pixels`).toBeLessThanOrEqual(0);
      // Nothing lies over what is scrolled to: it could be pressed.
      const headings = await page.locator('h1:not(.visually-hidden)').all();
      for (const part of [...headings, action(page), page.getByRole('searchbox')]) await part.click({ trial: true });
    }
  }
});

test('dialogs, the menu and the chat of a telephone fit into a window that is zoomed', async ({ visit, creator }) => {
  await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator });
  const atEachSize = async (check: () => Promise<void>) => {
    for (const size of [ZOOMED, NARROW, FOURFOLD]) {
      await page.setViewportSize(size);
      await test.step(`${size.width} x ${size.height}`, check);
    }
  };
  const fits = async (part: Locator) => {
    await expect(part).toBeInViewport({ ratio: 0.99 });
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
  };
  const dialog = page.getByRole('dialog');

  await test.step('a question', () => atEachSize(async () => {
    await button('Make a new key')(page).click();
    await fits(dialog);
    for (const name of ['Make a new key', 'Cancel']) await dialog.getByRole('button', { name }).click({ trial: true });
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }));
  await open(page, '/account');
  await test.step('a dialog with a form', () => atEachSize(async () => {
    await button('Delete account…')(page).click();
    await fits(dialog);
    await dialog.getByLabel('Your password').click({ trial: true });
    await dialog.getByRole('button', { name: 'Delete account' }).click({ trial: true });
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }));
  await test.step('the menu', () => atEachSize(async () => {
    const menu = page.locator('#account-menu');
    await page.getByRole('button', { name: /^Account menu/ }).click();
    await fits(menu);
    await menu.getByRole('button', { name: 'Sign out' }).click({ trial: true });
    await page.keyboard.press('Escape');
    await expect(menu).toBeHidden();
  }));
  await open(page, '/dashboard/streams');
  await test.step('the chat', () => atEachSize(async () => {
    const sheet = page.locator('.chat-sheet');
    await expect(sheet).toBeHidden();
    await page.getByRole('button', { name: 'Chat', exact: true }).click();
    await fits(sheet);
    const [bar, box] = [await page.locator('.top-bar').boundingBox(), await sheet.boundingBox()];
    expect(box!.y, 'below the bar at the top').toBeGreaterThanOrEqual(bar!.y + bar!.height - 0.5);
    await page.getByRole('button', { name: 'Close the chat' }).click();
  }));
});

test('however small the window, nothing fixed lies over what has the focus', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator, viewport: ZOOMED });
  let count = 0;
  for (;;) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(lookAtFocus);
    if (!focus || count === 100) break;
    count += 1;
    expect.soft(focus.isCovered, focus.what).toBe(false);
  }
  expect(count, 'places where the focus was').toBeGreaterThan(25);
});

// Runs in the page. Nothing when the focus is nowhere.
function lookAtFocus(): { what: string; isCovered: boolean } | null {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { x, y, width, height } = element.getClientRects()[0];
  const above = document.elementFromPoint(x + width / 2, y + height / 2);
  const fixed = above?.closest('.top-bar, .side-bar, .chat-sheet-opener');
  return { what: element.outerHTML.slice(0, 120), isCovered: above === null || (!!fixed && !fixed.contains(element)) };
}

/** Goes to another page of the site as a link on this one does. */
async function follow(page: Page, path: string): Promise<void> {
  await page.evaluate((href) => {
    const link = Object.assign(document.createElement('a'), { href });
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
}

/** All data of pages, but for what is told as it happens. */
const DATA = /\/api\/(?!\w+\/events)/;

test('for who wants less motion nothing moves, whatever a page waits for', async ({ visit, admin, creator, demo }) => {
  const watch = `/watch/${creator.username}`;
  const [broadcast] = await demo.broadcasts();
  for (const [as, paths] of [
    [creator, ['/dashboard/streams', '/dashboard/keys', '/dashboard/analytics', '/', watch, '/account']],
    [demo, [`/dashboard/analytics/${broadcast.id}`]],
    [admin, ['/admin', '/admin/audit']],
  ] as const) {
    const page = await visit('/apply', { as, reducedMotion: 'reduce' });
    await takeNotes(page);
    await reload(page);
    for (const path of paths) {
      const letGo = await holdBack(page, DATA);
      await follow(page, path);
      await expect(page.locator('.skeleton').first(), path).toBeVisible();
      expect.soft(await violations(page), `axe on ${path} while it waits`).toEqual([]);
      letGo();
      await expect(page.locator('main [aria-busy="true"]'), path).toHaveCount(0);
      await expect(page).toHaveURL(path);
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached();
      expect.soft(await moved(page), `what moved, up to ${path}`).toEqual([]);
    }
  }
});

test('what waits turns and a switch slides, but not for who wants less motion', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    const page = await visit('/account', { as: creator, reducedMotion });
    await takeNotes(page);
    const expectMoved = async (name: string) => {
      if (reducedMotion === 'reduce') expect(await moved(page)).toEqual([]);
      else await expect.poll(() => moved(page)).toContain(name);
    };
    await holdBack(page, '**/api/channel/token');
    await open(page, `/watch/${creator.username}`);
    await expect(page.locator('.player-spinner')).toBeVisible();
    await expectMoved('player-turn');

    await open(page, '/dashboard/streams');
    const followersOnly = page.getByRole('switch', { name: 'Followers only' });
    await followersOnly.click();
    // On with the first page, off again with the second.
    await expect(followersOnly).toHaveAttribute('aria-checked', String(reducedMotion === 'no-preference'));
    await expectMoved('transform');
  }
});

test('a page reads before its program comes, and nothing jumps when it does', async ({ visit, creator }) => {
  const page = await visit('/apply', { as: creator, viewport: TELEPHONE });
  await takeNotes(page);
  for (const [path, words] of [
    ['/', 'Live now'],
    [`/watch/${creator.username}`, `${creator.username} is not live`],
    ['/dashboard/streams', 'Your first stream'],
    ['/dashboard/keys', 'No key yet'],
  ]) {
    const letGo = await holdBack(page, '**/pkg/*.wasm');
    await page.goto(path, { waitUntil: 'domcontentloaded' });
    await expect(page.getByRole('main').getByText(words, { exact: true })).toBeVisible();
    const since = await lettersCame(page);
    expect(await page.evaluate(() => performance.getEntriesByName('hydrated').length)).toBe(0);
    letGo();
    await alive(page);
    // What is only asked for now is there, too.
    await expect(page.locator('.skeleton').filter({ visible: true })).toHaveCount(0);
    expect.soft(await jumped(page, since), `layout shift on ${path}`).toBeLessThanOrEqual(HARDLY_ANYTHING);
  }
});

for (const viewport of [TELEPHONE, LAPTOP]) {
  test(`the player has its place before it comes, ${viewport.width} pixels wide`, async ({ visit, creator }) => {
    const page = await visit('/login', { viewport });
    await takeNotes(page);
    await open(page, `/?search=${creator.username}`);
    const since = await lettersCame(page);
    const letGo = await holdBack(page, /\/api\/channel\?/);
    await page.getByRole('main').getByRole('link', { name: creator.username }).click();
    await expect(page.locator('.skeleton-player')).toBeVisible();
    const kept = await page.locator('.skeleton-player').boundingBox();
    letGo();
    await expect(page.locator('.player')).toBeVisible();
    const taken = await page.locator('.player').boundingBox();
    for (const part of ['x', 'y', 'width', 'height'] as const) expect(taken![part], part).toBeCloseTo(kept![part], 0);
    expect(await jumped(page, since)).toBeLessThanOrEqual(HARDLY_ANYTHING);
  });
}
