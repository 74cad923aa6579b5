// Pictures of every page, in three sizes, light and dark, for people to look at. Not a test, and not run as one:
//   STREAMIT_SCREENSHOTS=FOLDER npx playwright test screenshots

import { join } from 'node:path';
import { BROWSER_FLAGS, PRETENDED_DEVICES, SOUND_WITHOUT_A_TAP, chromiumPath } from './lib/browser';
import type { Account } from './lib/api';
import type { Encoder } from './lib/encoder';
import { OUTAGE, expect, test, type Page } from './lib/test';
import { composer, log, write } from './lib/chat';
import { testWithMail } from './lib/mail';
import { expectMovingPicture } from './lib/player';

const FOLDER = process.env.STREAMIT_SCREENSHOTS ?? 'screenshots';
const SIZES = [{ width: 390, height: 844 }, { width: 1280, height: 800 }, { width: 1920, height: 1080 }];

test.use({
  launchOptions: { executablePath: chromiumPath(), args: [...BROWSER_FLAGS, SOUND_WITHOUT_A_TAP, ...PRETENDED_DEVICES] },
});

/** `below`: with what is below the window. `before`: what is done on the page anew before each picture. */
interface Way {
  below?: boolean;
  before?: () => Promise<void>;
}

/** What one sees first, unless `way` says otherwise. */
async function shoot(page: Page, name: string, { below = false, before }: Way = {}): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    // What is on its way from one place to another when the size changes is not what people see.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await before?.();
      await page.evaluate((below) => (below && scrollTo(0, 0), document.fonts.ready), below);
      await page.screenshot({ path: join(FOLDER, `${name}-${size.width}-${colorScheme}.png`), fullPage: below });
    }
  }
}

test('@screenshots analytics', async ({ visit, newCreator, newUser, whip, demo, installation, problems }) => {
  test.setTimeout(600_000);
  problems.expect(...OUTAGE);
  const baker = await newCreator('baker');
  const analytics = (as: Account, path = '') => visit(`/dashboard/analytics${path}`, { as });
  const newest = async (as: Account) => {
    const { items } = await as.call<{ items: { id: string }[] }>('GET', '/api/analytics/broadcasts');
    return items[0].id;
  };
  await shoot(await analytics(baker), 'analytics-none');
  await shoot(await analytics(demo, '?days=90'), 'analytics-quarter', { below: true });
  await shoot(await analytics(demo, '?days=7&order=messages'), 'analytics-week');
  const nothing = await analytics(demo, '?from=2020-01-01&to=2020-01-07');
  await shoot(nothing, 'analytics-quiet');
  await shoot(await analytics(demo, '?from=2020-02-01&to=2020-01-07'), 'analytics-wrong');
  const report = await analytics(demo, `/${await newest(demo)}`);
  await shoot(report, 'analytics-report', { below: true });
  await report.locator('.moment').first().focus();
  await shoot(report, 'analytics-report-moment');
  await report.getByText('Show as a table').click();
  await shoot(report, 'analytics-report-table', { below: true });

  await baker.setTitle('Eine sehr lange Überschrift, die auf keine Zeile passt, mit 🥖🎥 und مرحبا بالعالم – und dann noch etwas mehr');
  const viewer = await newUser();
  const dashboard = await visit('/dashboard/streams', { as: baker });
  const encoder = await whip(await baker.makeKey('whip'));
  await expectMovingPicture(await visit('/watch/baker', { as: viewer }));
  await viewer.say('baker', 'Hello');
  await baker.setTitle('مرحبا بالعالم: خبز وجبن 🧀');
  await baker.changeChat({ slowModeSeconds: 10 });
  const live = await analytics(baker, `/${await newest(baker)}`);
  await shoot(live, 'analytics-live', { below: true });
  await encoder.stop();
  await expect(dashboard.getByText('Your last broadcast')).toBeVisible();
  await shoot(dashboard, 'dashboard-last-broadcast');
  await shoot(await analytics(baker), 'analytics-one', { below: true });
  const failing = await analytics(demo, '?days=30');
  await installation.stopApp();
  await failing.getByRole('link', { name: '7 days' }).click();
  await expect(failing.getByRole('button', { name: 'Try again' }).first()).toBeVisible();
  await shoot(failing, 'analytics-failing');
  await installation.startApp();
});

