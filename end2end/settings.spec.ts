// The title and the rules of the chat: saved by themselves, seen by everybody, and never lost.

import type { Page, Route } from '@playwright/test';
import { passes } from './lib/accessibility';
import { holdBack } from './lib/network';
import { expect, test } from './lib/test';

const field = (page: Page) => page.getByRole('textbox', { name: 'Title' });
const mark = (page: Page) => page.locator('.title-editor .save-mark');
const toggle = (page: Page, name: string) => page.getByRole('switch', { name });
const isSave = (path: string) => (url: URL) => url.pathname === path;

test('a title is saved as it is typed, and open pages follow', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  await expect(watch.getByRole('heading', { level: 1 })).toHaveText('Untitled Stream');

  // A press puts the caret somewhere; what stands for no title is replaced all the same.
  await field(dashboard).click();
  await dashboard.keyboard.type('Baking bread, live', { delay: 20 });
  await expect(field(dashboard)).toHaveValue('Baking bread, live');
  await expect(mark(dashboard)).toHaveText('Saved');
  await expect(watch.getByRole('heading', { level: 1 })).toHaveText('Baking bread, live');
  await expect(watch).toHaveTitle(/Baking bread, live/);

  await test.step('Enter saves at once, Escape goes back', async () => {
    await field(dashboard).fill('  <b>Brot</b> 🥖 & مرحبا  ');
    await field(dashboard).press('Enter');
    await expect(watch.getByRole('heading', { level: 1 })).toHaveText('<b>Brot</b> 🥖 & مرحبا');
    await field(dashboard).fill('Something else');
    // While letters are put together, Escape is for that.
    await field(dashboard).dispatchEvent('keydown', { key: 'Escape', isComposing: true, bubbles: true, cancelable: true });
    expect(await field(dashboard).inputValue()).toBe('Something else');
    await field(dashboard).press('Escape');
    await expect(field(dashboard)).toHaveValue('<b>Brot</b> 🥖 & مرحبا');
  });
  await test.step('earlier titles are kept', async () => {
    await dashboard.getByRole('button', { name: 'Earlier titles' }).click();
    await expect(dashboard.locator('.title-history-list li').first()).toContainText('<b>Brot</b>');
    // It saves itself a second after the last keystroke.
    const letGo = await holdBack(dashboard, '**/api/stream/info');
    await field(dashboard).fill('A draft');
    await expect(mark(dashboard)).toHaveText('Saving…');
    await passes(dashboard, 'a title on its way, with those before it', mark(dashboard).filter({ hasText: 'Saving…' }));
    letGo();
    await expect(mark(dashboard)).toHaveText('Saved');
  });
});

test('of two answers about earlier titles the newer one is shown, whichever comes last', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const titles = page.locator('#title-history li');
  await page.getByRole('button', { name: 'Earlier titles' }).click();
  await expect(page.getByText('There was no other title yet.')).toBeVisible();
  const history = isSave('/api/stream/title-history');
  let answered = () => {};
  let letGo = () => {};
  const isAnswered = new Promise<void>((done) => (answered = done));
  const isLetGo = new Promise<void>((done) => (letGo = done));
  const answerLate = async (route: Route) => {
    const answer = await route.fetch();
    answered();
    await isLetGo;
    await route.fulfill({ response: answer });
  };
  await page.route(history, answerLate, { times: 1 });
  await creator.setTitle('The first');
  await isAnswered;
  await creator.setTitle('The second');
  await expect(titles.first()).toContainText('The second');

  const late = page.waitForResponse((answer) => history(new URL(answer.url())));
  letGo();
  await (await late).finished();
  // Whatever the page makes of an answer, it has made of it before the next one.
  await page.evaluate(async () => (await fetch('/favicon.svg')).text());
  await expect(titles.first()).toContainText('The second');
});

test('what is being typed is not overwritten from another tab', async ({ visit, creator, problems }) => {
  problems.expect(/Failed to load resource: net::ERR_FAILED/);
  const page = await visit('/dashboard/streams', { as: creator });
  // A save that is on its way keeps the field in the hands of who types.
  await page.route(isSave('/api/stream/info'), (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await field(page).fill('');
  await field(page).pressSequentially('Half a ti');
  await creator.setTitle('From another tab');
  const watch = await visit(`/watch/${creator.username}`);
  await expect(watch.getByRole('heading', { level: 1 })).toHaveText('From another tab');
  await expect(mark(page)).toHaveText('Not saved');
  await expect(field(page)).toHaveValue('Half a ti');
});

test('a title that nobody types follows the other tab', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await creator.setTitle('From another tab');
  await expect(field(page)).toHaveValue('From another tab');
});

test('a failed save keeps the text and can be tried again', async ({ visit, creator, problems }) => {
  problems.expect(/Failed to load resource: net::ERR_FAILED/);
  const page = await visit('/dashboard/streams', { as: creator });
  await page.route(isSave('/api/stream/info'), (route) => route.abort());
  await field(page).fill('Worth keeping');
  await expect(mark(page)).toHaveText('Not saved');
  await expect(field(page)).toHaveValue('Worth keeping');
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(mark(page)).toHaveText('Saved');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeHidden();
  await expect(page.locator('.title-editor'), 'the button is gone').toBeFocused();
  await page.reload();
  await expect(field(page)).toHaveValue('Worth keeping');
});

test('the link to the watch page is at hand, on a telephone too', async ({ visit, creator }) => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    const page = await visit('/dashboard/streams', { as: creator, viewport, permissions });
    await expect(page.getByRole('link', { name: 'Open watch page' })).toBeInViewport();
    const copy = page.getByRole('button', { name: 'Copy watch link' });
    await expect(copy).toBeInViewport();
    await copy.click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    const address = new URL(`/watch/${creator.username}`, page.url()).href;
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  }
});

