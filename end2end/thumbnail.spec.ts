// The picture of a stream, and of a person: chosen, taken from what is live, and seen by others without a refresh.

import { test, expect, type Page } from './lib/test';
import { passes, passesOnTelephone } from './lib/accessibility';
import { Account } from './lib/api';
import { expectMovingPicture, expectOffline, expectStatus } from './lib/player';

const section = (page: Page, name: string) => page.getByRole('region', { name });
const thumbnail = (page: Page) => section(page, 'Thumbnail').locator('.thumbnail-picture img');

/** A picture whose left half is red and whose right half is blue, as a file. */
async function twoHalves(page: Page): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const base64 = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 500 });
    const paint = canvas.getContext('2d')!;
    paint.fillStyle = 'rgb(220 20 20)';
    paint.fillRect(0, 0, 800, 500);
    paint.fillStyle = 'rgb(20 20 220)';
    paint.fillRect(800, 0, 800, 500);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  return { name: 'halves.png', mimeType: 'image/png', buffer: Buffer.from(base64, 'base64') };
}

/** The colour in the middle of a picture that has come. */
async function colourOf(picture: ReturnType<typeof thumbnail>, part = 0.5): Promise<number[]> {
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBeTruthy();
  return picture.evaluate((image: HTMLImageElement, part) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 100, height: 100 });
    const paint = canvas.getContext('2d')!;
    paint.drawImage(image, 0, 0, 100, 100);
    return [...paint.getImageData(100 * part, 50, 1, 1).data.slice(0, 3)];
  }, part);
}

const isBlue = ([red, , blue]: number[]) => blue > 150 && red < 100;

async function address(creator: Account): Promise<string | null> {
  return (await creator.call<{ thumbnail: string | null }>('GET', '/api/stream/info')).thumbnail;
}

test('a picture is chosen, cut by keyboard and mouse, and seen by a viewer without a refresh', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  await expectOffline(watch);
  const still = watch.locator('.player-still');
  await expect(still).toHaveCount(0);

  await dashboard.getByLabel('Choose a picture').setInputFiles(await twoHalves(dashboard));
  const frame = dashboard.getByRole('application', { name: 'Part of the picture that is shown' });
  await expect(frame.locator('img[data-shown]')).toBeVisible();
  await passes(dashboard, 'a picture that is being cut');
  await passesOnTelephone(dashboard, 'a picture that is being cut');
  await test.step('to the right, by keys', async () => {
    await frame.focus();
    for (let press = 0; press < 30; press += 1) await frame.press('ArrowRight');
    await frame.press('+');
  });
  await test.step('back to the left by mouse, and to the right again', async () => {
    const box = (await frame.boundingBox())!;
    const before = await frame.locator('img').getAttribute('style');
    await dashboard.mouse.move(box.x + 40, box.y + 40);
    await dashboard.mouse.down();
    await dashboard.mouse.move(box.x + 90, box.y + 40, { steps: 4 });
    await expect(frame.locator('img')).not.toHaveAttribute('style', before!);
    await dashboard.mouse.move(box.x + 20, box.y + 40, { steps: 4 });
    await dashboard.mouse.up();
  });
  await dashboard.getByRole('button', { name: 'Save picture' }).press('Enter');
  await expect(section(dashboard, 'Thumbnail').getByText('Saved', { exact: true })).toBeVisible();
  // What was pressed is gone, and the keyboard is still where it was.
  await dashboard.keyboard.press('Tab');
  await expect(dashboard.getByLabel('Choose a picture')).toBeFocused();
  await expect(thumbnail(dashboard)).toBeVisible();
  expect(isBlue(await colourOf(thumbnail(dashboard), 0.05)), 'the right half of the picture').toBe(true);

  await expect(still).toHaveAttribute('src', (await address(creator))!);
  await test.step('removed, it goes there too', async () => {
    await section(dashboard, 'Thumbnail').getByRole('button', { name: 'Remove' }).press('Enter');
    await expect(thumbnail(dashboard)).toHaveCount(0);
    await expect(still).toHaveCount(0);
    await expect(section(dashboard, 'Thumbnail').locator('[tabindex="-1"]'), 'the button is gone').toBeFocused();
  });
});

