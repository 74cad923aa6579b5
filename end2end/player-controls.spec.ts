// What a viewer chooses in the player: one of the sizes of the picture where there are several, a window of its own for
// the picture, and a pause.

import { PUT_OUT, expect, reload, test, type Page } from './lib/test';
import { passes, passesOnTelephone, violations } from './lib/accessibility';
import { pressOn } from './lib/keyboard';
import { expectMovingPicture, expectOffline, expectPaused, expectSound, player, pretendWindow } from './lib/player';
import { Room } from './lib/room';

const quality = (page: Page) => player(page).getByRole('combobox', { name: 'Quality' });
const button = (page: Page, name: string) => player(page).getByRole('button', { name, exact: true });

/** How high the picture is that comes, whatever the size of the player. */
async function expectLines(page: Page, lines: number): Promise<void> {
  const comes = () => player(page).locator('video').evaluate((video: HTMLVideoElement) => video.videoHeight);
  await expect.poll(comes, { message: 'the height of the picture' }).toBe(lines);
}

// Another setting needs another start.
const testWithSizes = test.extend({
  installation: async ({ installation }, use) => {
    await installation.stopApp();
    await installation.startApp({ settings: { STREAMIT_SEVERAL_QUALITIES: 'true' } });
    await use(installation);
    await installation.stopApp();
    await installation.startApp();
  },
});

testWithSizes('a viewer chooses the size of the picture, and finds it so again', async ({ visit, creator, rtmp }) => {
  testWithSizes.slow();
  // A picture of this size comes in it and in one that is smaller; larger ones are too much for two cores.
  const credentials = await creator.makeKey('rtmp');
  const encoder = rtmp(credentials, { size: '640x360' });
  const watch = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(watch);
  await expect(quality(watch).locator('option')).toHaveText(['Automatic', '360p', '270p']);
  await expect(quality(watch)).toHaveValue('automatic');
  await expectLines(watch, 360);

  await quality(watch).selectOption({ label: '270p' });
  await expect(quality(watch)).toHaveValue('low');
  await expectLines(watch, 270);
  await expectMovingPicture(watch);

  await quality(watch).focus();
  await passes(watch, 'a list of qualities that has the focus');
  await watch.keyboard.press('ArrowUp');
  await expect(quality(watch)).toHaveValue('high');
  await expectLines(watch, 360);
  // Keys of the player are so in its list, too.
  await watch.keyboard.press('k');
  await expect(player(watch)).toHaveAttribute('data-paused', 'true');
  await passes(watch, 'a player that is paused');
  await watch.keyboard.press('k');
  await expect(player(watch)).not.toHaveAttribute('data-paused');
  await quality(watch).selectOption('low');
  await expectLines(watch, 270);

  await reload(watch);
  await expectMovingPicture(watch);
  await expect(quality(watch)).toHaveValue('low');
  await expectLines(watch, 270);

  await encoder.stop();
  await expectOffline(watch);
  await expect(quality(watch)).toHaveCount(0);
  rtmp(credentials, { size: '640x360' });
  await expectMovingPicture(watch);
  await expect(quality(watch)).toHaveValue('low');
  await expectLines(watch, 270);
  await watch.close();

  // A small player gets a small picture, unless its viewer wants another.
  const phone = await visit(`/watch/${creator.username}`, { viewport: { width: 390, height: 844 } });
  await expectMovingPicture(phone);
  await expect(quality(phone)).toHaveValue('automatic');
  await expectLines(phone, 270);
  await quality(phone).selectOption({ label: '360p' });
  await expectLines(phone, 360);
  await quality(phone).selectOption({ label: 'Automatic' });
  await expectLines(phone, 270);
  await passesOnTelephone(phone, 'a player with a list of qualities');
  const [last, stage] = [await button(phone, 'Full screen').boundingBox(), await player(phone).boundingBox()];
  expect(last!.x + last!.width).toBeLessThanOrEqual(stage!.x + stage!.width);
});

test('of one size there is nothing to choose', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(watch);
  await expect(button(watch, 'Full screen')).toBeAttached();
  await expect(quality(watch)).toHaveCount(0);
});

test('a button that goes with its own press leaves the keyboard at the player, and the mouse nowhere', async ({
  visit,
  creator,
  whip,
}) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(watch);
  const play = player(watch).locator('.player-big');
  await watch.keyboard.press('k');
  await pressOn(watch, play);
  await expect(play).toHaveCount(0);
  await expect(player(watch)).toBeFocused();
  await watch.keyboard.press('Space');
  await expectPaused(watch);
  await play.click();
  await expect(play).toHaveCount(0);
  await expect(player(watch)).not.toHaveAttribute('tabindex');
});

test('controls name their keys where the page listens to them', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(watch);
  await expect(button(watch, 'Full screen')).toHaveAttribute('aria-keyshortcuts', 'f');
  await expect(button(watch, 'Full screen')).toHaveAttribute('title', 'Full screen (F)');
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await expectMovingPicture(dashboard);
  await expect(button(dashboard, 'Full screen')).not.toHaveAttribute('aria-keyshortcuts');
  await expect(button(dashboard, 'Full screen')).toHaveAttribute('title', 'Full screen');
});

