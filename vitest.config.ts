import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    environment: 'node',
    // The workspace of commands that name none, where de-identification keeps its key.
    env: { RADVERSARY_HOME: join(tmpdir(), `radversary-tests-${process.pid}`) },
    testTimeout: 30_000,
    // Most files wait for a page or a process of their own, so that one at a time leaves a core idle.
    maxWorkers: 2,
  },
})
