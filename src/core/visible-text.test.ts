import { expect, test } from 'vitest'
import { visibleLine, visibleText } from './visible-text.ts'

test('whatever would act in a terminal is written out', () => {
  expect(visibleText('a\x1b[2Jb\x07\r\x7f')).toBe('a\\u001b[2Jb\\u0007\\u000d\\u007f')
  expect(visibleText('\u009b31m \u0090x')).toBe('\\u009b31m \\u0090x')
  expect(visibleText('exe.\u202egnp \u2066\u2069\u200f\u061c\u2028')).toBe(
    'exe.\\u202egnp \\u2066\\u2069\\u200f\\u061c\\u2028',
  )
})

test('letters of any writing, lines and tabs stay', () => {
  const text = 'Schädel\tКТ\n胸部 עברית 👩‍⚕️ ±∞'
  expect(visibleText(text)).toBe(text)
})

test('a line stays one', () => {
  expect(visibleLine('a.dcm\nerror: none\tb')).toBe('a.dcm\\u000aerror: none\\u0009b')
})