testWithMail('@screenshots a forgotten password, and who did what', async ({ visit, mail, admin, newCreator }) => {
  test.setTimeout(300_000);
  const ada = await newCreator('ada');
  const forgot = await visit('/forgot');
  await shoot(forgot, 'forgot');
  await forgot.getByLabel('Username or email').fill('ada');
  await forgot.getByRole('button', { name: 'Mail me a link' }).click();
  await shoot(forgot, 'forgot-sent');
  const link = new URL(await mail.link(0));
  const reset = await visit(link.pathname + link.search);
  await shoot(reset, 'reset');
  await reset.getByLabel('New password').fill('short');
  await reset.getByRole('button', { name: 'Set password' }).click();
  await expect(reset.locator('.field-error')).toBeVisible();
  await shoot(reset, 'reset-failed');
  await shoot(await visit('/admin/audit', { as: admin }), 'audit');
  await shoot(await visit('/account', { as: ada }), 'account-history', { below: true });
});

test('@screenshots', async ({ visit, admin, newCreator, newUser, whip, installation, problems }) => {
  test.setTimeout(600_000);
  problems.expect(...OUTAGE);
  const ada = await newCreator('ada');
  const long = await newCreator('a_name_of_thirty_characters_ok');
  await ada.setTitle('Baking bread, live: sourdough from start to finish');
  await long.setTitle('Eine sehr lange Überschrift, die auf keine Zeile passt, mit 🥖🎥 und مرحبا بالعالم – und dann noch etwas mehr');
  const applicant = await newUser('applicant');
  await applicant.apply('I bake bread every Sunday and would like to show how.\n\nMy neighbours want to watch.');
  const rejected = await newUser('rejected');
  await admin.decide((await rejected.apply('Please?')).id, 'reject', 'Tell us more about what you want to show.');
  const guest = async (path: string) => visit(path);
  const signedIn = (path: string, as: Account) => visit(path, { as });

  await shoot(await guest('/'), 'home-nobody-live');
  await shoot(await guest('/signup'), 'signup');
  await shoot(await guest('/login'), 'login');
  await shoot(await guest('/no-such-page'), 'not-found');
  await shoot(await guest('/watch/ada'), 'watch-offline');
  const failing = await guest('/login');
  await failing.getByLabel('Username or email').fill('nobody');
  await failing.getByLabel('Password').fill('wrong password');
  await failing.getByRole('button', { name: 'Sign in' }).click();
  await expect(failing.getByRole('alert').filter({ hasText: /./ })).toBeVisible();
  await shoot(failing, 'login-failed');

  await shoot(await signedIn('/apply', await newUser('newcomer')), 'apply');
  await shoot(await signedIn('/apply', applicant), 'apply-pending');
  await shoot(await signedIn('/apply', rejected), 'apply-rejected');
  const account = await signedIn('/account', ada);
  await shoot(account, 'account', { below: true });
  await account.getByLabel('Current password').fill('not this one');
  await account.getByLabel('New password').fill('another battery staple');
  await account.getByRole('button', { name: 'Change password' }).click();
  await expect(account.locator('.field-error')).toBeVisible();
  await shoot(account, 'account-failed', { below: true });
  await account.getByRole('button', { name: 'Delete account…' }).click();
  await shoot(account, 'account-delete');
  await shoot(await signedIn('/admin', admin), 'admin', { below: true });
  await shoot(await signedIn('/admin?status=APPROVED', admin), 'admin-approved');
  await shoot(await signedIn('/dashboard/streams', await newCreator('beginner')), 'dashboard-guide');
  await dashboardOffline(await signedIn('/dashboard/streams', ada));
  await shoot(await signedIn('/dashboard/keys', ada), 'keys-none');

  const key = await ada.makeKey('whip');
  const keys = await signedIn('/dashboard/keys', ada);
  await shoot(keys, 'keys');
  await keys.getByRole('button', { name: 'Make a new key' }).click();
  await shoot(keys, 'keys-question');
  await keys.keyboard.press('Escape');
  const menu = await signedIn('/', ada);
  await menu.getByRole('button', { name: /Account menu/ }).click();
  await shoot(menu, 'home-menu');

  const dashboard = await signedIn('/dashboard/streams', ada);
  await rehearsal(ada, dashboard, () => whip(key));
  const watch = await guest('/watch/ada');
  await whip(key);
  const other = await whip(await long.makeKey('whip'));
  await Promise.all([dashboard, watch].map((page) => expectMovingPicture(page)));
  await shoot(dashboard, 'dashboard-live', { below: true });
  await dashboard.getByRole('button', { name: 'Earlier titles' }).click();
  await dashboard.getByRole('switch', { name: 'Followers only' }).click();
  await shoot(dashboard, 'dashboard-live-open');
  await ada.changeChat({ isChatFollowersOnly: false });
  await shoot(watch, 'watch-live');
  await watch.keyboard.press('t');
  await expect(watch.locator('.player-delay')).toBeAttached();
  await watch.locator('.player').hover();
  await shoot(watch, 'watch-theatre');
  await watch.keyboard.press('t');
  await chats(ada, visit, newUser);
  await shoot(keys, 'keys-live');
  await shoot(await guest(`/watch/${long.username}`), 'watch-long-title');
  await shoot(await guest('/'), 'home-live');
  await shoot(await guest('/?search=nothing+at+all'), 'home-nothing-found');
  await shoot(await guest('/?search=a'), 'home-found');
  await other.stop();
  await expect((await guest(`/watch/${long.username}`)).locator('.badge').first()).toHaveAttribute('data-status', 'offline');
  await shoot(await guest('/'), 'home-live-and-recent');
  await installation.stopApp();
  await expect(watch.locator('.status-line-reconnecting')).toBeVisible();
  await shoot(watch, 'watch-server-away');
  await installation.startApp();
});

