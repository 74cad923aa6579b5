// Going live from the browser: a pretended camera, microphone and screen, the real LiveKit, and viewers who see and
// hear them.

import { passes, passesOnTelephone } from './lib/accessibility';
import { chromiumPath, BROWSER_FLAGS, PRETENDED_DEVICES, SOUND_WITHOUT_A_TAP } from './lib/browser';
import { PUT_OUT, expect, reload, test, type Page } from './lib/test';
import {
  expectMovingPicture,
  expectOffline,
  expectPaused,
  expectSound,
  expectStatus,
  player,
  pretendWindow,
  recordStatus,
  viewers,
} from './lib/player';

test.use({
  launchOptions: {
    executablePath: chromiumPath(),
    args: [...BROWSER_FLAGS, SOUND_WITHOUT_A_TAP, ...PRETENDED_DEVICES],
  },
});
test.describe.configure({ timeout: 150_000 });

const panel = (page: Page) => page.getByRole('region', { name: 'Go live from this browser' });
const press = (page: Page, name: string) => panel(page).getByRole('button', { name }).click();
const stage = (page: Page, name: string) => expect(panel(page)).toHaveAttribute('data-stage', name, { timeout: 30_000 });

/** What was chosen last is captured: another picture can be chosen. */
const changed = (page: Page) => expect(panel(page).getByRole('button', { name: 'Camera' })).toBeEnabled();

async function goLive(page: Page): Promise<void> {
  await press(page, 'Preview');
  await stage(page, 'previewing');
  await press(page, 'Go live now');
  await stage(page, 'on-air');
}

/** The player of the dashboard; it plays only while it is in sight. */
async function expectOwnPicture(page: Page): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  await expectMovingPicture(page);
}

/** The picture in the panel moves. */
async function expectPreview(page: Page): Promise<void> {
  const time = () => panel(page).locator('video').evaluate((video: HTMLVideoElement) => video.videoWidth && video.currentTime);
  await expect.poll(time).toBeGreaterThan(0);
  const before = await time();
  await expect.poll(time).toBeGreaterThan(before);
}

test('preview, on air with picture and sound, and off air at once', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);

  await press(dashboard, 'Preview');
  await stage(dashboard, 'previewing');
  await expectPreview(dashboard);
  await expect(panel(dashboard).getByRole('combobox', { name: 'Camera' }).getByRole('option')).not.toHaveCount(1);
  const loudness = panel(dashboard).getByRole('meter', { name: 'Sound level' });
  await expect.poll(async () => Number(await loudness.getAttribute('aria-valuenow'))).toBeGreaterThan(-50);
  await expectOffline(watch);
  await passes(dashboard, 'a preview of what the browser would send');

  await press(dashboard, 'Go live now');
  await stage(dashboard, 'on-air');
  await Promise.all([expectStatus(dashboard, 'live'), expectStatus(watch, 'live')]);
  await Promise.all([expectOwnPicture(dashboard), expectMovingPicture(watch)]);
  await expectSound(watch, { isHeard: true });
  await expect(viewers(dashboard)).toHaveText('1');

  await press(dashboard, 'Mute microphone');
  await expect(panel(dashboard).getByRole('button', { name: 'Mute microphone' })).toHaveAttribute('aria-pressed', 'true');
  await expect(loudness).toHaveAttribute('aria-valuetext', 'No sound');
  await passes(dashboard, 'on air from the browser, muted');
  await passesOnTelephone(dashboard, 'on air from the browser, muted');
  await press(dashboard, 'Mute microphone');

  const stopping = Date.now();
  await press(dashboard, 'Stop streaming');
  await Promise.all([expectOffline(dashboard), expectOffline(watch)]);
  expect(Date.now() - stopping, 'off air at once').toBeLessThan(3_000);
  await expect(panel(dashboard).getByText('You stopped streaming.')).toBeVisible();
});

