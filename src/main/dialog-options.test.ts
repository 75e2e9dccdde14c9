import { expect, test } from 'vitest'
import { dialogOptions } from './dialog-options.ts'

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
