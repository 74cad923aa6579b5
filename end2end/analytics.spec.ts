// What a creator reads of their broadcasts: at once when one ends, of one, and of a period.

import type { Locator } from '@playwright/test';
import type { Account } from './lib/api';
import { alive, expect, open, reload, test, type Page } from './lib/test';
import { expectMovingPicture } from './lib/player';
import { passes, sidewaysScroll, violations } from './lib/accessibility';

const noScript = { javaScriptEnabled: false } as const;

interface Broadcast {
  id: string;
  title: string;
  peakViewers: number;
}

const broadcasts = async (creator: Account, query = '') =>
  (await creator.call<{ items: Broadcast[] }>('GET', `/api/analytics/broadcasts${query}`)).items;

/** The number of that name. */
function figure(place: Page | Locator, name: string): Locator {
  return place.locator(`.figure:has(> dt:text-is("${name}"))`);
}

const value = (place: Page | Locator, name: string) => figure(place, name).locator('.figure-value');
const chart = (page: Page) => page.locator('.chart-stage').first();
const readout = (page: Page) => page.locator('.chart-readout').first();
const rows = (page: Page) => page.getByRole('region', { name: 'Table of broadcasts' }).locator('tbody tr');

/** `1:04:09` and what follows. */
const seconds = (words: string) => words.split(':').slice(0, 3).reduce((sum, part) => sum * 60 + Number(part), 0);

test('the second a broadcast ends, its summary is there', async ({ visit, creator, newUser, whip, problems }) => {
  test.slow();
  // Five players and an encoder are much for two cores: now and then LiveKit's client loses its socket as it leaves.
  problems.expect(/error reading from signal stream/);
  const [bob, eve] = [await newUser(), await newUser()];
  await creator.setTitle('Bread with three viewers');
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const summary = dashboard.getByRole('region', { name: 'Your last broadcast' });
  await expect(summary).toHaveCount(0);
  const encoder = await whip(await creator.makeKey('whip'));
  const path = `/watch/${creator.username}`;
  const viewers = [await visit(path), await visit(path, { as: bob }), await visit(path, { as: eve })];
  for (const viewer of viewers) await expectMovingPicture(viewer);
  await expect.poll(async () => (await creator.status()).viewerCount).toBe(3);
  await bob.say(creator.username, 'Hello');
  await bob.say(creator.username, 'Which flour is that?');
  await eve.say(creator.username, 'Rye, I think');
  await eve.follow(creator.username);
  await creator.setTitle('Bread, out of the oven');

  const [{ id }] = await broadcasts(creator);
  const report = await visit(`/dashboard/analytics/${id}`, { as: creator });
  await test.step('on air, its page says so', async () => {
    await expect(report.locator('.badge[data-status=live]')).toHaveText('LIVE');
    await expect(value(report, 'Peak viewers')).toHaveText('3');
    await expect(value(report, 'Messages')).toHaveText('3');
    await expect(report.getByText('This is your first broadcast.')).toBeVisible();
  });
  await viewers[0].close();
  await expect.poll(async () => (await creator.status()).viewerCount).toBe(2);
  await encoder.stop();
  await test.step('on the dashboard, without a reload', async () => {
    await expect(summary).toBeVisible();
    await expect(summary).toContainText('Bread, out of the oven');
    await expect(value(summary, 'Peak viewers')).toHaveText('3');
    await expect(value(summary, 'Different viewers')).toHaveText('3');
    await expect(value(summary, 'Messages')).toHaveText('3');
    await expect(value(summary, 'New followers')).toHaveText('1');
    expect(await violations(dashboard)).toEqual([]);
  });
  await test.step('the page that was open says that it is over', async () => {
    await expect(report.getByText('The broadcast is over.')).toBeVisible();
    await expect(report.locator('.badge[data-status=live]')).toHaveCount(0);
    await expect(value(report, 'People who wrote')).toHaveText('2');
  });
  await test.step('its page, from there', async () => {
    await summary.getByRole('link', { name: 'How it went' }).click();
    await expect(dashboard).toHaveURL(new RegExp(`/dashboard/analytics/${id}$`));
    await expect(dashboard.getByRole('heading', { level: 1 })).toHaveText('Bread, out of the oven');
    await expect(dashboard.getByRole('button', { name: /New title: Bread, out of the oven/ })).toBeVisible();
    await dashboard.getByText('Show as a table').click();
    await expect(dashboard.getByRole('cell', { name: /New title: Bread, out of the oven/ })).toBeVisible();
  });
  await test.step('the overview', async () => {
    await dashboard.getByRole('link', { name: 'Analytics' }).click();
    await expect(rows(dashboard)).toHaveCount(1);
    await expect(rows(dashboard)).toContainText('Bread, out of the oven');
    await expect(value(dashboard, 'Peak viewers')).toHaveText('3');
    await expect(value(dashboard, 'Follower growth')).toHaveText('+1');
    await expect(figure(dashboard, 'Peak viewers')).toContainText('no broadcasts before to compare with');
  });
  await test.step('still there when the page is opened again, also without scripts', async () => {
    const plain = await visit('/dashboard/streams', { as: creator, ...noScript });
    await expect(value(plain.getByRole('region', { name: 'Your last broadcast' }), 'Peak viewers')).toHaveText('3');
  });
});

