import { expect, test } from 'vitest'
import { RadversaryError } from '../core/errors.ts'
import { errorText, failuresText, jsonText, tableText, visibleStreams } from './output.ts'

const hostile = 'a\x1b[2J\x9b1m\u202e\nerror: forged'

test('a file’s name or a tag can’t act in a terminal, nor forge a line', () => {
  const error = errorText(
    new RadversaryError('io-failed', 'File: not there', { file: hostile, tip: 'Look.' }),
  )
  expect(error).toBe(
    'error: File: not there\n  file: a\\u001b[2J\\u009b1m\\u202e\\u000aerror: forged\n  Look.\n',
  )
  expect(failuresText([{ file: hostile, message: 'bad', tip: undefined }]).split('\n')).toHaveLength(4)
  expect(tableText([['name'], [hostile]]).split('\n')).toHaveLength(3)
})

test('JSON says the same by its own escapes', () => {
  const text = jsonText({ name: `${hostile}\x7f` })
  expect(text).not.toMatch(/[\x7f-\x9f\u202e]/)
  expect(JSON.parse(text)).toEqual({ name: `${hostile}\x7f` })
})

test('whatever a command writes is made visible, and only progress empties a line', () => {
  const written: string[] = []
  const stream = { isTTY: true, write: (text: string) => written.push(text) }
  const { out, err } = visibleStreams({ out: stream, err: stream })
  out.write('\x1b]0;title\x07')
  err.write('x\r\x1b[A')
  err.emptyLine?.()
  expect(written).toEqual(['\\u001b]0;title\\u0007', 'x\\u000d\\u001b[A', '\r\x1b[2K'])
  expect(err.isTTY).toBe(true)
})
