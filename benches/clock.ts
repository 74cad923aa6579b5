// A clock that a machine can read in a picture: the milliseconds since 1970, as black and white fields. Each bit is
// there twice, the second time turned round, so that a picture which is half of one moment and half of the next, or
// no clock at all, is not taken for a time. Two rows of 16 bits, the lowest first, and below them the same turned
// round; each field is 20 × 45 pixels of 320 × 180.

import type { Page } from '@playwright/test';

export const WIDTH = 320;
export const HEIGHT = 180;

/** A whole picture of that moment, one byte a pixel. */
export function grey(now: number): Buffer {
  const picture = Buffer.alloc(WIDTH * HEIGHT);
  for (let at = 0; at < 64; at += 1) {
    const bit = Math.floor((now % 2 ** 32) / 2 ** (at % 32)) % 2 === 1;
    const shade = bit === at < 32 ? 235 : 16;
    const [x, y] = [(at % 16) * 20, Math.floor(at / 16) * 45];
    for (let line = y; line < y + 45; line += 1) picture.fill(shade, line * WIDTH + x, line * WIDTH + x + 20);
  }
  return picture;
}

/** A page that sends WHIP sends this clock. */
export async function sendClock(page: Page): Promise<void> {
  await page.evaluate(() => {
    const paintPicture = (paint: CanvasRenderingContext2D) => {
      const now = Date.now() % 2 ** 32;
      for (let at = 0; at < 64; at += 1) {
        const bit = Math.floor(now / 2 ** (at % 32)) % 2 === 1;
        paint.fillStyle = bit === at < 32 ? 'white' : 'black';
        paint.fillRect((at % 16) * 20, Math.floor(at / 16) * 45, 20, 45);
      }
    };
    Object.assign(globalThis, { paintPicture });
  });
}

export interface Ages {
  /** How old the clock was in each picture that could be read, in milliseconds. */
  ages: number[];
  /** Pictures in which there was no time. */
  unreadable: number;
}

/** Reads the clock in each picture of the page's player, for so long. */
export function readClock(page: Page, forMs: number): Promise<Ages> {
  return page.evaluate(async (forMs) => {
    const video = document.querySelector('video')!;
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    const paint = canvas.getContext('2d', { willReadFrequently: true })!;
    const read = (): number | undefined => {
      paint.drawImage(video, 0, 0, 320, 180);
      const { data } = paint.getImageData(0, 0, 320, 180);
      const isWhite = (at: number) => data[((Math.floor(at / 16) * 45 + 22) * 320 + (at % 16) * 20 + 10) * 4 + 1] > 128;
      let time = 0;
      for (let at = 0; at < 32; at += 1) {
        if (isWhite(at) === isWhite(at + 32)) return undefined;
        if (isWhite(at)) time += 2 ** at;
      }
      return time;
    };
    const found: number[] = [];
    let unreadable = 0;
    const until = Date.now() + forMs;
    while (Date.now() < until) {
      await new Promise((done) => video.requestVideoFrameCallback(done));
      const now = Date.now() % 2 ** 32;
      const time = read();
      if (time === undefined) unreadable += 1;
      else found.push((now - time + 2 ** 32) % 2 ** 32);
    }
    return { ages: found, unreadable };
  }, forMs);
}
