// Pages in another language than English: what decides it, that all of a page is in it, and that its longer words fit. No
// language here runs from right to left yet; the pages are ready for one.

import { alive, expect, test, type Page } from './lib/test';
import { sidewaysScroll, violations } from './lib/accessibility';
import { expectMovingPicture } from './lib/player';
import { leftIn, textsOf } from './lib/texts';

const GERMAN = { locale: 'de-DE' } as const;
const [de, en] = [textsOf('de'), textsOf('en')];

const language = (page: Page) => page.locator('html');
const choice = (page: Page, name: string) => page.locator('.language-choices').getByRole('button', { name, exact: true });

async function expectGerman(page: Page): Promise<void> {
  await expect(language(page)).toHaveAttribute('lang', 'de');
  expect.soft(await leftIn('en', 'de', page), `what ${page.url()} says in English`).toEqual([]);
}

/** Whatever its words, and whichever way they run. */
async function expectRoomForAll(page: Page): Promise<void> {
  expect.soft(await violations(page), `axe on ${page.url()}`).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect.soft(await sidewaysScroll(page), `${page.url()} at 390 pixels`).toBeLessThanOrEqual(0);
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  expect.soft(await sidewaysScroll(page), `${page.url()} from right to left`).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 800 });
  expect.soft(await sidewaysScroll(page), `${page.url()} from right to left, on a large screen`).toBeLessThanOrEqual(0);
}

test('every page is in the language of the browser, and has room for it', async ({ visit, admin, creator, demo, problems }) => {
  test.slow();
  // A page that is not there says so with its status.
  problems.expect(/status of 404/);
  await creator.setTitle('Ein Abend mit Musik');
  await creator.makeKey('rtmp');
  const [broadcast] = await demo.broadcasts();
  for (const [path, as] of [
    ['/', undefined],
    ['/?search=nichts+mit+diesem+Namen', undefined],
    ['/signup', undefined],
    ['/login', undefined],
    ['/forgot', undefined],
    ['/reset?token=none', undefined],
    ['/no-such-page', undefined],
    [`/watch/${creator.username}`, undefined],
    ['/account', creator],
    ['/apply', creator],
    ['/dashboard/streams', creator],
    ['/dashboard/keys', creator],
    ['/dashboard/analytics?days=90', demo],
    [`/dashboard/analytics/${broadcast.id}`, demo],
    ['/admin', admin],
    ['/admin/audit', admin],
  ] as const) {
    // Broken hydration, as of a page that is not in one language, fails the test by itself.
    const page = await visit(path, { as, ...GERMAN });
    await expectGerman(page);
    await expectRoomForAll(page);
    await page.close();
  }
});

test('a count chooses its words by the rules of the language, on the server and in the browser', async ({
  visit,
  creator,
  newCreator,
}) => {
  const other = await newCreator();
  const mark = `x${creator.username.slice(-6)}`;
  await creator.setTitle(`${mark} one`);
  await other.setTitle(`${mark} two`);
  for (const [options, one, two] of [
    [{}, '1 stream', '2 streams'],
    [GERMAN, '1 Stream', '2 Streams'],
  ] as const) {
    // The server counts one, and what it wrote stays when the page comes alive; the browser counts two, and one again.
    const page = await visit(`/?search=${mark}+one`, options);
    const found = page.locator('.found');
    await expect(found).toHaveText(one);
    await page.getByRole('searchbox').fill(mark);
    await expect(found).toHaveText(two);
    await page.getByRole('searchbox').fill(`${mark} two`);
    await expect(found).toHaveText(one);
  }
});

test('what is wrong with a field is said in the language of the page', async ({ visit }) => {
  const page = await visit('/signup', GERMAN);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(de('door.make_account'));
  await page.getByLabel(de('door.username'), { exact: true }).fill('a b c');
  await page.getByLabel(de('door.email'), { exact: true }).fill('nobody@example.org');
  await page.getByLabel(de('door.password'), { exact: true }).fill('correct horse battery');
  await page.getByRole('main').getByRole('button', { name: de('door.sign_up'), exact: true }).click();
  await expect(page.locator('.field-error')).toHaveText(de('fields.username_characters'));
  await expectGerman(page);
  await expectRoomForAll(page);
});

