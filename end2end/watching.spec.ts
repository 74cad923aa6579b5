// What a creator learns of the stream they send: its size, rates, delay and loudness, and what may be wrong with it.

import { passes } from './lib/accessibility';
import { expect, test, type Page } from './lib/test';
import { expectMovingPicture, expectOffline, player } from './lib/player';

const health = (page: Page) => page.getByRole('region', { name: 'How your stream arrives' });
const figure = (page: Page, name: string) => health(page).locator('.stream-figure').filter({ hasText: name }).locator('dd');
const meter = (page: Page) => health(page).getByRole('meter', { name: 'Sound level' });
const warnings = (page: Page) => health(page).getByRole('status');

const SILENT = /No sound for \d+ s: is your microphone muted\?/;
const BLACK = /The picture has been black for \d+ s\./;
const STILL = /The picture has not moved for \d+ s\. If it is meant to stand still, all is well\./;

async function decibels(page: Page): Promise<number> {
  return Number(await meter(page).getAttribute('aria-valuenow'));
}

/** A tone is heard, though the preview is muted. */
async function expectTone(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: 'Sound on', exact: true })).toBeAttached();
  await expect.poll(() => decibels(page), { message: 'the meter moves' }).toBeGreaterThan(-50);
}

test('the creator sees size, rates, delay and loudness of what they send', async ({ visit, creator, rtmp }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await expectOffline(dashboard);
  await expect(figure(dashboard, 'Picture')).toHaveText('–');
  await expect(meter(dashboard)).toHaveAttribute('aria-valuetext', 'No sound');

  const encoder = rtmp(await creator.makeKey('rtmp'));
  await expectMovingPicture(dashboard);
  const size = await player(dashboard).locator('video').evaluate((video: HTMLVideoElement) => `${video.videoWidth}×${video.videoHeight}`);
  await expect(figure(dashboard, 'Picture')).toHaveText(new RegExp(`^${size}, 1[3-7] fps$`));
  await expect(figure(dashboard, 'Video')).toHaveText(/^(\d{2,} kbit\/s|\d+\.\d Mbit\/s)$/);
  await expect(figure(dashboard, 'Sound')).toHaveText(/^\d{1,3} kbit\/s$/);
  await expect(figure(dashboard, 'Delay from the server')).toHaveText(/^(\d+ ms|\d\.\d s)$/);
  await expectTone(dashboard);
  await expect(warnings(dashboard)).toBeEmpty();

  await encoder.stop();
  await expectOffline(dashboard);
  await expect(figure(dashboard, 'Picture')).toHaveText('–');
  await expect(meter(dashboard)).toHaveAttribute('aria-valuetext', 'No sound');
});

test('a black and silent picture is noticed, and forgotten when it is over', async ({ visit, creator, rtmp }) => {
  const credentials = await creator.makeKey('rtmp');
  const dashboard = await visit('/dashboard/streams', { as: creator });
  rtmp(credentials);
  await expectMovingPicture(dashboard);
  await expectTone(dashboard);

  // Another encoder takes over, as when somebody switches to a scene with nothing in it.
  rtmp(credentials, { picture: 'black', sound: 'silence' });
  await expect(warnings(dashboard)).toContainText(BLACK);
  await expect(warnings(dashboard)).toContainText(SILENT);
  await expect(warnings(dashboard)).not.toContainText('has not moved');
  await expect(meter(dashboard)).toHaveAttribute('aria-valuetext', '−60 dB');

  rtmp(credentials);
  await expect(warnings(dashboard)).toBeEmpty();
  await expectMovingPicture(dashboard);
  await expectTone(dashboard);
});

test('a picture that stands still is told of kindly', async ({ visit, creator, whip }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const encoder = await whip(await creator.makeKey('whip'));
  await expectMovingPicture(dashboard);
  await encoder.send({ picture: 'still' });
  await expect(warnings(dashboard)).toContainText(STILL);
  await encoder.send({ picture: 'moving' });
  await expect(warnings(dashboard)).toBeEmpty();
});

test('nothing is said of a picture that the creator has paused', async ({ visit, creator, whip }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const encoder = await whip(await creator.makeKey('whip'));
  await expectMovingPicture(dashboard);
  await player(dashboard).locator('video').click();
  await expect(player(dashboard)).toHaveAttribute('data-paused', 'true');
  // What is told of the sound shows that the picture would have been told of.
  await encoder.send({ sound: 'silence' });
  await expect(warnings(dashboard)).toContainText(SILENT);
  await expect(warnings(dashboard)).not.toContainText('has not moved');
});

test('a picture without any sound is told of', async ({ visit, creator, whip }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await whip(await creator.makeKey('whip'), { sound: 'none' });
  await expectMovingPicture(dashboard);
  await expect(warnings(dashboard)).toContainText('No sound is being sent. Add a source of sound in your encoder.');
  await passes(dashboard, 'a stream with something wrong');
  await expect(figure(dashboard, 'Sound')).toHaveText('–');
});

test('a page that is hidden raises no alarm, and begins from nothing when it is shown', async ({ visit, creator, whip }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const encoder = await whip(await creator.makeKey('whip'));
  await expectMovingPicture(dashboard);
  const show = (isShown: boolean) =>
    dashboard.evaluate((isHidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
    }, !isShown);
  await show(false);
  await encoder.send({ picture: 'black', sound: 'silence' });
  // The time on air goes on, and with it the time that a visible page would have taken to notice.
  const timer = dashboard.getByRole('timer');
  const before = (await timer.textContent()) ?? '';
  await expect.poll(async () => seconds(await timer.textContent()) - seconds(before)).toBeGreaterThan(8);
  await expect(warnings(dashboard)).toBeEmpty();
  await show(true);
  await expect(warnings(dashboard)).toContainText(/black for [56] s\./);
});

function seconds(time: string | null): number {
  return (time ?? '').split(':').reduce((total, part) => total * 60 + Number(part), 0);
}
