// The guide to the first broadcast: it ticks itself off by what is so, leads to where things are done, and goes.

import { passes } from './lib/accessibility';
import { expect, reload, test, type Page } from './lib/test';
import { expectMovingPicture, expectOffline, expectStatus } from './lib/player';

const guide = (page: Page) => page.getByRole('region', { name: 'Your first stream' });
const link = (page: Page, name: string) => guide(page).getByRole('link', { name });

async function expectSteps(page: Page, ...states: ('done' | 'next' | 'open')[]): Promise<void> {
  const shown = () => guide(page).getByRole('listitem').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.state));
  await expect.poll(shown).toEqual(states);
  const done = states.filter((state) => state === 'done').length;
  await expect(guide(page).getByRole('status')).toHaveText(`${done} of 4 done`);
}

test('it ticks itself off, and is gone after the first broadcast', async ({ visit, creator, whip }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await expectSteps(page, 'next', 'open', 'open', 'open');
  // All of it happens elsewhere.
  const key = await creator.makeKey('whip');
  await expectSteps(page, 'done', 'next', 'open', 'open');
  await passes(page, 'a guide of which a step is done');
  await creator.call('POST', '/api/stream/rehearsal', { enabled: true });
  const encoder = await whip(key);
  await expectStatus(page, 'rehearsal');
  await expectSteps(page, 'done', 'done', 'next', 'open');
  await creator.setTitle('Bread');
  await expectSteps(page, 'done', 'done', 'done', 'next');
  await creator.call('POST', '/api/stream/go-live', {});
  await expectStatus(page, 'live');
  await expectSteps(page, 'done', 'done', 'done', 'done');
  await reload(page);
  await expectMovingPicture(page);
  await expectSteps(page, 'done', 'done', 'done', 'done');

  await encoder.stop();
  await expectOffline(page);
  await expect(guide(page)).toHaveCount(0);
  await expect(page.getByText('Your last broadcast')).toBeVisible();
  await reload(page);
  await expect(page.getByText('Your last broadcast')).toBeVisible();
  await expect(guide(page)).toHaveCount(0);
});

test('each step leads to where it is done, by keyboard', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await link(page, 'Give it a title').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Title', exact: true })).toBeFocused();
  // What stands for no title is not in the way.
  await page.keyboard.type('Bread');
  await expect(page.getByRole('textbox', { name: 'Title', exact: true })).toHaveValue('Bread');
  await page.keyboard.press('Enter');
  await expectSteps(page, 'next', 'open', 'done', 'open');
  await link(page, 'Be on air').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Go live from this browser' })).toBeInViewport();
  await link(page, 'Make a stream key').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/dashboard\/keys$/);
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByRole('button', { name: 'Show key' })).toBeVisible();
  await page.getByRole('link', { name: 'Streams', exact: true }).click();
  await expectSteps(page, 'done', 'next', 'done', 'open');
});

test('put away it stays away, in this browser', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await guide(page).getByRole('button', { name: 'Put this guide away' }).click();
  await expect(guide(page)).toHaveCount(0);
  await reload(page);
  await expect(guide(page)).toHaveCount(0);
  await expect(guide(await visit('/dashboard/streams', { as: creator }))).toBeVisible();
});

test('without scripts it is links', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator, javaScriptEnabled: false });
  await expect(guide(page).getByRole('link')).toHaveCount(4);
  await expect(guide(page).getByRole('button')).toHaveCount(0);
  await link(page, 'Connect your encoder').click();
  await expect(page).toHaveURL(/\/dashboard\/keys$/);
});