/** What can be done before an encoder is there. */
async function dashboardOffline(page: Page): Promise<void> {
  await shoot(page, 'dashboard-offline', { below: true });
  const thumbnail = page.getByRole('region', { name: 'Thumbnail' });
  await thumbnail.getByLabel('Choose a picture').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('?') });
  await expect(thumbnail.getByRole('alert')).not.toBeEmpty();
  await shoot(page, 'dashboard-thumbnail-failed', { below: true });
  await thumbnail.getByLabel('Choose a picture').setInputFiles({ name: 'page.png', mimeType: 'image/png', buffer: await page.screenshot() });
  await expect(thumbnail.locator('img[data-shown]')).toBeVisible();
  const browser = page.getByRole('region', { name: 'Go live from this browser' });
  await browser.getByRole('button', { name: 'Preview' }).click();
  await expect(browser).toHaveAttribute('data-stage', 'previewing');
  await shoot(page, 'dashboard-choosing', { below: true });
  await thumbnail.getByRole('button', { name: 'Save picture' }).click();
  await browser.getByRole('button', { name: 'Cancel' }).click();
  await expect(thumbnail.locator('.thumbnail-picture img')).toBeVisible();
}

/** Before anybody sees it, and after it was ended for good. */
async function rehearsal(creator: Account, dashboard: Page, start: () => Promise<Encoder>): Promise<void> {
  await creator.call('POST', '/api/stream/rehearsal', { enabled: true });
  const encoder = await start();
  await expectMovingPicture(dashboard);
  await shoot(dashboard, 'dashboard-rehearsal');
  await dashboard.getByRole('button', { name: 'Go live', exact: true }).click();
  await shoot(dashboard, 'dashboard-go-live');
  await dashboard.keyboard.press('Escape');
  await creator.call('POST', '/api/stream/end');
  await encoder.stop();
  await expect(dashboard.getByText('You ended your stream.')).toBeVisible();
  await shoot(dashboard, 'dashboard-ended');
  await creator.call('POST', '/api/stream/resume');
  await creator.call('POST', '/api/stream/rehearsal', { enabled: false });
}

