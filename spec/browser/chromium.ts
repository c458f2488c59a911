import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/**
 * Debian's Chromium without all that shows it, and without anything that calls home. It starts and opens pages for half of what the whole
 * browser takes.
 */
export function launchChromium(): Promise<Browser> {
  return launch('/usr/bin/chromium-headless-shell')
}

/** With the settings of a whole browser, among them that a frame of another site has no cookies and no storage. */
export function launchWholeChromium(): Promise<Browser> {
  return launch('/usr/bin/chromium')
}

async function launch(executablePath: string): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(`There is no ${executablePath}. Install it: sh spec/helpers/install-debian.sh`)
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      // No test has one, and each start would prepare for some.
      '--disable-extensions',
      '--disable-sync',
    ],
  })
}