test('another picture, another microphone and none, without a moment off air', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  await goLive(dashboard);
  await expectMovingPicture(watch);
  const record = await recordStatus(watch);

  await press(dashboard, 'Screen');
  await expect(panel(dashboard).getByRole('button', { name: 'Screen' })).toHaveAttribute('aria-pressed', 'true');
  await changed(dashboard);
  await expectPreview(dashboard);
  await press(dashboard, 'Sound only');
  await expect(watch.locator('.player')).toHaveAttribute('data-phase', 'sound-only', { timeout: 30_000 });
  await passes(watch, 'a player with sound alone');
  await expectSound(watch, { isHeard: true });
  await press(dashboard, 'Camera');
  await expectMovingPicture(watch);
  const microphones = panel(dashboard).getByRole('combobox', { name: 'Microphone' });
  const last = await microphones.getByRole('option').filter({ hasNotText: 'No microphone' }).last().getAttribute('value');
  await microphones.selectOption(last);
  await changed(dashboard);
  await microphones.selectOption({ label: 'No microphone' });
  await expect(panel(dashboard).getByRole('meter')).toBeHidden();
  await changed(dashboard);
  await expectMovingPicture(watch);

  await stage(dashboard, 'on-air');
  expect(await record()).toEqual(['live']);
  await test.step('the camera goes, and with it all that there was', async () => {
    await panel(dashboard).locator('video').evaluate((video: HTMLVideoElement) => {
      (video.srcObject as MediaStream).getVideoTracks()[0].dispatchEvent(new Event('ended'));
    });
    await expect(panel(dashboard).getByText('Your camera is gone, so your stream ended.')).toBeVisible();
    await stage(dashboard, 'choosing');
    await passes(dashboard, 'a camera that is gone');
    await expectOffline(watch);
  });
});

test('by keyboard alone', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  const focusAndPress = async (name: string) => {
    await panel(page).getByRole('button', { name }).focus();
    await page.keyboard.press('Enter');
  };
  await panel(page).getByRole('button', { name: 'Camera' }).focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(panel(page).getByRole('button', { name: 'Sound only' })).toBeFocused();
  await page.keyboard.press('Space');
  await focusAndPress('Preview');
  await stage(page, 'previewing');
  // The buttons are others now, and the keyboard is still where they are.
  await expect(panel(page).locator('.browser-broadcast-buttons')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(panel(page).getByRole('button', { name: 'Go live now' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expectStatus(page, 'live');
  await stage(page, 'on-air');
  await page.keyboard.press('Tab');
  await expect(panel(page).getByRole('button', { name: 'Stop streaming' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expectOffline(page);
});

test('a list of microphones keeps the focus, and of several choices the last one holds', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await press(page, 'Preview');
  await stage(page, 'previewing');
  const microphones = panel(page).getByRole('combobox', { name: 'Microphone' });
  await expect(microphones.getByRole('option').nth(3), 'two of them, beside the first line and the last').toBeAttached();
  // A microphone that takes its time.
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const asked: ConstrainDOMString[] = [];
    let letGo = () => {};
    const isLetGo = new Promise<void>((done) => (letGo = done));
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    const getUserMedia = async (wanted: MediaStreamConstraints) => {
      const { deviceId } = wanted.audio as MediaTrackConstraints;
      asked.push((deviceId as ConstrainDOMStringParameters).exact!);
      await isLetGo;
      return real(wanted);
    };
    Object.assign(mediaDevices, { getUserMedia });
    Object.assign(globalThis, { asked, letGo });
  });
  const asked = () => page.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);

  await microphones.focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await asked()).length).toBe(1);
  const first = await microphones.inputValue();
  await expect(panel(page).getByRole('button', { name: 'Go live now' })).toBeDisabled();
  await expect(microphones).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(microphones).not.toHaveValue(first);
  const last = await microphones.inputValue();
  await page.evaluate(() => (globalThis as unknown as { letGo: () => void }).letGo());
  await changed(page);
  expect(await asked(), 'one after the other').toEqual([first, last]);
  await expect(microphones).toHaveValue(last);
  await expect(microphones).toBeFocused();
  await expect(panel(page).getByRole('button', { name: 'Go live now' })).toBeEnabled();

  await test.step('a button that is pressed keeps the focus, too', async () => {
    const picture = panel(page).getByRole('button', { name: 'Sound only' });
    await picture.press('Enter');
    await changed(page);
    await expect(picture).toHaveAttribute('aria-pressed', 'true');
    await expect(picture).toBeFocused();
  });
});