test('a title that breaks a rule says which', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await field(page).fill('x'.repeat(201));
  await field(page).press('Enter');
  await expect(page.locator('.title-editor').getByRole('alert')).toContainText('200');
  await expect(field(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(field(page)).toHaveAccessibleDescription(/200/);
  await passes(page, 'a title that breaks a rule');
});

test('a switch moves at once and is kept', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  let answer = () => {};
  const held = new Promise<void>((go) => (answer = go));
  await page.route(isSave('/api/stream/chat-settings'), async (route) => {
    await held;
    await route.continue();
  });
  const followersOnly = toggle(page, 'Followers only');
  await expect(followersOnly).toHaveAttribute('aria-checked', 'false');
  await followersOnly.click();
  await expect(followersOnly).toHaveAttribute('aria-checked', 'true');
  await expect(followersOnly).toHaveAttribute('aria-busy', 'true');
  answer();
  await expect(followersOnly).not.toHaveAttribute('aria-busy');
  await page.reload();
  await expect(followersOnly).toHaveAttribute('aria-checked', 'true');
});

test('what is set while something else is on its way is sent, also when the page is left then', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const letGo = await Promise.all(
    ['info', 'chat-settings', 'rehearsal'].map((name) => holdBack(page, `**/api/stream/${name}`)),
  );
  await field(page).fill('The first');
  await expect(mark(page)).toHaveText('Saving…');
  await field(page).fill('The last');
  await toggle(page, 'Followers only').click();
  await toggle(page, 'Delay messages').click();
  await toggle(page, 'Test stream').click();
  await page.getByLabel('Disconnect protection').selectOption('300');
  await page.getByRole('link', { name: 'Keys', exact: true }).first().click();
  await expect(page).toHaveURL(/\/dashboard\/keys$/);
  letGo.forEach((go) => go());
  await expect
    .poll(async () => ({ ...(await creator.call<object>('GET', '/api/stream/info')), ...(await creator.status()) }))
    .toMatchObject({
      title: 'The last',
      isChatFollowersOnly: true,
      isChatDelayed: true,
      isRehearsalOn: true,
      disconnectProtectionSeconds: 300,
    });
});

test('what another window sets later is shown, also when the answer to this one comes last', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  let letGo = () => {};
  const isLetGo = new Promise<void>((done) => (letGo = done));
  for (const path of ['/api/stream/info', '/api/stream/chat-settings']) {
    await page.route(isSave(path), async (route) => {
      const answer = await route.fetch();
      await isLetGo;
      await route.fulfill({ response: answer });
    });
  }
  await field(page).fill('Of this window');
  await field(page).press('Enter');
  await toggle(page, 'Delay messages').click();
  const info = () => creator.call<{ title: string; isChatDelayed: boolean }>('GET', '/api/stream/info');
  await expect.poll(info).toMatchObject({ title: 'Of this window', isChatDelayed: true });
  await creator.setTitle('Of another window');
  await creator.changeChat({ isChatDelayed: false, isChatFollowersOnly: true });
  await expect(toggle(page, 'Followers only')).toHaveAttribute('aria-checked', 'true');
  letGo();
  await expect(mark(page)).toHaveText('Saved');
  await field(page).blur();
  await expect(field(page)).toHaveValue('Of another window');
  await expect(toggle(page, 'Delay messages')).not.toHaveAttribute('aria-busy', 'true');
  await expect(toggle(page, 'Delay messages')).toHaveAttribute('aria-checked', 'false');
  await expect(toggle(page, 'Followers only')).toHaveAttribute('aria-checked', 'true');
});

test('a number that is being typed is not replaced from another window', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const number = page.getByLabel('Slow mode: wait between messages');
  await number.fill('30');
  await creator.changeChat({ slowModeSeconds: 10, isChatFollowersOnly: true });
  await expect(toggle(page, 'Followers only')).toHaveAttribute('aria-checked', 'true');
  await expect(number).toHaveValue('30');
  await number.blur();
  await expect.poll(async () => (await creator.call<{ slowModeSeconds: number }>('GET', '/api/stream/info')).slowModeSeconds).toBe(30);
  await expect(number).toHaveValue('30');
});

test('a switch goes back when saving fails', async ({ visit, creator, problems }) => {
  problems.expect(/Failed to load resource/, /^503 for PUT/);
  const page = await visit('/dashboard/streams', { as: creator });
  const error = { code: 'LIVEKIT_UNREACHABLE', message: 'Not now.' };
  await page.route(isSave('/api/stream/chat-settings'), (route) =>
    route.fulfill({ status: 503, json: { success: false, error } }),
  );
  for (const name of ['Chat', 'Delay messages', 'Followers only']) {
    const one = name === 'Chat' ? page.getByRole('switch', { name: /^Chat/ }) : toggle(page, name);
    const before = await one.getAttribute('aria-checked');
    await one.click();
    await expect(page.locator('.chat-settings').getByText('Not saved, so it is as before. Not now.')).toBeVisible();
    await expect(one).toHaveAttribute('aria-checked', before!);
  }
});

test('a switch turned in one tab turns in the other', async ({ visit, creator }) => {
  const [one, other] = [await visit('/dashboard/streams', { as: creator }), await visit('/dashboard/streams', { as: creator })];
  await toggle(one, 'Delay messages').click();
  await expect(toggle(other, 'Delay messages')).toHaveAttribute('aria-checked', 'true');
});
