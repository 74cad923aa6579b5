// The page Keys: the key is there for who wants it, and nowhere else.

import type { Page } from '@playwright/test';
import { passes } from './lib/accessibility';
import { alive, expect, test } from './lib/test';
import { expectStatus } from './lib/player';

const shown = (page: Page) => page.locator('.key-text[data-shown="true"]');

/** Every answer of the server whose body holds what `find` names in the end. */
function answersWith(page: Page, find: () => string | undefined): () => Promise<string[]> {
  const answers: Promise<{ name: string; text: string }>[] = [];
  page.on('response', (response) => {
    // Events do not end by themselves; a test of their own looks at them.
    if (response.headers()['content-type']?.startsWith('text/event-stream')) return;
    const name = `${response.request().method()} ${new URL(response.url()).pathname}`;
    // At once: what a page has left behind can't be read any more.
    answers.push(response.text().then((text) => ({ name, text }), () => ({ name, text: '' })));
  });
  return async () => {
    const secret = find();
    if (!secret) throw new Error('nothing to look for');
    const found = (await Promise.all(answers)).filter(({ text }) => text.includes(secret));
    return [...new Set(found.map(({ name }) => name))].sort();
  };
}

test('the key is hidden until it is asked for, and is copied without being shown', async ({ visit, creator }) => {
  const page = await visit('/', { as: creator, permissions: ['clipboard-read', 'clipboard-write'] });
  let key: string | undefined;
  const holders = answersWith(page, () => key);
  await page.goto('/dashboard/keys');
  await alive(page);

  await page.getByRole('radio', { name: 'RTMP' }).check();
  await page.getByRole('button', { name: 'Make a key' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Show key' })).toBeVisible();
  await expect(page.locator('.keys-place'), 'the button is gone').toBeFocused();
  ({ streamKey: key } = await creator.call<{ streamKey: string }>('GET', '/api/stream/credentials'));
  expect(key).not.toBe('');
  await expect(page.locator('code').filter({ hasText: /^rtmp:/ })).toBeVisible();

  await test.step('copied, not shown', async () => {
    await page.getByRole('button', { name: 'Copy key' }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(key);
    await expect(shown(page)).toHaveCount(0);
    expect(await page.content()).not.toContain(key);
  });
  await test.step('shown and hidden', async () => {
    await page.getByRole('button', { name: 'Show key' }).click();
    await expect(shown(page)).toHaveText(key!);
    await expect(page.getByRole('button', { name: 'Hide key' }), 'its name says it').not.toHaveAttribute('aria-pressed');
    await page.getByRole('button', { name: 'Hide key' }).click();
    expect(await page.content()).not.toContain(key);
  });
  await test.step('hidden when the window loses the focus', async () => {
    await page.getByRole('button', { name: 'Show key' }).click();
    await expect(shown(page)).toHaveText(key!);
    await page.evaluate(() => window.dispatchEvent(new Event('blur')));
    await expect(shown(page)).toHaveCount(0);
    expect(await page.content()).not.toContain(key);
  });
  await test.step('not in the page as the server sends it', async () => {
    await page.reload();
    expect(await (await page.request.get('/dashboard/keys')).text()).not.toContain(key);
    for (const path of ['/dashboard/streams', `/watch/${creator.username}`, '/account', '/']) {
      expect(await (await page.request.get(path)).text(), path).not.toContain(key);
    }
  });
  expect(await holders()).toEqual(['GET /api/stream/credentials', 'POST /api/stream/ingress']);
});

test('the key hides itself after twenty seconds', async ({ visit, creator }) => {
  await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator });
  await page.clock.install();
  await page.getByRole('button', { name: 'Show key' }).click();
  await expect(shown(page)).toHaveCount(1);
  await page.clock.runFor(18_000);
  await expect(shown(page)).toHaveCount(1);
  await page.clock.runFor(3_000);
  await expect(shown(page)).toHaveCount(0);
});

test('a new key and no key, each only after a question', async ({ visit, creator }) => {
  const { streamKey: first } = await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator });
  const currentKey = () => creator.call<{ streamKey: string }>('GET', '/api/stream/credentials').then((it) => it.streamKey);

  await test.step('cancelled', async () => {
    await page.getByRole('button', { name: 'Make a new key' }).click();
    const question = page.getByRole('dialog', { name: /new key/ }).or(page.getByRole('dialog').filter({ hasText: 'Make a new key?' }));
    await expect(question).toBeVisible();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(question).toBeHidden();
    expect(await currentKey()).toBe(first);
  });
  await test.step('made, for the other kind of input', async () => {
    const waits = page.getByText('Your key is still for RTMP. Make a new key to change over.');
    await expect(waits).toHaveCount(0);
    await page.getByRole('radio', { name: 'WHIP' }).check();
    await expect(waits).toBeVisible();
    await page.getByRole('button', { name: 'Make a new key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new key' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(waits).toHaveCount(0);
    await expect(page.getByText('Bearer token (your stream key)')).toBeVisible();
    await expect(page.locator('code').filter({ hasText: /^http:/ })).toBeVisible();
    expect(await currentKey()).not.toBe(first);
  });
  await test.step('deleted', async () => {
    await page.getByRole('button', { name: 'Delete key' }).click();
    await passes(page, 'the question before a key is deleted');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete key' }).click();
    await expect(page.getByText('No key yet')).toBeVisible();
    await expect(currentKey()).rejects.toThrow('404 NO_KEY');
  });
});

test('a key that is shown while a new one is made hides when it is void', async ({ visit, creator }) => {
  await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator });
  let made = () => {};
  await page.route('**/api/stream/ingress', async (route) => {
    await new Promise<void>((resolve) => (made = resolve));
    await route.continue();
  });
  const make = page.getByRole('button', { name: 'Make a new key' });
  await make.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new key' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByRole('button', { name: 'Show key' }).click();
  await expect(shown(page)).toHaveCount(1);
  made();
  await expect(shown(page)).toHaveCount(0);
});

