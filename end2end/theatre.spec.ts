// The watch page as a theatre: the player fills it with the chat beside it, and it is so again the next time. And how late
// the picture is.

import { expect, reload, test, type Page } from './lib/test';
import { composer } from './lib/chat';
import { expectMovingPicture, expectOffline, player } from './lib/player';
import { passes } from './lib/accessibility';

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

const button = (page: Page, name: 'Theatre' | 'Leave theatre') => page.getByRole('button', { name, exact: true });

async function place(page: Page, selector: string): Promise<Place> {
  return (await page.locator(selector).boundingBox())!;
}

/** Player and chat beside each other take the whole width, and are as high as each other. */
async function expectTheatre(page: Page): Promise<void> {
  await expect(player(page)).toHaveAttribute('data-theatre', 'true');
  const [stage, chat] = [await place(page, '.player'), await place(page, '.watch-chat')];
  const width = await page.evaluate(() => document.documentElement.clientWidth);
  expect(stage.x).toBeCloseTo(0, 0);
  expect(chat.x).toBeCloseTo(stage.width, 0);
  expect(chat.x + chat.width).toBeCloseTo(width, 0);
  expect(chat.y).toBeCloseTo(stage.y, 0);
  expect(chat.height).toBeCloseTo(stage.height, 0);
  expect(stage.y + stage.height).toBeLessThanOrEqual(page.viewportSize()!.height + 1);
}

test('the player takes the page and gives it back, by button and by key', async ({ visit, creator, newUser, whip }) => {
  const encoder = await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`, { as: await newUser() });
  await expectMovingPicture(watch);
  const before = await place(watch, '.player');

  await button(watch, 'Theatre').click();
  await expectTheatre(watch);
  expect((await place(watch, '.player')).width).toBeGreaterThan(before.width);
  await expectMovingPicture(watch);
  await passes(watch, 'a theatre');

  await button(watch, 'Leave theatre').click();
  await expect(player(watch)).not.toHaveAttribute('data-theatre');
  expect(await place(watch, '.player')).toEqual(before);

  await watch.keyboard.press('t');
  await expectTheatre(watch);
  // In the chat a letter is a letter.
  await watch.keyboard.press('c');
  await expect(composer(watch)).toBeFocused();
  await watch.keyboard.type('t');
  await expect(composer(watch)).toHaveValue('t');
  await expectTheatre(watch);

  // What was chosen stays, and what is off air fills nothing.
  await reload(watch);
  await expectMovingPicture(watch);
  await expectTheatre(watch);
  await encoder.stop();
  await expectOffline(watch);
  await expect(player(watch)).not.toHaveAttribute('data-theatre');
  await watch.keyboard.press('t');
  await expect(player(watch)).not.toHaveAttribute('data-theatre');
});

test('the key that leads to the chat leaves the full screen, behind which nobody sees it', async ({ visit, creator, newUser, whip }) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`, { as: await newUser() });
  await expectMovingPicture(watch);
  const fillsTheScreen = () => watch.evaluate(() => document.fullscreenElement !== null);
  await watch.keyboard.press('f');
  await expect.poll(fillsTheScreen).toBe(true);
  await watch.keyboard.press('c');
  await expect.poll(fillsTheScreen).toBe(false);
  await expect(composer(watch)).toBeFocused();
});

test('a telephone has no theatre', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`, { viewport: { width: 390, height: 844 } });
  await expectMovingPicture(watch);
  await expect(button(watch, 'Theatre')).toBeHidden();
  const before = await place(watch, '.player');
  await watch.keyboard.press('t');
  await expect(player(watch)).toHaveAttribute('data-theatre', 'true');
  expect(await place(watch, '.player')).toEqual(before);
});

test('the player says how late the picture is, and announces it to nobody', async ({ visit, creator, whip }) => {
  const watch = await visit(`/watch/${creator.username}`);
  const delay = player(watch).locator('.player-delay');
  await expect(delay).toHaveCount(0);
  const encoder = await whip(await creator.makeKey('whip'));
  await expectMovingPicture(watch);
  await expect(delay).toHaveText(/^(under 0\.1|\d+\.\d) s behind$/);
  await expect(delay).toHaveAttribute('title', /from the video server to your screen/);
  expect(await delay.evaluate((element) => element.closest('[role="status"], [aria-live]') === null)).toBe(true);

  // Of a picture that stands still it says nothing.
  await watch.keyboard.press('k');
  await expect(player(watch)).toHaveAttribute('data-paused', 'true');
  await expect(delay).toHaveCount(0);
  await watch.keyboard.press('k');
  await expect(delay).toHaveText(/ s behind$/);
  await encoder.stop();
  await expectOffline(watch);
  await expect(delay).toHaveCount(0);
});
