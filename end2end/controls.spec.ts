// What a creator does to what comes in: a rehearsal that goes live, an end that an encoder cannot undo, and drops that
// are waited out.

import { passes, passesOnTelephone } from './lib/accessibility';
import { PUT_OUT, expect, test, type Page } from './lib/test';
import { LIBRARY, expectMovingPicture, expectOffline, expectStatus, recordStatus } from './lib/player';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const answer = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true });

test('a rehearsal is the creator’s alone, and goes live with a title', async ({ visit, creator, installation, whip, problems }) => {
  problems.expect(...PUT_OUT);
  const credentials = await creator.makeKey('whip');
  // Who watched the broadcast before holds a token that is still good.
  const before = await whip(credentials);
  const stranger = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(stranger);
  const token = await ticket(stranger, creator.username);
  await before.stop();
  await expectOffline(stranger);

  const page = await visit('/dashboard/streams', { as: creator });
  await page.getByRole('switch', { name: /Test stream/ }).click();
  await expect.poll(async () => (await creator.status()).isRehearsalOn).toBe(true);
  const seen = await recordStatus(stranger);
  await whip(credentials);
  await expectStatus(page, 'rehearsal');
  await expectMovingPicture(page);
  await expect(page.getByText('Only you see and hear this.')).toBeVisible();

  await test.step('a viewer gets no token, and who has one is removed', async () => {
    await expect(ticket(stranger, creator.username)).rejects.toThrow('CHANNEL_OFFLINE');
    expect(await join(stranger, token, installation.addressOf(LIBRARY))).toBe('removed');
    await expectMovingPicture(page);
    expect(await seen()).toEqual(['offline']);
  });
  await test.step('the title is asked for', async () => {
    await button(page, 'Go live').click();
    await answer(page, 'Go live').click();
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('title');
    await expectStatus(page, 'rehearsal');
    const title = page.getByRole('dialog').getByRole('textbox');
    await title.fill('Rehearsed well');
    // While letters are put together, Enter is for that.
    await title.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true });
    await expectStatus(page, 'rehearsal');
    await title.press('Enter');
    await page.keyboard.press('Enter');
    await expectStatus(page, 'live');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(page.locator('.on-air-bar-slot .note-error'), 'it was asked for once').toHaveCount(0);
  });
  await expectStatus(stranger, 'live');
  await expectMovingPicture(stranger);
  await expect(stranger.getByRole('heading', { name: 'Rehearsed well' })).toBeVisible();
  expect(await seen()).toEqual(['offline', 'live']);
});

test('a stream that is ended stays ended, whatever the encoder tries', async ({ visit, creator, stubborn }) => {
  const credentials = await creator.makeKey('rtmp');
  const page = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  const encoder = stubborn(credentials);
  await expectMovingPicture(watch);

  await button(page, 'End stream now').click();
  await passes(page, 'the question before a stream is ended');
  await answer(page, 'End stream now').click();
  await Promise.all([page, watch].map(expectOffline));
  await expect(page.getByText('You ended your stream.')).toBeVisible();
  const records = await Promise.all([page, watch].map(recordStatus));
  const tries = encoder.tries;
  await expect.poll(() => encoder.tries, { timeout: 40_000 }).toBeGreaterThan(tries + 5);
  for (const record of records) expect(await record()).toEqual(['offline']);
  expect((await creator.call<{ streamKey: string }>('GET', '/api/stream/credentials')).streamKey).toBe(credentials.streamKey);

  await button(page, 'Let it in again').click();
  await Promise.all([page, watch].map((one) => expectStatus(one, 'live', 40_000)));
  await expectMovingPicture(watch);
});

test('what is set while something else is on its way is sent too', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const rehearsal = page.getByRole('switch', { name: /Test stream/ });
  const protection = page.getByLabel('Disconnect protection');
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  await page.route('**/api/stream/protection', async (route) => (await held, route.continue()), { times: 1 });
  await protection.selectOption('30');
  await rehearsal.click();
  await protection.selectOption('90');
  await protection.selectOption('300');
  goOn();
  await expect
    .poll(async () => {
      const { isRehearsalOn, disconnectProtectionSeconds } = await creator.status();
      return { isRehearsalOn, disconnectProtectionSeconds };
    })
    .toEqual({ isRehearsalOn: true, disconnectProtectionSeconds: 300 });
  await expect(rehearsal).toBeChecked();
  await expect(protection).toHaveValue('300');
});

