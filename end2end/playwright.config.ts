// How the end-to-end tests run: one at a time, because a test machine has two cores and each test has an encoder,
// LiveKit and a browser on them. The browser is the system's own Chromium.

import { defineConfig, devices } from '@playwright/test';
import { BROWSER_FLAGS, SOUND_WITHOUT_A_TAP, chromiumPath } from './lib/browser';

export default defineConfig({
  testDir: '.',
  // They have a configuration of their own.
  testIgnore: 'faults/**',
  globalSetup: './global-setup.ts',
  outputDir: 'results',
  workers: 1,
  forbidOnly: !!process.env.CI,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  // Pictures of every page are made when they are asked for: see README.md.
  grepInvert: process.env.STREAMIT_SCREENSHOTS ? undefined : /@screenshots/,
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1280, height: 800 },
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    screenshot: 'only-on-failure',
    trace: process.env.STREAMIT_TRACE ? 'retain-on-failure' : 'off',
    launchOptions: { executablePath: chromiumPath(), args: [...BROWSER_FLAGS, SOUND_WITHOUT_A_TAP] },
  },
});
