import { expect, test } from 'vitest'
import { parseLicences } from './resources.ts'

test('what builds the application is not among its licences', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/zod': { version: '4.0.0', license: 'MIT' },
      'node_modules/a/node_modules/zod': { version: '4.0.0', license: 'MIT' },
      'node_modules/@x/y': { version: '1.0.0' },
      'node_modules/electron': { version: '45.0.0', license: 'MIT', dev: true },
      'node_modules/vite': { version: '8.0.0', license: 'MIT', dev: true },
    },
  }
  expect(parseLicences(JSON.stringify(lock))).toEqual([
    { name: '@x/y', version: '1.0.0', licence: '' },
    { name: 'electron', version: '45.0.0', licence: 'MIT' },
    { name: 'zod', version: '4.0.0', licence: 'MIT' },
  ])
})
