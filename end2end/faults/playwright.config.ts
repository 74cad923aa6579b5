// The faults: parts that are killed, hang, lie or fill up while somebody is live. One at a time, since it is time that
// is measured. What they need is what the end-to-end tests need.

import { defineConfig } from '@playwright/test';
import base from '../playwright.config';

export default defineConfig({
  ...base,
  testDir: '.',
  testIgnore: [],
  globalSetup: './global-setup.ts',
  outputDir: '../results/faults',
  timeout: 300_000,
});
