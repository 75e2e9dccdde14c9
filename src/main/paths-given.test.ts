import { expect, test } from 'vitest'
import { pathsGiven, dialogOptions } from './paths-given.ts'

test('paths are taken from where the command was given, without options and the application itself', () => {
  const args = ['.', '--no-sandbox', 'ct-head', '/data/mr-head', '', '-x']
  expect(pathsGiven(args, '/work', '/work')).toEqual(['/work/ct-head', '/data/mr-head'])
})

test('none are none', () => {
  expect(pathsGiven([], '/work', '/app')).toEqual([])
})

test('a study may be several folders, a model is one ONNX file', () => {
  expect(dialogOptions('study-folders', '/data')).toMatchObject({
    defaultPath: '/data',
    properties: ['openDirectory', 'multiSelections'],
  })
  expect(dialogOptions('model', undefined)).toMatchObject({
    properties: ['openFile'],
    filters: [{ extensions: ['onnx', 'json'] }],
  })
})

test('a purpose that there is not has no dialog', () => {
  for (const purpose of ['none', '__proto__', 'constructor', undefined, { toString: () => 'model' }])
    expect(dialogOptions(purpose, undefined)).toBeUndefined()
})