test('who has never streamed is told what to do', async ({ visit, creator }) => {
  const page = await visit('/dashboard/analytics', { as: creator });
  await expect(page.getByRole('heading', { name: 'No broadcasts yet' })).toBeVisible();
  await page.getByRole('link', { name: 'Go live' }).click();
  await expect(page).toHaveURL(/\/dashboard\/streams$/);
  await expect(page.getByRole('region', { name: 'Your first stream' })).toBeVisible();
  await open(page, '/dashboard/analytics/no-such-broadcast');
  await expect(page.getByText('There is nothing at this address')).toBeVisible();
  await passes(page, 'a broadcast that there is not');
});

test('a quarter is read by period, by order, and by keyboard', async ({ visit, demo }) => {
  const page = await visit('/dashboard/analytics?days=90', { as: demo });
  await test.step('the days are those of the browser', async () => {
    const elsewhere = await visit('/dashboard/analytics?days=90', { as: demo, timezoneId: 'America/New_York' });
    await expect(elsewhere.getByText('Times in America/New York')).toBeVisible();
    const back = await visit('/dashboard/analytics?days=90', { as: demo, timezoneId: 'Europe/Berlin' });
    await expect(back.getByText('Times in Europe/Berlin')).toBeVisible();
    await expect(back.getByText(/^Most people watch on [A-Z][a-z]+days around \d+:00\.$/)).toBeVisible();
    expect(await violations(back)).toEqual([]);
  });
  await test.step('periods', async () => {
    await expect(page.getByRole('link', { name: '90 days' })).toHaveAttribute('aria-current', 'page');
    const quarter = await value(page, 'Time on air').innerText();
    await page.getByRole('link', { name: '30 days' }).click();
    await expect(page).toHaveURL(/\?days=30$/);
    await expect(value(page, 'Time on air')).not.toHaveText(quarter);
    await expect(figure(page, 'Average viewers')).toContainText(/[+−]\d+\s% from the 30 days before|about the same/);
    await expect(page.getByRole('link', { name: 'CSV' })).toHaveAttribute('href', '/api/analytics/export?format=csv&days=30');
    await page.goBack();
    await expect(value(page, 'Time on air')).toHaveText(quarter);
  });
  await test.step('the file has the broadcasts of the period', async () => {
    const answer = await page.request.get('/api/analytics/export?format=csv&days=90');
    expect(answer.headers()['content-type']).toContain('text/csv');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  });
  await test.step('sorted by the headers', async () => {
    const most = (await broadcasts(demo, '?days=90&order=peakViewers'))[0];
    const header = page.getByRole('columnheader', { name: 'Peak viewers' }).filter({ has: page.locator('a') });
    await header.getByRole('link').click();
    await expect(header).toHaveAttribute('aria-sort', 'descending');
    await expect(rows(page).first().locator('td').nth(3)).toHaveText(String(most.peakViewers));
    await expect(page).toHaveURL(/\?days=90&order=peakViewers$/);
    await header.getByRole('link').click();
    await expect(header).toHaveAttribute('aria-sort', 'ascending');
    await reload(page);
    await expect(header).toHaveAttribute('aria-sort', 'ascending');
  });
  await test.step('and goes on', async () => {
    const before = await rows(page).count();
    await page.getByRole('link', { name: 'More broadcasts' }).click();
    await expect.poll(() => rows(page).count()).toBeGreaterThan(before);
    await expect(rows(page).nth(before).getByRole('link')).toBeFocused();
  });
  await test.step('the chart by keyboard', async () => {
    await chart(page).focus();
    await page.keyboard.press('End');
    await expect(chart(page)).toHaveAttribute('aria-valuenow', '89');
    const last = await chart(page).getAttribute('aria-valuetext');
    await expect(readout(page)).toHaveText(last!);
    await page.keyboard.press('ArrowLeft');
    await expect(chart(page)).toHaveAttribute('aria-valuenow', '88');
    await expect(readout(page)).not.toHaveText(last!);
    await page.keyboard.press('Home');
    await expect(chart(page)).toHaveAttribute('aria-valuenow', '0');
    // With Alt it is the browser's way back, and no key of the chart.
    const isTaken = chart(page).evaluate((stage) => {
      const event = new KeyboardEvent('keydown', { key: 'ArrowRight', altKey: true, bubbles: true, cancelable: true });
      stage.dispatchEvent(event);
      return event.defaultPrevented;
    });
    expect(await isTaken).toBe(false);
    await expect(chart(page)).toHaveAttribute('aria-valuenow', '0');
  });
  await test.step('and by pointer', async () => {
    const box = (await chart(page).boundingBox())!;
    await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2);
    await expect(readout(page)).toHaveText((await chart(page).getAttribute('aria-valuetext'))!);
    await expect(chart(page)).toHaveAttribute('aria-valuenow', '89');
  });
  await test.step('as a table', async () => {
    await page.getByText('Show as a table').first().click();
    await expect(page.getByRole('region', { name: 'Numbers by day' }).getByRole('rowheader').first()).toContainText(/day, \d/);
  });
  await test.step('nothing is wider than a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
  });
});

