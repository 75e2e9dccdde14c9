import { afterAll, beforeAll, describe } from 'vitest'
import {
  missingForApplication,
  startApplication,
  type Application,
  type StartedApplication,
} from './start-application.ts'

export { largeScreen, smallScreen, type Application } from './start-application.ts'

/**
 * A group of tests in a real browser: skipped, saying so, where Chromium or the build is absent; a failure in
 * CI.
 */
export function describeApplication(name: string, tests: (application: () => Application) => void): void {
  const missing = missingForApplication()
  const needs = `${name} (needs ${missing.join(' and ')}, which is not there; npm run build makes out/)`
  if (missing.length > 0 && process.env['CI'] === 'true') throw new Error(needs)
  describe.skipIf(missing.length > 0)(missing.length > 0 ? needs : name, () => {
    let running: StartedApplication
    beforeAll(async () => {
      running = await startApplication()
    }, 60_000)
    afterAll(() => running.end(), 30_000)
    tests(() => running)
  })
}
