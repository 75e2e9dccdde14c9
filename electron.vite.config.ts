import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const here = import.meta.dirname

export default defineConfig({
  /**
   * Everything that runs in Node: Electron's main process and its engine's, the command line, and threads.
   */
  main: {
    build: {
      rolldownOptions: {
        input: {
          index: resolve(here, 'src/main/index.ts'),
          radversary: resolve(here, 'src/cli/main.ts'),
          'engine-process': resolve(here, 'src/serve/engine-process.ts'),
          'task-process': resolve(here, 'src/serve/task-process.ts'),
          'model-worker': resolve(here, 'src/engine/models/model-worker.ts'),
          'engine-worker': resolve(here, 'src/engine/server/engine-worker.ts'),
          'lane-worker': resolve(here, 'src/engine/lane-worker.ts'),
        },
        output: { format: 'es' },
      },
    },
  },
  /** A sandboxed preload script must be CommonJS. */
  preload: {
    build: {
      rolldownOptions: { input: { index: resolve(here, 'src/preload/index.ts') }, output: { format: 'cjs' } },
    },
  },
  renderer: {
    root: resolve(here, 'src/renderer'),
    plugins: [react()],
    build: {
      outDir: resolve(here, 'out/renderer'),
      rolldownOptions: { input: resolve(here, 'src/renderer/index.html') },
    },
  },
})
