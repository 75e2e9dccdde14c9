import { expect, test } from 'vitest'
import { imageIdOf } from '../image-loader.ts'
import { placeKey } from './place-key.ts'

test('what a run makes of an image lies at the image’s place', () => {
  const original = { study: 'a', image: 7, frame: 2, kind: 'original' } as const
  const made = { study: 'a', image: 0, frame: 2, kind: 'adversarial', run: 'r', original: 7 } as const
  expect(placeKey(imageIdOf(made))).toBe(placeKey(imageIdOf(original)))
  expect(placeKey(imageIdOf(original))).toBe('/frames/a/7/2')
})

test('planes of one series are of one place, whatever they show', () => {
  const place = 'coronal/3/{}/{}'
  expect(placeKey(`plane:/a/0/original//1/${place}`)).toBe(placeKey(`plane:/a/0/adversarial/r/4/${place}`))
})
