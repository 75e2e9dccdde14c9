import { expect, test } from 'vitest'
import { pathsGiven } from './paths-given.ts'

test('paths are taken from where the command was given, without options and the application itself', () => {
  const args = ['.', '--no-sandbox', 'ct-head', '/data/mr-head', '', '-x']
  expect(pathsGiven(args, '/work', '/work')).toEqual(['/work/ct-head', '/data/mr-head'])
})

test('none are none', () => {
  expect(pathsGiven([], '/work', '/app')).toEqual([])
})