test('a key that is made or deleted elsewhere is followed', async ({ visit, creator }) => {
  const page = await visit('/dashboard/keys', { as: creator });
  await expect(page.getByText('No key yet')).toBeVisible();
  await creator.makeKey('whip');
  await expect(page.getByText('Bearer token (your stream key)')).toBeVisible();
  await creator.makeKey('rtmp');
  await expect(page.getByText('Bearer token (your stream key)')).toHaveCount(0);
  await expect(page.locator('code').filter({ hasText: /^rtmp:/ })).toBeVisible();
  await creator.deleteKey();
  await expect(page.getByText('No key yet')).toBeVisible();
});

test('what went wrong is in sight where it was asked for, on a telephone', async ({ visit, creator, problems }) => {
  problems.expect(/Failed to load resource: net::ERR_FAILED/);
  await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator, viewport: { width: 390, height: 844 } });
  await page.route('**/api/stream/ingress', (route) => route.abort());
  await page.getByRole('button', { name: 'Make a new key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new key' }).click();
  const reason = page.locator('.note-error').filter({ hasText: "can't be reached" });
  await expect(reason).toBeInViewport();
  const error = { code: 'TOO_MANY_REQUESTS', message: 'The key is tired.' };
  await page.route('**/api/stream/credentials', (route) =>
    route.fulfill({ status: 429, json: { success: false, error } }),
  );
  await page.getByRole('button', { name: 'Show key' }).click();
  await expect(page.locator('.note-error').filter({ hasText: error.message })).toBeInViewport();
});

test('a key that could not be replaced and is void: said once, in sight, and the focus is kept', async ({
  visit,
  creator,
  problems,
}) => {
  problems.expect(/Failed to load resource: net::ERR_FAILED/);
  await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator });
  await page.route('**/api/stream/ingress', async (route) => {
    await creator.deleteKey();
    await route.abort();
  });
  await page.getByRole('button', { name: 'Make a new key' }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new key' }).press('Enter');
  await expect(page.getByText('No key yet')).toBeVisible();
  await expect(page.locator('.note-error').filter({ hasText: "can't be reached" })).toBeInViewport();
  await expect(page.getByRole('alert').filter({ hasText: "can't be reached" })).toHaveCount(1);
  await expect(page.locator('.keys-place')).toBeFocused();
  await passes(page, 'keys while the server cannot be reached');
});

test('while live the key stays, and the page says why', async ({ visit, creator, whip }) => {
  const credentials = await creator.makeKey('whip');
  const page = await visit('/dashboard/keys', { as: creator });
  const buttons = [page.getByRole('button', { name: 'Make a new key' }), page.getByRole('button', { name: 'Delete key' })];
  for (const button of buttons) await expect(button).toBeEnabled();

  const encoder = await whip(credentials);
  await expectStatus(page, 'live');
  for (const button of buttons) {
    await expect(button).toBeDisabled();
    await expect(button).toHaveAccessibleDescription(/Your stream is running: the key can't change now/);
  }
  await expect(creator.makeKey('rtmp')).rejects.toThrow('409 WHILE_LIVE');
  await expect(creator.deleteKey()).rejects.toThrow('409 WHILE_LIVE');

  await encoder.stop();
  for (const button of buttons) await expect(button).toBeEnabled();
});

test('no event and no log holds a key', async ({ visit, creator, whip, installation }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await page.evaluate((username) => {
    const events: string[] = [];
    Object.assign(globalThis, { events });
    for (const path of ['/api/stream/events', `/api/channel/events?username=${username}`, '/api/account/events']) {
      const source = new EventSource(path);
      for (const name of ['state', 'viewers', 'notice', 'application']) {
        source.addEventListener(name, (event) => events.push((event as MessageEvent).data));
      }
    }
  }, creator.username);
  const credentials = await creator.makeKey('whip');
  const encoder = await whip(credentials);
  await expectStatus(page, 'live');
  await encoder.stop();
  await expectStatus(page, 'offline');
  const events = () => page.evaluate(() => (globalThis as unknown as { events: string[] }).events.join('\n'));
  await expect.poll(events).toContain('"status":"live"');
  expect(await events()).not.toContain(credentials.streamKey);
  expect(installation.appLog()).not.toContain(credentials.streamKey);
});