test('whoever cancels on the way on air is not on air, and neither is the next preview', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await press(page, 'Preview');
  await stage(page, 'previewing');
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const token = '**/api/stream/browser-token';
  await page.route(token, async (route) => (await held, route.continue()), { times: 1 });
  const asked = page.waitForRequest(token);
  await press(page, 'Go live now');
  await asked;
  await press(page, 'Cancel');
  await stage(page, 'choosing');
  const answered = page.waitForResponse(token);
  goOn();
  await answered;
  await press(page, 'Preview');
  await stage(page, 'previewing');
  const record = await recordStatus(page);
  await page.waitForTimeout(4_000);
  expect(await record(), 'nothing is sent').toEqual(['offline']);
});

test('a picture that could not be sent is sent when it is chosen again', async ({ visit, creator, problems }) => {
  problems.expect(/could not be sent for a test|publish/i);
  const page = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  await goLive(page);
  await expectMovingPicture(watch);
  await page.evaluate(() => {
    const real = RTCPeerConnection.prototype.addTransceiver;
    RTCPeerConnection.prototype.addTransceiver = () => {
      RTCPeerConnection.prototype.addTransceiver = real;
      throw new DOMException('could not be sent for a test', 'InvalidStateError');
    };
  });
  await press(page, 'Screen');
  await expect(panel(page).locator('.note-error')).toBeVisible();
  await press(page, 'Screen');
  await expect(panel(page).getByRole('button', { name: 'Screen' })).toHaveAttribute('aria-pressed', 'true');
  await expectMovingPicture(watch);
  await press(page, 'Stop streaming');
  await expectOffline(watch);
});

test('who has paused in a window of its own finds it so when the picture becomes another one', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await goLive(dashboard);
  const watch = await visit(`/watch/${creator.username}`);
  await watch.addInitScript(pretendWindow);
  await reload(watch);
  await expectMovingPicture(watch);
  const video = player(watch).locator('video');
  const picture = () =>
    video.evaluate((video: HTMLVideoElement) => (video.srcObject as MediaStream | null)?.getVideoTracks()[0]?.id);
  await watch.keyboard.press('i');
  await watch.keyboard.press('k');
  await expectPaused(watch);
  const before = await picture();
  // Longer than LiveKit takes to play by itself what is shown again.
  await watch.waitForTimeout(1_500);
  await press(dashboard, 'Screen');
  await changed(dashboard);
  await expect.poll(picture).not.toBe(before);
  await expect(player(watch)).toHaveAttribute('data-phase', 'playing');
  await expectPaused(watch);
  await watch.keyboard.press('k');
  await expectMovingPicture(watch);
  await press(dashboard, 'Stop streaming');
});

test('a microphone that is turned off stays off when the one before it cannot be had', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator });
  await goLive(page);
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    let fail = () => {};
    const getUserMedia = () => {
      Object.assign(mediaDevices, { getUserMedia: real });
      return new Promise<MediaStream>((_, refuse) => (fail = () => refuse(new DOMException('in use', 'NotReadableError'))));
    };
    Object.assign(mediaDevices, { getUserMedia });
    Object.assign(globalThis, { fail: () => fail() });
  });
  const microphones = panel(page).getByRole('combobox', { name: 'Microphone' });
  const options = microphones.getByRole('option');
  await microphones.selectOption({ index: 1 });
  await microphones.selectOption({ index: (await options.count()) - 1 });
  await page.evaluate(() => (globalThis as unknown as { fail: () => void }).fail());
  await expect(panel(page).locator('.note-error')).toBeVisible();
  await changed(page);
  await expect(microphones.locator('option:checked')).toHaveText('No microphone');
  await press(page, 'Stop streaming');
});