test('a stream with its chat is in the language of each who watches', async ({ visit, creator, newUser, whip }) => {
  await whip(await creator.makeKey('whip'));
  const path = `/watch/${creator.username}`;
  const bob = await newUser();
  const [german, english] = [await visit(path, { as: bob, ...GERMAN }), await visit(path)];
  await Promise.all([german, english].map((page) => expectMovingPicture(page)));
  const field = german.getByRole('textbox', { name: de('chat.message'), exact: true });
  await field.fill('Guten Abend');
  await field.press('Enter');
  for (const [page, say] of [[german, de], [english, en]] as const) {
    await expect(page.getByRole('group', { name: say('chat.messages') })).toContainText('Guten Abend');
  }
  await field.fill('Guten Abend');
  await field.press('Enter');
  await expect(german.locator('#composer-notice')).toContainText(de('chat.refused_repeated').split('{{')[0].trim());
  await expectGerman(german);
  await expectRoomForAll(german);
  await expect(language(english)).toHaveAttribute('lang', 'en');
});

test('a language is chosen once, and stays', async ({ visit }) => {
  const page = await visit('/signup?next=%2Fapply', GERMAN);
  await expect(choice(page, 'Deutsch')).toHaveAttribute('aria-current', 'true');
  await choice(page, 'English').click();
  await expect(language(page)).toHaveAttribute('lang', 'en');
  await expect(page).toHaveURL(/\/signup\?next=%2Fapply$/);
  await alive(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(en('door.make_account'));
  await expect(choice(page, 'English')).toHaveAttribute('aria-current', 'true');
  await expect(choice(page, 'Deutsch')).not.toHaveAttribute('aria-current');

  // From page to page, and in a document of its own.
  await page.getByRole('link', { name: 'StreamIt', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(en('home.live_now'));
  await page.goto('/login');
  await expect(language(page)).toHaveAttribute('lang', 'en');
  await alive(page);
  await choice(page, 'Deutsch').click();
  await expect(language(page)).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(de('door.sign_in'));
});

test('who watches finds the choice below everything, and who is signed in has it in the menu', async ({ visit, creator }) => {
  const page = await visit(`/watch/${creator.username}`, GERMAN);
  const box = async (selector: string) => (await page.locator(selector).boundingBox())!;
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const foot = await box('.watch-page > .languages');
    for (const part of ['.player', '.watch-below', '.watch-chat']) {
      const { y, height } = await box(part);
      expect(y + height, `${part} at ${width} pixels`).toBeLessThanOrEqual(foot.y);
    }
  }
  await choice(page, 'English').click();
  await expect(language(page)).toHaveAttribute('lang', 'en');
  await expect(page).toHaveURL(new RegExp(`/watch/${creator.username}\\??$`));
  await alive(page);

  const dashboard = await visit('/dashboard/streams', { as: creator, ...GERMAN });
  await dashboard.locator('[popovertarget="account-menu"]').click();
  const menu = dashboard.locator('#account-menu');
  await expect(menu.getByRole('group', { name: de('language.label') })).toBeVisible();
  expect(await violations(dashboard)).toEqual([]);
  await menu.getByRole('button', { name: 'English', exact: true }).click();
  await expect(language(dashboard)).toHaveAttribute('lang', 'en');
  await expect(dashboard).toHaveURL(/\/dashboard\/streams\??$/);
  await alive(dashboard);
});

test('a language is chosen without scripts too', async ({ visit, newUser }) => {
  const page = await visit('/account', { as: await newUser(), ...GERMAN, javaScriptEnabled: false });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(de('account.title'));
  await choice(page, 'English').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(en('account.title'));
  // Leptos leaves an empty query behind.
  await expect(page).toHaveURL(/\/account\??$/);
  await page.goto('/');
  await expect(language(page)).toHaveAttribute('lang', 'en');
});