test('the end of a rehearsal is not told as that of a broadcast', async ({ visit, creator, whip }) => {
  const credentials = await creator.makeKey('whip');
  const page = await visit('/dashboard/streams', { as: creator });
  const isOver = page.getByRole('status').filter({ hasText: 'Your broadcast is over' });
  const broadcast = await whip(credentials);
  await expectStatus(page, 'live');
  await broadcast.stop();
  await expect(isOver).toHaveCount(1);
  await page.getByRole('switch', { name: /Test stream/ }).click();
  await expect.poll(async () => (await creator.status()).isRehearsalOn).toBe(true);
  const rehearsal = await whip(credentials);
  await expectStatus(page, 'rehearsal');
  await expect(isOver).toHaveCount(0);
  await rehearsal.stop();
  await expectOffline(page);
  await page.waitForTimeout(3_000);
  await expect(isOver).toHaveCount(0);
});

test('a drop of half a minute: waited out with protection, over and reopened without', async ({
  visit,
  newCreator,
  whip,
}) => {
  test.setTimeout(150_000);
  const [waits, ends] = [await newCreator(), await newCreator()];
  await waits.call('PUT', '/api/stream/protection', { disconnectProtectionSeconds: 90 });
  const creators = [waits, ends];
  const pages: Page[] = [];
  const keys = await Promise.all(creators.map((creator) => creator.makeKey('whip')));
  for (const creator of creators) pages.push(await visit(`/watch/${creator.username}`));
  const first = [await whip(keys[0]), await whip(keys[1])];
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  const began = await Promise.all(creators.map(async (creator) => (await creator.status()).startedAt));
  const records = await Promise.all(pages.map(recordStatus));

  const dropped = Date.now();
  await Promise.all(first.map((encoder) => encoder.stop()));
  await expectStatus(pages[0], 'reconnecting');
  await expect(pages[0].locator('.player')).toHaveAttribute('data-phase', 'back-in-a-moment');
  await expectOffline(pages[1]);
  await passes(pages[0], 'a stream that is back in a moment');
  await passesOnTelephone(pages[0], 'a stream that is back in a moment');
  await expect.poll(() => Date.now() - dropped, { timeout: 40_000, intervals: [1_000] }).toBeGreaterThan(30_000);
  expect((await waits.status()).status).toBe('reconnecting');

  await whip(keys[0]);
  await whip(keys[1]);
  await Promise.all(pages.map((page) => expectMovingPicture(page)));
  expect(await records[0]()).toEqual(['live', 'reconnecting', 'live']);
  expect(await records[1]()).toEqual(['live', 'offline', 'live']);
  // One broadcast for each.
  expect(await Promise.all(creators.map(async (creator) => (await creator.status()).startedAt))).toEqual(began);
});

interface Ticket {
  url: string;
  token: string;
}

/** A token to watch with, as the page asks for one. */
async function ticket(page: Page, username: string): Promise<Ticket> {
  const body = await page.evaluate(async (username) => {
    const answer = await fetch('/api/channel/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username }),
    });
    return answer.json();
  }, username);
  if (!body.success) throw new Error(body.error.code);
  return body.data;
}

/** Joins with that token by LiveKit's client, which is there, and waits for what becomes of it. */
function join(page: Page, { url, token }: Ticket, library: string): Promise<string> {
  return page.evaluate(
    async ([url, token, library]) => {
      const { Room, RoomEvent, DisconnectReason } = await import(library);
      const room = new Room();
      const outcome = new Promise<string>((done) => {
        room.on(RoomEvent.Disconnected, (reason: number) =>
          done(reason === DisconnectReason.PARTICIPANT_REMOVED ? 'removed' : `left: ${DisconnectReason[reason]}`));
        setTimeout(() => done('still there'), 10_000);
      });
      await room.connect(url, token);
      return outcome;
    },
    [url, token, library],
  );
}
