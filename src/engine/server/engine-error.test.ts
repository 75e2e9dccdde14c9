import { expect, test } from 'vitest'
import { z } from 'zod'
import { RadversaryError } from '../../core/errors.ts'
import { engineError, statusOf } from './engine-error.ts'

test('an error of ours crosses with its tip and file, and without its stack or cause', () => {
  const error = new RadversaryError('dicom-unreadable', 'File: expected DICOM, got none', {
    tip: 'Try another.',
    file: '/a',
    cause: new Error('x'),
  })
  expect(engineError(error)).toEqual({
    code: 'dicom-unreadable',
    message: 'File: expected DICOM, got none',
    tip: 'Try another.',
    file: '/a',
  })
})

test('input that does not parse is a fault of usage that names the field', () => {
  const { error } = z.strictObject({ seed: z.int() }).safeParse({ seed: 'x' })
  expect(engineError(error)).toMatchObject({ code: 'usage', message: expect.stringContaining('seed') })
})

test('what was not foreseen is a fault of our own', () => {
  expect(engineError(new TypeError('x is undefined'))).toMatchObject({
    code: 'internal',
    message: 'internal: x is undefined',
  })
  expect(engineError('thrown')).toMatchObject({ code: 'internal' })
})

test('a status tells whose fault it is', () => {
  const status = (code: RadversaryError['code']) => statusOf({ code, message: '', tip: null, file: null })
  expect([status('usage'), status('dicom-unreadable'), status('internal')]).toEqual([400, 422, 500])
})
