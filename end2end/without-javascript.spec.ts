// What works as plain forms and pages: signing up, in and out, applying, deciding, reading.

import { expect, test } from './lib/test';

const noScript = { javaScriptEnabled: false } as const;

test('somebody signs up, applies, signs out and in, and an admin decides', async ({ visit, admin, newUser }) => {
  // Only so that this is not the first account.
  await newUser();
  const name = `plain_${Date.now().toString(36)}`;
  const password = 'correct horse battery';
  const page = await visit('/apply', noScript);
  await expect(page).toHaveURL(/\/login\?next=%2Fapply$/);
  await page.getByRole('link', { name: 'Make an account' }).click();

  await test.step('sign up', async () => {
    await page.getByLabel('Username').fill(name);
    await page.getByLabel('Email').fill(`${name}@example.org`);
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await expect(page.locator('.field-error')).toContainText('10');
    expect(page.url()).not.toContain('short');
    await expect(page.getByLabel('Username')).toHaveValue(name);
    await expect(page.getByLabel('Email')).toHaveValue(`${name}@example.org`);
    await expect(page.getByLabel('Password')).toHaveValue('');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await expect(page).toHaveURL(/\/apply$/);
  });
  await test.step('apply', async () => {
    await page.getByLabel('What do you want to stream?').fill('Knitting.');
    await page.getByRole('button', { name: 'Send application' }).click();
    await expect(page.getByText('Your application is in.')).toBeVisible();
  });
  await test.step('sign out', async () => {
    await page.goto('/account');
    await page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true }).first().click();
    await page.goto('/account');
    await expect(page).toHaveURL(/\/login/);
  });
  await test.step('sign in', async () => {
    await page.getByLabel('Username or email').fill(name);
    await page.getByLabel('Password').fill('not this one, but long');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert').filter({ hasText: /./ })).toBeVisible();
    expect(decodeURIComponent(page.url())).not.toContain('not this one');
    await expect(page.getByLabel('Username or email')).toHaveValue(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(/\/account$/);
  });
  await test.step('an admin rejects, then approves', async () => {
    const decide = await visit('/admin', { as: admin, ...noScript });
    const card = decide.locator(`.application[data-username="${name}"]`);
    await card.getByText('Reject…').click();
    await card.getByLabel('Reason').fill('What kind of knitting?');
    await card.getByRole('button', { name: 'Reject' }).click();
    await expect(card).toHaveCount(0);

    await page.goto('/apply');
    await expect(page.getByText('What kind of knitting?')).toBeVisible();
    await expect(page.getByLabel('What do you want to stream?')).toHaveValue('Knitting.');
    await page.getByLabel('What do you want to stream?').fill('Knitting, socks.');
    await page.getByRole('button', { name: 'Send application' }).click();

    await decide.goto('/admin');
    await card.getByRole('button', { name: 'Approve' }).click();
    await expect(card).toHaveCount(0);
    await page.goto('/apply');
    await expect(page.getByRole('heading', { name: "You're approved" })).toBeVisible();
  });
});

test('every public page reads without scripts', async ({ visit, creator }) => {
  await creator.setTitle('Read without scripts');
  const page = await visit(`/watch/${creator.username}`, noScript);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Read without scripts');
  await expect(page.getByText(`${creator.username} is not live`)).toBeVisible();
  await page.goto('/');
  await expect(page.getByRole('main')).toContainText(/Live now|Nobody is live/);
  await page.getByRole('searchbox').fill(creator.username);
  await page.getByRole('searchbox').press('Enter');
  await expect(page.getByRole('link', { name: /Read without scripts/ })).toBeVisible();
});

test('a live chat reads without scripts, and following is a form', async ({ visit, creator, newUser, whip }) => {
  await whip(await creator.makeKey('whip'));
  await expect.poll(async () => (await creator.status()).status).toBe('live');
  const bob = await newUser();
  await bob.say(creator.username, 'Read me <b>plainly</b>');
  const page = await visit(`/watch/${creator.username}`, { as: bob, ...noScript });
  await expect(page.getByText('Read me <b>plainly</b>')).toBeVisible();
  await expect(page.getByText('Writing messages needs JavaScript.')).toBeVisible();
  await expect(page.getByText('Watching the stream needs JavaScript.')).toBeVisible();
  // That is for who has scripts, and no program.
  await expect(page.locator('.program-line')).toBeHidden();
  await page.getByRole('button', { name: 'Follow' }).click();
  // Back on the page that the form stands on; leptos leaves an empty query behind.
  await expect(page).toHaveURL(new RegExp(`/watch/${creator.username}\\??$`));
  await expect(page.locator('[data-followers]')).toHaveText('1');
  await page.getByRole('button', { name: 'Unfollow' }).click();
  await expect(page.locator('[data-followers]')).toHaveText('0');
});