test('the picture goes into a window of its own and comes back', async ({ visit, creator, whip }) => {
  const encoder = await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`);
  await watch.addInitScript(pretendWindow);
  await reload(watch);
  await expectMovingPicture(watch);
  const shown = () => watch.evaluate(() => document.pictureInPictureElement?.className ?? 'nothing');

  await button(watch, 'Picture in picture').click();
  await expect(button(watch, 'Leave picture in picture')).toBeVisible();
  expect(await shown()).toBe('player-video');
  await expectMovingPicture(watch);
  expect(await violations(watch)).toEqual([]);
  await watch.keyboard.press('i');
  await expect(button(watch, 'Picture in picture')).toBeAttached();
  expect(await shown()).toBe('nothing');

  // The window has a button of its own.
  await watch.keyboard.press('i');
  await expect(button(watch, 'Leave picture in picture')).toBeAttached();
  await watch.evaluate(() => document.exitPictureInPicture());
  await expect(button(watch, 'Picture in picture')).toBeAttached();

  // Who leaves the page leaves no window behind, and neither does a broadcast that ends.
  await watch.keyboard.press('i');
  await expect.poll(shown).toBe('player-video');
  await watch.getByRole('link', { name: 'StreamIt', exact: true }).click();
  await expect(player(watch)).toHaveCount(0);
  await expect.poll(shown).toBe('nothing');
  await watch.goBack();
  await expectMovingPicture(watch);
  await watch.keyboard.press('i');
  await expect(button(watch, 'Leave picture in picture')).toBeAttached();
  await encoder.stop();
  await expectOffline(watch);
  await expect.poll(shown).toBe('nothing');
});

test('the creator’s own picture goes into a window, too', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await dashboard.addInitScript(pretendWindow);
  await reload(dashboard);
  await expectMovingPicture(dashboard);
  await button(dashboard, 'Picture in picture').click();
  await expect(button(dashboard, 'Leave picture in picture')).toBeVisible();
});

test('a browser without such a window has no button for it', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`);
  await watch.addInitScript(() => {
    Object.defineProperty(document, 'pictureInPictureEnabled', { get: () => false });
  });
  await reload(watch);
  await expectMovingPicture(watch);
  await expect(button(watch, 'Full screen')).toBeAttached();
  await expect(button(watch, 'Picture in picture')).toHaveCount(0);
});

test('who has paused finds it so when the connection was made anew, and the next broadcast plays', async ({
  visit,
  creator,
  installation,
  whip,
  problems,
}) => {
  problems.expect(...PUT_OUT);
  const credentials = await creator.makeKey('whip');
  const encoder = await whip(credentials);
  const watch = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(watch);
  await watch.keyboard.press('k');
  await expectPaused(watch);

  const asked = watch.waitForResponse('**/api/channel/token');
  await (await Room.of(installation, credentials)).putOutViewers();
  await asked;
  await expect(player(watch)).toHaveAttribute('data-phase', 'playing', { timeout: 30_000 });
  await expectPaused(watch);
  // Something comes, and still nothing moves.
  await expectSound(watch);
  await expectPaused(watch);
  await watch.keyboard.press('k');
  await expect(player(watch)).not.toHaveAttribute('data-paused');
  await expectMovingPicture(watch);

  await watch.keyboard.press('k');
  await expectPaused(watch);
  await encoder.stop();
  await expectOffline(watch);
  await whip(credentials);
  await expectMovingPicture(watch);
  await expect(player(watch)).not.toHaveAttribute('data-paused');
});

test('what is paused stands still when the page is shown again', async ({ visit, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(watch);
  await watch.keyboard.press('k');
  await expectPaused(watch);
  await player(watch).locator('video').evaluate(async (video: HTMLVideoElement) => {
    const isPlayed = new Promise((done) => video.addEventListener('play', done, { once: true }));
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    await isPlayed;
  });
  await expectPaused(watch);
  await watch.keyboard.press('k');
  await expectMovingPicture(watch);
});

test('what stands still by itself can be paused, its sound be turned off, and it is news when it moves again', async ({
  visit,
  creator,
  rtmp,
}) => {
  const watch = await visit(`/watch/${creator.username}`);
  const encoder = rtmp(await creator.makeKey('rtmp'));
  await expectMovingPicture(watch);
  encoder.hang();
  await expect(player(watch)).toHaveAttribute('data-phase', 'no-picture', { timeout: 30_000 });
  await passes(watch, 'a player without a picture');
  await watch.keyboard.press('m');
  await expect(button(watch, 'Sound on')).toBeAttached();
  await watch.keyboard.press('k');
  await expect(player(watch)).toHaveAttribute('data-paused', 'true');
  encoder.goOn();
  await expect(player(watch)).toHaveAttribute('data-phase', 'playing', { timeout: 30_000 });
  await expectPaused(watch);
  await watch.keyboard.press('k');
  await expectMovingPicture(watch);
});
