import { expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { float64At } from './at.ts'
import { complex, fourier, magnitudeOfLines, toLines } from './fourier.ts'

test.each([1, 7, 16, 60])(
  'the transform of %i numbers is the sum that defines it, and has its inverse',
  (n) => {
    const x = complex(n)
    x.re.set(uniformTensor([n], 1).data)
    x.im.set(uniformTensor([n], 2).data)
    const found = fourier(x)
    for (let k = 0; k < n; k++) {
      let [re, im] = [0, 0]
      for (let j = 0; j < n; j++) {
        const [cos, sin] = [Math.cos((2 * Math.PI * j * k) / n), -Math.sin((2 * Math.PI * j * k) / n)]
        re += float64At(x.re, j) * cos - float64At(x.im, j) * sin
        im += float64At(x.re, j) * sin + float64At(x.im, j) * cos
      }
      expect(float64At(found.re, k)).toBeCloseTo(re, 9)
      expect(float64At(found.im, k)).toBeCloseTo(im, 9)
    }
    const back = fourier(found, true)
    for (const [j, value] of back.re.entries()) expect(value).toBeCloseTo(float64At(x.re, j), 12)
  },
)

test('lines that nobody changed are the image', () => {
  const size = { rows: 12, columns: 5 }
  const { data } = uniformTensor([60], 3, [0, 1])
  for (const [i, value] of magnitudeOfLines(toLines(data, size), size).entries())
    expect(value).toBeCloseTo(data[i] ?? NaN, 6)
})
