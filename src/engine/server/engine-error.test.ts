import { TRPCError } from '@trpc/server'
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
  const status = (code: RadversaryError['code']) => statusOf({ code })
  expect([status('usage'), status('dicom-unreadable'), status('internal')]).toEqual([400, 422, 500])
})

test('what tRPC itself refuses is a fault of usage, with no more than a line of what was sent', () => {
  const cause = new SyntaxError('Unexpected token in "a\nb"')
  const refused = new TRPCError({ code: 'BAD_REQUEST', message: cause.message, cause })
  expect(engineError(refused)).toMatchObject({ code: 'usage', message: 'Request: Unexpected token in "a' })
  const unknown = new TRPCError({ code: 'NOT_FOUND', message: 'No procedure' })
  expect(engineError(unknown)).toMatchObject({ code: 'usage', message: 'Request: No procedure' })
})

test('a procedure’s own error crosses as it is, a fault in it as one of ours', () => {
  const own = new RadversaryError('io-failed', 'File: no')
  const [thrown, fault] = [own, new TypeError('x')].map(
    (cause) => new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause }),
  )
  expect(engineError(thrown)).toMatchObject({ code: 'io-failed', message: 'File: no' })
  expect(engineError(fault)).toMatchObject({ code: 'internal', message: 'internal: x' })
})