test('what a finger has tapped stays to be read', async ({ visit, demo }) => {
  const page = await visit('/dashboard/analytics?days=90', { as: demo, hasTouch: true });
  await alive(page);
  await chart(page).tap();
  await expect(chart(page)).toHaveAttribute('aria-valuenow', /^[1-9]/);
  await expect(readout(page)).toHaveText((await chart(page).getAttribute('aria-valuetext'))!);
  const hours = page.locator('.hours-stage');
  const before = await page.locator('.hours-foot').innerText();
  await hours.tap();
  await expect(page.locator('.hours-foot')).not.toHaveText(before);
});

test('the moments of a broadcast are reached by keyboard', async ({ visit, demo }) => {
  const [{ id, title }] = await broadcasts(demo);
  const page = await visit(`/dashboard/analytics/${id}`, { as: demo });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(figure(page, 'Average viewers')).toContainText(/the average of your last 5/);
  const moment = page.locator('.moment').first();
  await moment.focus();
  await expect(page.locator('.chart-mark').first()).toHaveAttribute('data-active', 'true');
  // Within the minute that the curve has there.
  await expect(readout(page)).toContainText('viewers');
  const moved = seconds(await moment.locator('.moment-time').innerText()) - seconds(await readout(page).innerText());
  expect(moved).toBeGreaterThanOrEqual(0);
  expect(moved).toBeLessThanOrEqual(60);
  await page.getByText('Show as a table').click();
  await expect(page.getByRole('columnheader', { name: 'What happened' })).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
});

test('numbers and charts are there without scripts, and the period is a form', async ({ visit, demo }) => {
  const page = await visit('/dashboard/analytics', { as: demo, ...noScript });
  await expect(value(page, 'Average viewers')).toHaveText(/^\d+\.\d$/);
  await expect(chart(page).locator('.chart-bars').first()).toHaveAttribute('d', /^M/);
  await expect(page.locator('.heat[data-level="5"]').first()).toHaveAttribute('d', /^M/);
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('From').fill(day(21));
  await page.getByLabel('To', { exact: true }).fill(day(8));
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(new RegExp(`\\?from=${day(21)}&to=${day(8)}$`));
  await expect(page.getByLabel('From')).toHaveValue(day(21));
  await expect(figure(page, 'Time on air')).toContainText('the 14 days before');
  await page.getByRole('link', { name: 'Messages' }).click();
  await expect(page).toHaveURL(/order=messages/);
  await rows(page).first().getByRole('link').click();
  await expect(page.locator('.chart-line').first()).toHaveAttribute('d', /^M/);
  await test.step('a period that is none is explained', async () => {
    await page.goto(`/dashboard/analytics?from=${day(8)}&to=${day(21)}`);
    await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(1);
    await expect(page.getByLabel('From')).toHaveValue(day(8));
  });
});
