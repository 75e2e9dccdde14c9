import { expect, test } from 'vitest'
import { faultText } from './fault.ts'

test('an error’s text names its code, file and tip where there are any', () => {
  const error = {
    code: 'io-failed',
    message: 'Read: expected a file, got nothing',
    file: '/a/b.dcm',
    tip: 'Look for it.',
  } as const
  expect(faultText(error)).toBe(
    'io-failed: Read: expected a file, got nothing\nFile: /a/b.dcm\nWhat to do: Look for it.',
  )
  expect(faultText({ ...error, file: null, tip: null })).toBe('io-failed: Read: expected a file, got nothing')
})
