// A browser that lets no sound out before somebody has touched the page.

import { passes } from './lib/accessibility';
import { BROWSER_FLAGS, chromiumPath } from './lib/browser';
import { expect, rememberConnections, test } from './lib/test';
import { expectMovingPicture, expectSound } from './lib/player';

test.use({
  launchOptions: {
    executablePath: chromiumPath(),
    args: [...BROWSER_FLAGS, '--autoplay-policy=document-user-activation-required'],
  },
});

// Says on the console what the player shows. Playwright must not look into the page itself before the tap: whatever it
// evaluates there counts as a touch.
function tellPhases(): void {
  document.addEventListener('DOMContentLoaded', () => {
    const player = document.querySelector<HTMLElement>('.player')!;
    const tell = () => console.log(`phase ${player.dataset.phase}`);
    new MutationObserver(tell).observe(player, { attributeFilter: ['data-phase'] });
  });
}

test('the picture starts, and a tap brings the sound', async ({ browser, baseURL, creator, rtmp, problems }) => {
  rtmp(await creator.makeKey('rtmp'));
  await expect.poll(async () => (await creator.status()).isLive).toBe(true);
  const context = await browser.newContext({ baseURL });
  problems.watch(context);
  await context.addInitScript(rememberConnections);
  await context.addInitScript(tellPhases);
  const watch = await context.newPage();
  const needsTap = watch.waitForEvent('console', { predicate: (message) => message.text() === 'phase needs-tap' });
  await watch.goto(`/watch/${creator.username}`);
  await needsTap;

  const tap = watch.getByRole('button', { name: 'Tap for sound' });
  await expect(tap).toBeVisible();
  await expectMovingPicture(watch, { phase: 'needs-tap' });
  await passes(watch, 'a player that waits for a tap');
  await tap.click();
  await expect(tap).toBeHidden();
  await expectMovingPicture(watch);
  await expectSound(watch, { isHeard: true });
  await context.close();
});