test('refused while an encoder is live', async ({ visit, creator, whip }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  await whip(await creator.makeKey('whip'));
  await expectStatus(dashboard, 'live');
  await press(dashboard, 'Preview');
  await stage(dashboard, 'previewing');
  await press(dashboard, 'Go live now');
  await expect(panel(dashboard).getByText('Your encoder is streaming now. Stop it first')).toBeVisible();
  await stage(dashboard, 'previewing');
  await press(dashboard, 'Cancel');
  await stage(dashboard, 'choosing');
});

test('an encoder takes over without a moment off air', async ({ visit, creator, whip, problems }) => {
  problems.expect(...PUT_OUT);
  const credentials = await creator.makeKey('whip');
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  await goLive(dashboard);
  await expectMovingPicture(watch);
  const { startedAt } = await creator.status();
  const record = await recordStatus(watch);

  const encoder = await whip(credentials);
  await expect(panel(dashboard).getByText('Your encoder has taken over.')).toBeVisible();
  await stage(dashboard, 'choosing');
  await expectMovingPicture(watch);
  expect(await record()).toEqual(['live']);
  expect((await creator.status()).startedAt).toBe(startedAt);
  await encoder.stop();
  await expectOffline(watch);
});

test('an encoder is named as what took over, also when LiveKit did not tell this window of it', async ({
  visit,
  creator,
  whip,
  problems,
}) => {
  problems.expect(...PUT_OUT);
  const credentials = await creator.makeKey('whip');
  const page = await visit('/dashboard/streams', { as: creator });
  // LiveKit may put a window out before it has told it who came: here it never does.
  const PARTICIPANT_UPDATE = 0x2a; // field 5 of LiveKit's SignalResponse
  let isTold = true;
  await page.routeWebSocket(/\/rtc\b/, (socket) => {
    const livekit = socket.connectToServer();
    livekit.onMessage((message) => {
      if (isTold || typeof message === 'string' || message[0] !== PARTICIPANT_UPDATE) socket.send(message);
    });
  });
  await reload(page);
  await goLive(page);
  isTold = false;
  await whip(credentials);
  await stage(page, 'choosing');
  await expect(panel(page).locator('.note')).toHaveText('Your encoder has taken over.');
  await expectStatus(page, 'live');
});

test('who ends the stream from its bar is told so, and not that the server did', async ({ visit, creator, problems }) => {
  problems.expect(...PUT_OUT);
  const page = await visit('/dashboard/streams', { as: creator });
  await goLive(page);
  await expectStatus(page, 'live');
  await page.getByRole('button', { name: 'End stream now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End stream now' }).click();
  await stage(page, 'choosing');
  await expect(panel(page).locator('.note')).toHaveText('You stopped streaming.');
  await expectOffline(page);
});

test('another window takes over', async ({ visit, creator, problems }) => {
  problems.expect(...PUT_OUT);
  const first = await visit('/dashboard/streams', { as: creator });
  await goLive(first);
  await expectStatus(first, 'live');
  const record = await recordStatus(first);
  const second = await visit('/dashboard/streams', { as: creator });
  await goLive(second);
  await expect(panel(first).getByText('You went live from another window')).toBeVisible();
  await expectOwnPicture(first);
  expect(await record()).toEqual(['live']);
  await press(second, 'Stop streaming');
  await expectOffline(first);
});

