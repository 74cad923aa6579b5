// What admins see of an installation beside applications: who has an account, and how its parts are. That one without
// LiveKit says so is in without-livekit.spec.ts.

import { expect, test } from './lib/test';

test('an admin finds an account, and sees that it is live', async ({ visit, admin, creator, newUser, whip }) => {
  const user = await newUser();
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  const page = await visit('/admin', { as: admin });
  const users = page.getByRole('region', { name: 'Users' });
  const row = (name: string) => users.locator(`[data-user="${name}"]`);
  // The newest first.
  await expect(users.locator('[data-user]').first()).toHaveAttribute('data-user', user.username);
  await expect(row(creator.username)).toContainText('Creator');
  await expect(row(creator.username).locator('.badge')).toHaveAttribute('data-status', 'live');
  await expect(row(user.username)).not.toContainText('Creator');
  await expect(users).not.toContainText('@example.org');

  await users.getByLabel('Find an account').fill(creator.username.toUpperCase());
  await users.getByRole('button', { name: 'Find' }).click();
  await expect(row(creator.username)).toHaveCount(1);
  await expect(row(user.username)).toHaveCount(0);
  // What is looked for here is not what the top of the page looks for.
  await expect(page.getByRole('searchbox')).toHaveValue('');
  await users.getByRole('link', { name: `What ${creator.username} did` }).click();
  await expect(page.locator('.audit [data-action="KEY_MADE"]').first()).toBeVisible();
});

test('the field says what a list shows, also when somebody goes back', async ({ visit, admin, creator }) => {
  const log = await visit(`/admin/audit?username=${creator.username}`, { as: admin });
  const account = log.getByLabel('Of one account');
  await expect(account).toHaveValue(creator.username);
  await log.getByRole('link', { name: 'Show all' }).click();
  await expect(log).toHaveURL(/\/admin\/audit$/);
  await expect(account).toHaveValue('');
  await log.goBack();
  await expect(account).toHaveValue(creator.username);

  const page = await visit(`/admin?user=${creator.username}`, { as: admin });
  const found = page.getByRole('region', { name: 'Users' }).locator('[data-user]');
  await page.getByRole('link', { name: 'Approved', exact: true }).click();
  await expect(page).toHaveURL(`/admin?status=APPROVED&user=${creator.username}`);
  await expect(page.getByLabel('Find an account')).toHaveValue(creator.username);
  await expect(found).toHaveCount(1);
});

test('an admin sees how the parts are', async ({ visit, admin, creator, whip }) => {
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  const page = await visit('/admin', { as: admin });
  const health = page.getByRole('region', { name: 'Health' });
  const expectAll = async () => {
    for (const part of ['database', 'livekit', 'ingress', 'webhooks', 'storage']) {
      await expect(health.locator(`[data-part="${part}"]`)).toHaveAttribute('data-state', 'ok');
    }
    await expect(health.locator('[data-part="mail"]')).toHaveAttribute('data-state', 'notSetUp');
    await expect(health.locator('[data-part="mail"]')).toContainText('STREAMIT_SMTP_URL');
  };
  await expectAll();
  const answered = page.waitForResponse((answer) => answer.url().includes('/api/admin/health?again=true'));
  await health.getByRole('button', { name: 'Look again' }).click();
  expect((await answered).status()).toBe(200);
  await expect(health.getByRole('status')).toHaveText('Looked again.');
  await expectAll();
});

test('users and parts read without scripts', async ({ visit, admin, creator, newUser }) => {
  const user = await newUser();
  const page = await visit('/admin', { as: admin, javaScriptEnabled: false });
  await expect(page.locator('[data-part="database"]')).toContainText('OK');
  await page.getByLabel('Find an account').fill(creator.username);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(page.locator(`[data-user="${creator.username}"]`)).toBeVisible();
  await expect(page.locator(`[data-user="${user.username}"]`)).toHaveCount(0);
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page).toHaveURL(/look=again/);
  await expect(page.locator(`[data-user="${creator.username}"]`)).toBeVisible();
  await expect(page.locator(`[data-user="${user.username}"]`)).toHaveCount(0);
  await page.getByRole('link', { name: 'Show all' }).click();
  await expect(page.locator(`[data-user="${user.username}"]`)).toBeVisible();
});
