// What StreamIt is for, from an empty installation to the end of the first stream, by the browser alone.

import { expect, open, test as base } from './lib/test';
import { RtmpEncoder } from './lib/encoder';
import { expectMovingPicture, expectOffline, expectSound, expectStatus, viewers } from './lib/player';

// Another database makes it another installation.
const test = base.extend({
  installation: async ({ installation }, use) => {
    await installation.stopApp();
    await installation.startApp({ database: `first-${Date.now()}` });
    await use(installation);
    await installation.stopApp();
    await installation.startApp();
  },
});

test('the first person signs up, follows the guide, streams, and both pages follow by themselves', async ({ visit }) => {
  const page = await visit('/', { permissions: ['clipboard-read', 'clipboard-write'] });
  await test.step('sign up', async () => {
    await expect(page.getByRole('main')).toContainText('the very first account runs this installation');
    await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
    await page.getByLabel('Username').fill('ada');
    await page.getByLabel('Email').fill('ada@example.org');
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await expect(page).toHaveURL(/\/dashboard\/streams$/);
  });
  await test.step('the first account is an admin and a creator', async () => {
    await page.getByRole('button', { name: 'Account menu of ada' }).click();
    await expect(page.getByRole('link', { name: 'Administration' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Dashboard' })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  const credentials = await test.step('make a key, where the guide leads, and copy it', async () => {
    const guide = page.getByRole('region', { name: 'Your first stream' });
    await guide.getByRole('link', { name: 'Make a stream key' }).click();
    await expect(page).toHaveURL(/\/dashboard\/keys$/);
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('button', { name: 'Copy server' }).click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    const serverUrl = await page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'Copy key' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).not.toBe(serverUrl);
    const streamKey = await page.evaluate(() => navigator.clipboard.readText());
    expect(serverUrl).toMatch(/^rtmp:\/\/127\.0\.0\.1:\d+\/\w+$/);
    return { serverUrl, streamKey, inputType: 'rtmp' as const };
  });

  const dashboard = await page.context().newPage();
  await open(dashboard, '/dashboard/streams');
  const watch = await visit('/watch/ada');
  await expectOffline(dashboard);
  await expectOffline(watch);
  await expect(watch.getByText('ada is not live')).toBeVisible();

  const encoder = new RtmpEncoder(credentials);
  try {
    await test.step('live on both pages', async () => {
      await Promise.all([expectStatus(dashboard, 'live'), expectStatus(watch, 'live')]);
      await Promise.all([expectMovingPicture(dashboard), expectMovingPicture(watch)]);
      await expectSound(dashboard);
      await expectSound(watch, { isHeard: true });
    });
    await test.step('sound in the preview is off until it is wanted', async () => {
      await dashboard.getByRole('button', { name: 'Sound on', exact: true }).click();
      await expectSound(dashboard, { isHeard: true });
    });
    await test.step('one viewer, not counting the creator', async () => {
      await expect(viewers(dashboard)).toHaveText('1');
      await expect(viewers(watch)).toHaveText('1');
    });
    await test.step('time on air runs', async () => {
      const timer = dashboard.getByRole('timer', { name: 'Time on air' });
      const before = await timer.textContent();
      await expect(timer).not.toHaveText(before ?? '');
      await expect(timer).toHaveText(/^\d+:\d\d$/);
    });
    await test.step('it is on the front page', async () => {
      const home = await visit('/');
      await expect(home.getByRole('heading', { name: 'Live now' })).toBeVisible();
      await expect(home.getByRole('link', { name: /Untitled Stream/ })).toHaveAttribute('href', '/watch/ada');
    });
  } finally {
    await encoder.stop();
  }

  await test.step('both end by themselves', async () => {
    await Promise.all([expectOffline(dashboard), expectOffline(watch)]);
    await expect(dashboard.locator('.player').getByText('Not streaming')).toBeVisible();
    await expect(watch.getByText('ada is not live')).toBeVisible();
    await expect(viewers(dashboard)).toHaveCount(0);
  });
});
