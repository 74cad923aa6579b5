// The measurements use the browser and the helpers of the end-to-end tests.

import { defineConfig, devices } from '@playwright/test';
import { BROWSER_FLAGS, SOUND_WITHOUT_A_TAP, chromiumPath } from '../end2end/lib/browser';

export default defineConfig({
  testDir: '.',
  testMatch: process.env.STREAMIT_MEASURE,
  outputDir: 'results',
  workers: 1,
  timeout: 60 * 60_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    viewport: { width: 1280, height: 800 },
    launchOptions: { executablePath: chromiumPath(), args: [...BROWSER_FLAGS, SOUND_WITHOUT_A_TAP] },
  },
});
