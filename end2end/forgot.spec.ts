// A forgotten password: a link by mail, used with scripts and without; and what the page says where there is no mail.

import { passes } from './lib/accessibility';
import { Account } from './lib/api';
import { testWithMail } from './lib/mail';
import { alive, expect, reload, test, type Page } from './lib/test';

const NEW = 'four entirely unrelated words';

async function askFor(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Username or email').fill(login);
  await page.getByRole('button', { name: 'Mail me a link' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'a link is on its way' })).toBeVisible();
}

for (const javaScriptEnabled of [true, false]) {
  testWithMail(`a link in a mail leads to a new password, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async ({ visit, mail, installation }) => {
    const bob = await Account.signUp(installation.url, 'bob');
    const page = await visit('/login', { javaScriptEnabled });
    // What a form without scripts leads to is the same page.
    const passesAxe = async (state: string) => {
      if (javaScriptEnabled) await passes(page, state);
    };
    if (javaScriptEnabled) await alive(page);
    await askFor(page, bob.username);
    await passesAxe('a link that was asked for');
    await page.goto(await mail.link(0));
    if (javaScriptEnabled) await alive(page);
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Set password' }).click();
    await expect(page.locator('.field-error')).toContainText('10 to 200 characters');
    await passesAxe('a new password that is too short');
    await page.getByLabel('New password').fill(NEW);
    await page.getByRole('button', { name: 'Set password' }).click();
    await expect(page).toHaveURL(/\/login\?reset=yes$/);
    await expect(page.getByText('Your new password is set.')).toBeVisible();
    await page.getByLabel('Username or email').fill(bob.username);
    await page.getByLabel('Password').fill(NEW);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(/\/$/);

    await page.goto(await mail.link(0));
    if (javaScriptEnabled) await alive(page);
    await page.getByLabel('New password').fill(`${NEW}, again`);
    await page.getByRole('button', { name: 'Set password' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'This link was used already' })).toBeVisible();
    await passesAxe('a link that was used already');
    await page.getByRole('link', { name: 'Ask for a new one' }).click();
    await expect(page.getByRole('button', { name: 'Mail me a link' })).toBeVisible();
  });
}

testWithMail('whoever is signed in as somebody else reads that the new password is set, and signs in', async ({ visit, mail, installation }) => {
  const [ann, bob] = [await Account.signUp(installation.url, 'ann'), await Account.signUp(installation.url, 'bob')];
  const asking = await visit('/login');
  await askFor(asking, bob.username);
  const page = await visit(await mail.link(0), { as: ann });
  await alive(page);
  await page.getByLabel('New password').fill(NEW);
  await page.getByRole('button', { name: 'Set password' }).click();
  await expect(page.getByText('Your new password is set.')).toBeVisible();
  await reload(page);
  await expect(page.getByText('Your new password is set.')).toBeVisible();
  await page.getByLabel('Username or email').fill(bob.username);
  await page.getByLabel('Password').fill(NEW);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole('button', { name: `Account menu of ${bob.username}` })).toBeVisible();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';
  test(`a link that is not whole has no form and leads to another, ${how} scripts`, async ({ visit }) => {
    const page = await visit('/reset?token=streamit-reset-cut', { javaScriptEnabled });
    if (javaScriptEnabled) await alive(page);
    await expect(page.getByText('The address is not whole.')).toBeVisible();
    await expect(page.getByLabel('New password')).toHaveCount(0);
    await page.getByRole('link', { name: 'Ask for a new one' }).click();
    await expect(page).toHaveURL(/\/forgot$/);
    await expect(page.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible();
  });
}

test('without mail the page says who can help', async ({ visit }) => {
  const page = await visit('/forgot');
  await alive(page);
  await expect(page.getByText('streamit user password NAME')).toBeVisible();
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Forgot your password?' })).toHaveCount(0);
});

test('an admin reads who did what, and an owner what happened to their account', async ({ visit, admin, creator }) => {
  await creator.makeKey('rtmp');
  const page = await visit('/admin', { as: admin });
  await alive(page);
  await page.getByRole('link', { name: 'Audit log' }).click();
  await expect(page.locator('.audit [data-action="KEY_MADE"]').first()).toContainText(`by ${creator.username}`);
  await page.getByLabel('Of one account').fill(creator.username);
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page.locator('.audit [data-action]').last()).toHaveAttribute('data-action', 'ACCOUNT_MADE');
  await passes(page, 'the audit log of one account');
  const own = await visit('/account', { as: creator });
  await alive(own);
  const history = own.getByRole('region', { name: 'What happened to your account' });
  await expect(history.locator('[data-action="KEY_MADE"]')).toHaveCount(1);
  await passes(own, 'an account and its history');
});
