// Pages whose scripts run and whose program does not come: they say so, offer nothing that would do nothing, and their
// forms work. Without any scripts: without-javascript.spec.ts.

import { sidewaysScroll, violations } from './lib/accessibility';
import type { Account } from './lib/api';
import { composer, log } from './lib/chat';
import { alive, expect, test, type Page } from './lib/test';
import { textsOf } from './lib/texts';

const [en, de] = [textsOf('en'), textsOf('de')];
const line = (page: Page) => page.locator('.program-line');
/** What the console says of what is kept away. */
const KEPT_AWAY = /ERR_FAILED|Failed to fetch|Failed to load resource/;

/** What is seen, can be used, and does nothing: no link that leads somewhere, no part of a form that the browser sends. */
function dead(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isSeen = (element: Element | null) => element !== null && element.checkVisibility({ visibilityProperty: true });
    const works = (element: HTMLElement) => {
      const place = element.getAttribute('href');
      if (place !== null) return !place.startsWith('#') || isSeen(document.querySelector(place));
      if (element.hasAttribute('popovertarget')) return true;
      const { form, type } = element as HTMLInputElement;
      return type !== 'button' && form !== null && form.hasAttribute('action');
    };
    const all = document.querySelectorAll<HTMLElement>('a, button, input, select, textarea');
    const offered = [...all].filter((element) => isSeen(element) && !element.matches(':disabled, [readonly]'));
    return offered.filter((element) => !works(element)).map((element) => element.outerHTML.slice(0, 200));
  });
}

/** Whatever its size. */
async function expectHonest(page: Page): Promise<void> {
  await expect(line(page)).toBeVisible();
  for (const size of [{ width: 390, height: 844 }, { width: 1280, height: 800 }]) {
    await page.setViewportSize(size);
    const place = `${page.url()} at ${size.width} pixels`;
    expect.soft(await dead(page), `what does nothing on ${place}`).toEqual([]);
    expect.soft(await violations(page), `axe on ${place}`).toEqual([]);
    expect.soft(await sidewaysScroll(page), place).toBeLessThanOrEqual(0);
  }
}

for (const [what, files] of [['the program', '**/pkg/*.wasm'], ['what loads it', '**/pkg/streamit*.js']] as const) {
  test(`without ${what}, pages say so, offer nothing that needs it, and have forms that work`, async ({ visit, creator, newCreator, newUser, whip, problems }) => {
    test.slow();
    problems.expect(KEPT_AWAY);
    await whip(await creator.makeKey('whip'));
    await expect.poll(async () => (await creator.status()).status).toBe('live');
    const [bob, newcomer, idle] = [await newUser(), await newCreator(), await newCreator()];
    await idle.makeKey('rtmp');
    await idle.setTitle('Soon');
    await bob.say(creator.username, 'To be read');
    const visitor = async (options: { as?: Account; locale?: string } = {}) => {
      const page = await visit('/', options);
      await page.route(files, (route) => route.abort());
      return page;
    };

    await test.step('on the page of a stream that is live', async () => {
      const page = await visitor({ as: bob });
      await page.goto(`/watch/${creator.username}`);
      await expectHonest(page);
      await expect(page.getByText(en('player.needs_javascript'))).toBeVisible();
      await expect(page.getByText(en('frame.loading'), { exact: true })).toBeHidden();
      await expect(log(page)).toContainText('To be read');
      await expect(composer(page)).toBeHidden();
      await expect(page.getByText(en('chat.needs_javascript'))).toBeVisible();
      await page.getByRole('button', { name: 'Follow', exact: true }).click();
      await expect(page.locator('[data-followers]')).toHaveText('1');
      await expect(line(page)).toBeVisible();
    });
    await test.step('on the front page, and where one signs in', async () => {
      const page = await visitor();
      await page.goto('/');
      await expectHonest(page);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await expectHonest(page);
      await page.getByLabel('Username or email').fill(bob.username);
      await page.getByLabel('Password').fill(bob.password);
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
      await expect(page).toHaveURL(/\/$/);
      await page.getByRole('button', { name: /^Account menu/ }).click();
      await expect(page.locator('#account-menu')).toBeVisible();
    });
    await test.step('on the dashboard, live, off air, and new', async () => {
      for (const somebody of [creator, idle, newcomer]) {
        const page = await visitor({ as: somebody });
        for (const path of ['/dashboard/streams', '/dashboard/keys']) {
          await page.goto(path);
          await expectHonest(page);
        }
        await expect(page.getByText(en('keys.needs_javascript'))).toBeVisible();
      }
      const page = await visitor({ as: idle });
      await page.goto('/dashboard/streams');
      await expect(page.getByRole('textbox', { name: 'Title', exact: true })).toHaveValue('Soon');
      await expect(page.getByRole('textbox', { name: 'Title', exact: true })).not.toBeEditable();
    });
    await test.step('in the language of the page, and with a way out', async () => {
      const page = await visitor({ locale: 'de-DE' });
      await page.goto('/');
      await expect(line(page)).toContainText(de('frame.program_absent'));
      await page.unroute(files);
      await line(page).getByRole('link', { name: de('frame.reload') }).click();
      await alive(page);
      await expect(line(page)).toBeHidden();
    });
  });
}

test('a program that is slow is not called missing', async ({ visit }) => {
  const page = await visit('/');
  await page.addInitScript(() => {
    const said: (string | null)[] = [];
    Object.assign(globalThis, { said });
    const listen = () => said.push(document.documentElement.getAttribute('data-program'));
    new MutationObserver(listen).observe(document, { subtree: true, attributeFilter: ['data-program'] });
  });
  await page.route('**/pkg/*.wasm', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await route.continue();
  });
  await page.goto('/');
  await alive(page);
  expect(await page.evaluate(() => (globalThis as unknown as { said: (string | null)[] }).said)).toEqual(['coming', null]);
  await expect(line(page)).toBeHidden();
});

test('one that takes too long is, until it comes', async ({ visit, creator, newUser }) => {
  const page = await visit('/', { as: await newUser() });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/pkg/*.wasm', async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`/watch/${creator.username}`, { waitUntil: 'commit' });
  await expect(line(page)).toBeVisible();
  await expect(composer(page)).toBeHidden();
  release();
  await alive(page);
  await expect(line(page)).toBeHidden();
  await expect(composer(page)).toBeVisible();
});
