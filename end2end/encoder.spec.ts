// How both pages follow an encoder: one that is killed, one that comes back, a second one, and one that sends WHIP.

import type { Account, Credentials } from './lib/api';
import { expect, test, type Page } from './lib/test';
import { expectMovingPicture, expectOffline, expectSound, expectStatus, recordStatus, viewers } from './lib/player';

type Visit = (path: string, options?: { as?: Account }) => Promise<Page>;

/** The dashboard and the watch page of a creator, both open before anything is sent. */
async function bothPages(visit: Visit, creator: Account): Promise<[Page, Page]> {
  const pages: [Page, Page] = [
    await visit('/dashboard/streams', { as: creator }),
    await visit(`/watch/${creator.username}`),
  ];
  await Promise.all(pages.map(expectOffline));
  return pages;
}

test('an encoder that is killed ends the stream, and goes on with it when it is back', async ({ visit, creator, rtmp }) => {
  const credentials = await creator.makeKey('rtmp');
  const pages = await bothPages(visit, creator);

  const first = rtmp(credentials);
  await Promise.all(pages.map((page) => expectStatus(page, 'live')));
  await expectMovingPicture(pages[1]);
  const { startedAt } = await creator.status();
  expect(startedAt).not.toBeNull();

  await first.kill();
  await Promise.all(pages.map(expectOffline));

  rtmp(credentials);
  await Promise.all(pages.map((page) => expectStatus(page, 'live')));
  await expectMovingPicture(pages[1]);
  expect((await creator.status()).startedAt).toBe(startedAt);
});

test('a second encoder takes over without a moment off air', async ({ visit, creator, rtmp }) => {
  const credentials = await creator.makeKey('rtmp');
  const pages = await bothPages(visit, creator);
  const first = rtmp(credentials);
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  const { startedAt } = await creator.status();
  const records = await Promise.all(pages.map(recordStatus));

  const second = rtmp(credentials);
  await expect(pages[0].getByText('Another encoder took over')).toBeVisible();
  await expect.poll(() => first.isRunning, { message: 'the first encoder was thrown out' }).toBe(false);
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  // Longer than the server waits before it looks whether the stream is over.
  await expect(pages[0].getByRole('timer')).toHaveText(await later(pages[0], 4));

  for (const record of records) expect(await record()).toEqual(['live']);
  expect((await creator.status()).startedAt).toBe(startedAt);
  await pages[0].getByRole('button', { name: 'Dismiss' }).press('Enter');
  await expect(pages[0].getByText('Another encoder took over')).toBeHidden();
  await expect(pages[0].locator('.notice-slot'), 'the button is gone').toBeFocused();

  await second.stop();
  await Promise.all(pages.map(expectOffline));
});

/** What the time on air reads when that many seconds have gone by. */
async function later(page: Page, seconds: number): Promise<RegExp> {
  const [minutes, rest] = ((await page.getByRole('timer').textContent()) ?? '0:00').split(':').map(Number);
  const times = Array.from({ length: 30 }, (_, more) => minutes * 60 + rest + seconds + more);
  return new RegExp(times.map((time) => `^${Math.floor(time / 60)}:${String(time % 60).padStart(2, '0')}$`).join('|'));
}

test('WHIP goes live and ends like RTMP', async ({ visit, creator, whip }) => {
  const credentials = await creator.makeKey('whip');
  expect(credentials.inputType).toBe('whip');
  const pages = await bothPages(visit, creator);

  const encoder = await whip(credentials);
  await Promise.all(pages.map((page) => expectStatus(page, 'live')));
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  await expectSound(pages[1], { isHeard: true });
  await expect(viewers(pages[0])).toHaveText('1');

  await encoder.stop();
  await Promise.all(pages.map(expectOffline));
});

test('a WHIP encoder that vanishes is noticed', async ({ visit, creator, whip }) => {
  test.slow();
  const pages = await bothPages(visit, creator);
  const encoder = await whip(await creator.makeKey('whip'));
  await expectMovingPicture(pages[1]);
  await encoder.kill();
  // LiveKit itself takes a while; the player says so earlier.
  await expect(pages[1].locator('.player')).toHaveAttribute('data-phase', /no-picture|offline/);
  await Promise.all(pages.map((page) => expectStatus(page, 'offline', 60_000)));
});

test('viewers are people: two tabs of one are one, and the creator is none', async ({ visit, creator, newUser, whip }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await whip(await creator.makeKey('whip'));
  await expectStatus(dashboard, 'live');
  await expectMovingPicture(dashboard);
  await expect(viewers(dashboard)).toHaveText('0');

  const path = `/watch/${creator.username}`;
  const someone = await newUser();
  const tabs = [await visit(path, { as: someone }), await visit(path, { as: someone })];
  const guest = await visit(path);
  await Promise.all([...tabs, guest].map((page) => expectMovingPicture(page)));
  await expect(viewers(dashboard)).toHaveText('2');
  await guest.context().close();
  await expect(viewers(dashboard)).toHaveText('1');
});

test('a key that was deleted lets nobody in', async ({ visit, creator, rtmp }) => {
  const old: Credentials = await creator.makeKey('rtmp');
  const fresh = await creator.makeKey('rtmp');
  const pages = await bothPages(visit, creator);
  const refused = rtmp(old);
  await expect.poll(() => refused.isRunning, { message: 'the old key is refused' }).toBe(false);
  await Promise.all(pages.map(expectOffline));
  rtmp(fresh);
  await expectStatus(pages[0], 'live');
});