test('whoever leaves the page while on air is asked, and the stream ends with the page', async ({ visit, creator }) => {
  const dashboard = await visit('/dashboard/streams', { as: creator });
  const watch = await visit(`/watch/${creator.username}`);
  await goLive(dashboard);
  await expectStatus(watch, 'live');

  const asked: string[] = [];
  dashboard.once('dialog', async (dialog) => {
    asked.push(dialog.type());
    await dialog.dismiss();
  });
  // A click that leads to a question is never done.
  await dashboard.getByRole('link', { name: 'Keys' }).first().click({ noWaitAfter: true, timeout: 3_000 }).catch(() => {});
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await stage(dashboard, 'on-air');
  await expectMovingPicture(watch);

  // So leads the search elsewhere. A browser asks once for each thing that somebody does on a page.
  await press(dashboard, 'Mute microphone');
  dashboard.once('dialog', async (dialog) => {
    asked.push(dialog.type());
    await dialog.dismiss();
  });
  await dashboard.getByRole('searchbox').fill('somebody else');
  await dashboard.getByRole('searchbox').press('Enter', { noWaitAfter: true, timeout: 3_000 }).catch(() => {});
  await expect.poll(() => asked).toEqual(['beforeunload', 'beforeunload']);
  await stage(dashboard, 'on-air');

  dashboard.once('dialog', (dialog) => dialog.accept());
  await dashboard.close({ runBeforeUnload: true });
  await expectOffline(watch);
});

test('whoever goes back while on air is asked too', async ({ visit, creator }) => {
  const page = await visit('/dashboard/keys', { as: creator });
  await page.getByRole('link', { name: 'Streams' }).first().click();
  await goLive(page);
  const answers = [false, true];
  page.on('dialog', (dialog) => (answers.shift() ? dialog.accept() : dialog.dismiss()));
  await page.evaluate(() => history.back());
  await expect.poll(() => answers).toEqual([true]);
  await stage(page, 'on-air');
  await expect(page).toHaveURL(/\/dashboard\/streams$/);
  // A browser lets a page hold on to somebody once for each thing they do on it.
  await press(page, 'Mute microphone');
  await page.evaluate(() => history.back());
  await expect(page).toHaveURL(/\/dashboard\/keys$/);
  await expectStatus(page, 'offline');
});

test('what goes wrong is said in words', async ({ visit, creator, installation, problems }) => {
  problems.expect(/^50[23] for /, /Failed to load resource: the server responded with a status of 50[23]/);
  const page = await visit('/dashboard/streams', { as: creator });
  await test.step('the browser asks, and nobody answers', async () => {
    await page.evaluate(() => {
      Object.assign(navigator.mediaDevices, { getUserMedia: () => new Promise(() => {}) });
    });
    await press(page, 'Preview');
    await stage(page, 'opening');
    await passes(page, 'a browser that asks for the camera');
    await press(page, 'Cancel');
    await stage(page, 'choosing');
  });
  await test.step('the camera is not allowed', async () => {
    await page.evaluate(() => {
      const refuse = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      Object.assign(navigator.mediaDevices, { getUserMedia: refuse });
    });
    await press(page, 'Preview');
    await expect(panel(page).getByText("Your browser doesn't let this page use your camera and microphone.")).toBeVisible();
    await passes(page, 'a camera that is not allowed');
    await stage(page, 'choosing');
    await page.evaluate(() => Reflect.deleteProperty(navigator.mediaDevices, 'getUserMedia'));
  });
  await test.step('LiveKit is away', async () => {
    await press(page, 'Preview');
    await stage(page, 'previewing');
    await installation.killPart('livekit-server');
    try {
      await press(page, 'Go live now');
      await expect(panel(page).getByText("The video server doesn't answer")).toBeVisible();
      await stage(page, 'previewing');
    } finally {
      await installation.startPart('livekit-server');
    }
    // LiveKit takes a while to find itself again.
    await expect(async () => {
      await press(page, 'Go live now');
      await expect(panel(page)).toHaveAttribute('data-stage', 'on-air', { timeout: 15_000 });
    }).toPass({ timeout: 90_000 });
    await press(page, 'Stop streaming');
    await expectOffline(page);
  });
});

test('without scripts the section says what it needs', async ({ visit, creator }) => {
  const page = await visit('/dashboard/streams', { as: creator, javaScriptEnabled: false });
  await expect(panel(page).getByText('Going live from the browser needs JavaScript.')).toBeVisible();
  await expect(panel(page).getByRole('button', { name: 'Preview' })).toBeDisabled();
});
