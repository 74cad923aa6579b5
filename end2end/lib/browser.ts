// The browser: Chromium as the system has it, told to keep to itself.

import { existsSync } from 'node:fs';

export const SOUND_WITHOUT_A_TAP = '--autoplay-policy=no-user-gesture-required';

export const BROWSER_FLAGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Everything runs on this machine, and the encoder's page must offer an address that LiveKit can reach.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection',
];

export function chromiumPath(): string {
  const places = [process.env.STREAMIT_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = places.find((place) => place && existsSync(place));
  if (!found) throw new Error('no Chromium: install it (Debian: apt-get install chromium) or set STREAMIT_CHROMIUM');
  return found;
}

/** A camera, a microphone and a screen that are only pretended, and allowed without a question: a picture that moves and
 * a beep; few pictures, since two cores encode them and play them. */
export const PRETENDED_DEVICES = [
  '--use-fake-device-for-media-stream=fps=10',
  '--use-fake-ui-for-media-stream',
  '--auto-select-desktop-capture-source=Entire screen',
];
