// What a player shows and what comes out of it, judged by the picture itself and not by what the page says of it.

import { expect, type Page } from '@playwright/test';

interface Picture {
  width: number;
  time: number;
  pixels: string;
}

/** LiveKit's client, as the source calls it: `Installation.addressOf` says where it is. */
export const LIBRARY = 'vendor/livekit-client.js';

export type Status = 'live' | 'offline' | 'reconnecting' | 'rehearsal';

export const badge = (page: Page) => page.locator('.status-line .badge').first();
export const player = (page: Page) => page.locator('.player');

export async function expectStatus(page: Page, status: Status, timeout?: number): Promise<void> {
  await expect(badge(page)).toHaveAttribute('data-status', status, { timeout });
  const words = { live: 'LIVE', offline: 'Not streaming', reconnecting: 'Reconnecting…', rehearsal: 'Rehearsal' };
  await expect(badge(page)).toHaveText(words[status]);
}

/** A picture that moves: the next one differs from this one, and time goes on. */
export async function expectMovingPicture(page: Page, { timeout = 30_000, phase = 'playing' } = {}): Promise<void> {
  await expect(player(page)).toHaveAttribute('data-phase', phase, { timeout });
  await expect.poll(async () => (await picture(page)).width, { timeout }).toBeGreaterThan(0);
  const before = await picture(page);
  await expect
    .poll(async () => {
      const now = await picture(page);
      return now.time > before.time && now.pixels !== before.pixels;
    }, { timeout, message: 'the picture moves' })
    .toBe(true);
}

function picture(page: Page): Promise<Picture> {
  return page.locator('.player video').evaluate((video: HTMLVideoElement) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 18 });
    const paint = canvas.getContext('2d')!;
    paint.drawImage(video, 0, 0, 32, 18);
    return { width: video.videoWidth, time: video.currentTime, pixels: paint.getImageData(0, 0, 32, 18).data.join() };
  });
}

/** Sound arrives; with `isHeard`, it is a tone and not silence. */
export async function expectSound(page: Page, { isHeard = false } = {}): Promise<void> {
  const before = await sound(page);
  await expect
    .poll(async () => {
      const now = await sound(page);
      return now.packets > before.packets && (!isHeard || now.energy > before.energy);
    }, { message: 'sound arrives' })
    .toBe(true);
}

function sound(page: Page): Promise<{ packets: number; energy: number }> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
    const total = { packets: 0, energy: 0 };
    for (const connection of connections.filter((one) => one.connectionState === 'connected')) {
      (await connection.getStats()).forEach((report) => {
        if (report.type !== 'inbound-rtp' || report.kind !== 'audio') return;
        total.packets += report.packetsReceived ?? 0;
        total.energy += report.totalAudioEnergy ?? 0;
      });
    }
    return total;
  });
}

export async function expectOffline(page: Page): Promise<void> {
  await expectStatus(page, 'offline');
  await expect(player(page)).toHaveAttribute('data-phase', 'offline');
}

/** Writes down every status that the page shows from now on. */
export async function recordStatus(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const badge = document.querySelector<HTMLElement>('.status-line .badge')!;
    const seen = [badge.dataset.status];
    new MutationObserver(() => seen.push(badge.dataset.status)).observe(badge, { attributeFilter: ['data-status'] });
    Object.assign(globalThis, { seenStatus: seen });
  });
  return () => page.evaluate(() => (globalThis as unknown as { seenStatus: string[] }).seenStatus);
}

/** The number beside the badge. */
export const viewers = (page: Page) => page.locator('.viewer-count [data-viewers]');

/** The page says that it is paused, and it is. */
export async function expectPaused(page: Page): Promise<void> {
  await expect(player(page)).toHaveAttribute('data-paused', 'true');
  await expect.poll(() => player(page).locator('video').evaluate((video: HTMLVideoElement) => video.paused)).toBe(true);
}

/** Runs in the page before its own code: a window of which no browser without a screen has the like. */
export function pretendWindow(): void {
  let shown: Element | null = null;
  Object.defineProperties(document, {
    pictureInPictureEnabled: { get: () => true },
    pictureInPictureElement: { get: () => shown },
  });
  HTMLVideoElement.prototype.requestPictureInPicture = async function (this: HTMLVideoElement) {
    shown = this;
    this.dispatchEvent(new Event('enterpictureinpicture'));
    return {} as PictureInPictureWindow;
  };
  document.exitPictureInPicture = async () => {
    const left = shown;
    shown = null;
    left?.dispatchEvent(new Event('leavepictureinpicture'));
  };
}
