// Becoming a creator: somebody applies, an admin decides, and the applicant's open page follows.

import { passes, passesOnTelephone } from './lib/accessibility';
import { alive, expect, test } from './lib/test';

const send = 'Send application';

test('an approval unlocks the open page of the applicant', async ({ visit, newUser, admin }) => {
  const user = await newUser();
  const applicant = await visit('/dashboard/streams', { as: user });
  await expect(applicant).toHaveURL(/\/apply$/);
  await applicant.getByLabel('What do you want to stream?').fill('Bread, every Sunday.\n<script>alert(1)</script>');
  await applicant.getByRole('button', { name: send }).click();
  await expect(applicant.getByText('Your application is in.')).toBeVisible();
  let loads = 0;
  applicant.on('load', () => (loads += 1));

  const page = await visit('/admin', { as: admin });
  const card = page.locator(`.application[data-username="${user.username}"]`);
  await expect(card).toContainText('<script>alert(1)</script>');
  await card.getByRole('button', { name: 'Review' }).click();
  await expect(applicant.getByText('Somebody is reading your application.')).toBeVisible();
  await page.getByRole('link', { name: 'Under review' }).click();
  await card.getByRole('button', { name: 'Approve' }).click();

  await expect(applicant.getByRole('heading', { name: "You're approved" })).toBeVisible();
  await applicant.getByRole('button', { name: /Account menu/ }).click();
  await expect(applicant.getByRole('link', { name: 'Dashboard' })).toBeVisible();
  await applicant.keyboard.press('Escape');
  await applicant.getByRole('link', { name: 'Get your stream key' }).click();
  await expect(applicant.getByRole('button', { name: 'Make a key' })).toBeVisible();
  expect(loads, 'without loading the page again').toBe(0);
});

test('a rejection tells its reason, and who was rejected applies again', async ({ visit, newUser, admin }) => {
  const user = await newUser();
  const first = 'Please? </textarea><b>&lt;3</b>\nWoodwork.';
  await user.apply(first);
  const applicant = await visit('/apply', { as: user });
  await expect(applicant.getByText('Your application is in.')).toBeVisible();

  const page = await visit('/admin', { as: admin });
  const card = page.locator(`.application[data-username="${user.username}"]`);
  await card.getByText('Reject…').click();
  await card.getByLabel('Reason').fill('Tell us more about it.');
  await passes(page, 'the reason for a rejection');
  await passesOnTelephone(page, 'the reason for a rejection');
  await card.getByRole('button', { name: 'Reject' }).click();
  await expect(card).toHaveCount(0);

  await expect(applicant.getByText('You are not approved.')).toBeVisible();
  await expect(applicant.getByText('Tell us more about it.')).toBeVisible();
  // What was written is there to go on from, when it is told as when it is opened.
  const about = applicant.getByLabel('What do you want to stream?');
  await expect(about).toHaveValue(first);
  await applicant.reload();
  await alive(applicant);
  await expect(about).toHaveValue(first);
  await about.fill('Woodwork, with hand tools only.');
  await applicant.getByRole('button', { name: send }).click();
  await expect(applicant.getByText('Your application is in.')).toBeVisible();
  await expect(applicant.getByText('Tell us more about it.')).toBeHidden();
  await expect(user.apply()).rejects.toThrow(/^409/);

  await page.reload();
  await expect(card).toContainText('Woodwork');
});

test('what is wrong with a decision is said above no other list', async ({ visit, newUser, admin, problems }) => {
  problems.expect(/status of 422/, /422 for POST .*\/api\/admin\/applications/);
  const user = await newUser();
  await user.apply();
  const page = await visit('/admin', { as: admin });
  const card = page.locator(`.application[data-username="${user.username}"]`);
  await card.getByText('Reject…').click();
  // As white space is to the browser.
  await card.getByLabel('Reason').fill(' ');
  await card.getByRole('button', { name: 'Reject' }).click();
  const wrong = page.getByRole('alert').filter({ hasText: /./ });
  await expect(wrong).toHaveCount(1);
  await page.getByRole('link', { name: 'Approved', exact: true }).click();
  await expect(page).toHaveURL(/status=APPROVED/);
  await expect(wrong).toHaveCount(0);
});

test('a reason stays with whom it is about, and a double click decides on one', async ({ visit, newUser, admin }) => {
  const users = [await newUser(), await newUser(), await newUser()];
  for (const user of users) await user.apply();
  const page = await visit('/admin', { as: admin });
  const [first, second, third] = users.map(({ username }) => page.locator(`.application[data-username="${username}"]`));
  await second.getByText('Reject…').click();
  await second.getByLabel('Reason').fill('Spam.');
  await first.getByRole('button', { name: 'Review' }).dblclick();
  await expect(first).toHaveCount(0);
  await expect(second.getByLabel('Reason')).toHaveValue('Spam.');
  await second.getByRole('button', { name: 'Reject' }).click();
  await expect(second).toHaveCount(0);
  await expect(third.getByLabel('Reason')).toBeHidden();
  await expect(third.getByLabel('Reason')).toHaveValue('');
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
});

test('a revocation ends the stream, deletes the key and locks the dashboard', async ({ visit, newUser, admin, whip }) => {
  const user = await newUser();
  const { id } = await user.apply();
  await admin.decide(id, 'approve');
  const watch = await visit(`/watch/${user.username}`);
  await whip(await user.makeKey('whip'));
  await expect(watch.locator('.badge').first()).toHaveAttribute('data-status', 'live');

  const page = await visit('/admin?status=APPROVED', { as: admin });
  const card = page.locator(`.application[data-username="${user.username}"]`);
  await card.getByText('Revoke…').click();
  await card.getByLabel('Reason').fill('Not what was agreed.');
  await card.getByRole('button', { name: 'Revoke' }).click();
  await expect(card).toHaveCount(0);

  await expect(watch.locator('.badge[data-status="live"]')).toHaveCount(0);
  await expect(user.makeKey('whip')).rejects.toThrow('403');
  const locked = await visit('/dashboard/streams', { as: user });
  await expect(locked).toHaveURL(/\/apply$/);
  await expect(locked.getByText('Not what was agreed.')).toBeVisible();
});

test('who is not signed in goes to sign in, and back', async ({ visit, creator }) => {
  const page = await visit('/dashboard/keys');
  await expect(page).toHaveURL(/\/login\?next=%2Fdashboard%2Fkeys$/);
  await page.getByLabel('Username or email').fill(creator.username);
  await page.getByLabel('Password').fill('not this one, but long');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /./ }).first()).toBeVisible();
  await page.getByLabel('Password').fill(creator.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/dashboard\/keys$/);
  await expect(page.getByRole('button', { name: 'Make a key' })).toBeVisible();
});

test('the admin page does not exist for others', async ({ visit, creator }) => {
  const page = await visit('/admin', { as: creator });
  await expect(page.getByRole('heading', { name: 'Creator applications' })).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText("There is nothing at this address");
});

test('other sign-ins are listed and ended', async ({ visit, newUser }) => {
  const user = await newUser();
  const other = await visit('/login');
  await other.getByLabel('Username or email').fill(user.username);
  await other.getByLabel('Password').fill(user.password);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('button', { name: /Account menu/ })).toBeVisible();

  const page = await visit('/account', { as: user });
  const rows = page.getByRole('listitem').filter({ hasText: 'last seen' });
  await expect(rows).toHaveCount(2);
  await page.getByRole('button', { name: /^Sign out Chrome/ }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('This one');
  await other.goto('/account');
  await expect(other).toHaveURL(/\/login/);
});
