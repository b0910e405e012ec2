// The page in a real browser on the real program. SAM_ANNOTATOR_BIN names the program; CHROMIUM another browser than Debian's.

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../build/e2e',
  reporter: 'list',
  workers: 1,
  timeout: 180_000,
  retries: 1, // a machine that is busy with something else; what needed it is reported as flaky
  snapshotPathTemplate: '{testDir}/screens/{arg}{ext}',
  expect: {
    timeout: 20_000, // a first mask waits for the encoding, under sanitizers too
    toHaveScreenshot: { stylePath: './e2e/screens.css', maxDiffPixelRatio: 0.001 },
  },
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