test('what is no picture is refused in words, and the next one is taken', async ({ visit, creator, problems }) => {
  problems.expect(/net::ERR_FAILED/);
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const note = section(dashboard, 'Thumbnail').getByRole('alert');
  const choose = dashboard.getByLabel('Choose a picture');
  await choose.setInputFiles({ name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') });
  await expect(note).toContainText("can't be shown as a picture");
  await choose.setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(6 * 1024 * 1024) });
  await expect(note).toContainText('up to 5 MB');
  await passes(dashboard, 'a picture that was refused');
  await choose.setInputFiles(await twoHalves(dashboard));
  await test.step('the server is away for a moment', async () => {
    await dashboard.route('**/api/stream/thumbnail', (route) => route.abort(), { times: 1 });
    await dashboard.getByRole('button', { name: 'Save picture' }).click();
    await expect(note).toContainText("can't be reached");
    await passes(dashboard, 'a picture that was not saved');
  });
  await dashboard.getByRole('button', { name: 'Save picture' }).click();
  await expect(thumbnail(dashboard)).toBeVisible();
  await expect(note).toBeEmpty();
});

test('what is live becomes the picture by itself, until another one is taken from it', async ({ visit, creator, whip }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await whip(await creator.makeKey('whip'));
  await expectStatus(dashboard, 'live');
  await expectMovingPicture(dashboard);
  await test.step('by itself', async () => {
    await expect(thumbnail(dashboard)).toBeVisible();
    await expect(section(dashboard, 'Thumbnail')).toContainText('Taken from your live picture');
    expect(await address(creator)).toContain('/media/frame-');
  });
  await test.step('by a click', async () => {
    await section(dashboard, 'Thumbnail').getByRole('button', { name: 'Use the live picture' }).click();
    await expect(section(dashboard, 'Thumbnail')).toContainText('Your own choice');
    expect(await address(creator)).toContain('/media/chosen-');
  });
  await test.step('seen in the list', async () => {
    const home = await visit('/');
    const picture = home.getByRole('link', { name: new RegExp(creator.username) }).locator('.card-picture img');
    await expect(picture).toHaveAttribute('src', (await address(creator))!);
    await colourOf(picture);
    // What somebody sees first is loaded first, and the rest when it comes into view.
    await expect(home.locator('.grid-cards > li:not(:first-child) img[loading="eager"]')).toHaveCount(0);
    expect(await home.locator('img[fetchpriority="high"]').count()).toBeLessThanOrEqual(1);
    const found = await visit(`/?search=${creator.username}`);
    await expect(found.locator('.card-picture img[loading="eager"][fetchpriority="high"]')).toHaveCount(1);
  });
});

test('somebody has a picture, also without scripts', async ({ visit, newUser }) => {
  const bob = await newUser();
  const page = await visit('/account', { as: bob });
  const file = await twoHalves(page);
  await page.getByLabel('Choose a picture').setInputFiles(file);
  await page.getByRole('slider', { name: 'Zoom' }).fill('50');
  await page.getByRole('button', { name: 'Save picture' }).click();
  await expect(page.locator('.top-bar .avatar img')).toBeVisible();
  await expect(page.locator('.portrait-now .avatar img')).toBeVisible();

  const plain = await visit('/account', { as: bob, javaScriptEnabled: false });
  await plain.getByRole('button', { name: 'Remove' }).click();
  await expect(plain).toHaveURL(/\/account$/);
  await expect(plain.locator('.top-bar .avatar img')).toHaveCount(0);
  await plain.getByLabel('Choose a picture').setInputFiles(file);
  await plain.getByRole('button', { name: 'Upload' }).click();
  await expect(plain.locator('.top-bar .avatar img')).toHaveCount(1);
  await plain.getByLabel('Choose a picture').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no') });
  await plain.getByRole('button', { name: 'Upload' }).click();
  await expect(plain.getByRole('alert').filter({ hasText: /no picture/ })).toBeVisible();
});