/** The chat in its states, on the page of somebody who is live. */
async function chats(
  creator: Account,
  visit: (path: string, options?: { as?: Account }) => Promise<Page>,
  newUser: (name?: string) => Promise<Account>,
): Promise<void> {
  const path = `/watch/${creator.username}`;
  const [bob, mo, rude] = [await newUser('bob'), await newUser('moderator_mo'), await newUser('rude')];
  const viewer = await visit(path, { as: bob });
  await shoot(viewer, 'chat-empty');
  await creator.addModerator(mo.username);
  await bob.say(creator.username, 'Hello from Leipzig! Which flour is that?');
  await mo.say(creator.username, 'Be kind, and have fun 🥖');
  await rude.say(creator.username, 'Something rude');
  await bob.say(creator.username, 'https://example.org/recipes/sourdough?step=4 has it, I think. مرحبا بالعالم');
  await creator.say(creator.username, 'Type 1050, from the mill in town.');
  await rude.say(creator.username, 'x'.repeat(120) + ' 👨‍👩‍👧 ' + 'Donaudampfschifffahrtsgesellschaft '.repeat(8));
  const lines = await mo.call<{ items: { id: string; text: string }[] }>('GET', `/api/chat/messages?username=${creator.username}`);
  const first = lines.items.find(({ text }) => text === 'Something rude')!;
  await mo.call('DELETE', `/api/chat/messages?id=${first.id}`);
  await expectMovingPicture(viewer);
  await shoot(viewer, 'chat-full');
  const guest = await visit(path);
  await shoot(guest, 'chat-guest');
  const moderator = await visit(path, { as: mo });
  await log(moderator).getByRole('button', { name: 'Actions for the message of rude' }).last().click();
  await moderator.getByRole('button', { name: 'Moderation' }).click();
  await moderator.getByRole('button', { name: 'Recent actions' }).click();
  await shoot(moderator, 'chat-moderator');
  await mo.ban(creator.username, rude.username, 600);
  await shoot(await visit(path, { as: rude }), 'chat-timed-out');
  await creator.changeChat({ isChatDelayed: true, chatDelaySeconds: 6 });
  await write(viewer, 'Held for six seconds');
  await shoot(viewer, 'chat-held');
  await creator.changeChat({ isChatDelayed: false, slowModeSeconds: 60 });
  await viewer.waitForTimeout(2_500);
  await write(viewer, 'A second one');
  await composer(viewer).fill('x'.repeat(480));
  await shoot(viewer, 'chat-slow-mode');
  await creator.changeChat({ slowModeSeconds: 0, isChatFollowersOnly: true });
  await shoot(viewer, 'chat-followers-only');
  await creator.changeChat({ isChatFollowersOnly: false, isChatEnabled: false });
  await shoot(viewer, 'chat-off');
  await creator.changeChat({ isChatEnabled: true });
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await expectMovingPicture(dashboard);
  for (const name of ['Banned and timed out', 'Moderators', 'Blocked words', 'Recent actions']) {
    await dashboard.getByRole('button', { name }).click();
  }
  await dashboard.getByRole('switch', { name: /^Delay/ }).click();
  await shoot(dashboard, 'dashboard-chat');
  const opener = dashboard.getByRole('button', { name: 'Chat', exact: true });
  // It closes where the window has room for the chat, and has to be opened again where it has none.
  const before = async () => {
    if (await opener.isVisible()) await opener.click();
  };
  await shoot(dashboard, 'dashboard-chat-sheet', { before });
}
