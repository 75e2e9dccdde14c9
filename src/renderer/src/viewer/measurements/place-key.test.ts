import { expect, test } from 'vitest'
import { placeKey } from './place-key.ts'

test('what a run makes of an image lies at the image’s place', () => {
  expect(placeKey('radversary:/frames/a/7/2')).toBe('/frames/a/7/2')
  expect(placeKey('radversary:/runs/r/frames/adversarial/0/2#/frames/a/7/2')).toBe('/frames/a/7/2')
})

test('planes of one series are of one place, whatever they show', () => {
  const place = 'coronal/3/{}/{}'
  expect(placeKey(`plane:/a/0/original//1/${place}`)).toBe('plane:/a/0/coronal/3/{}/{}')
  expect(placeKey(`plane:/a/0/adversarial/r/4/${place}`)).toBe('plane:/a/0/coronal/3/{}/{}')
})
