import { expect, test } from 'vitest'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { scopeFor, scopesFor } from './scopes.ts'

const images = [
  { index: 5, frames: 1 },
  { index: 6, frames: 30 },
]
const studies = [{ id: 'ct', series: [{ index: 2, images }] }] as unknown as StudyInfo[]
const at = (image: number) => ({ studies, slice: { study: 'ct', series: 2, slice: 0, image, frame: 0 } })
const single = { task: 'classification', input: {} } as const
const stacked = { task: 'classification', input: { slices: {} } } as const

test('a model of single images can attack one', () => {
  expect(scopesFor({ card: single, ...at(5) })).toEqual(['study', 'series', 'slice'])
  expect(scopesFor({ card: undefined, studies, slice: undefined })).toEqual(['study', 'series', 'slice'])
})

test('one that sees slices with their neighbours takes the series, or an image that is a stack by itself', () => {
  expect(scopesFor({ card: stacked, ...at(5) })).toEqual(['study', 'series'])
  expect(scopesFor({ card: stacked, ...at(6) })).toEqual(['study', 'series', 'slice'])
})

test('the series is attacked where the image that was chosen can’t be', () => {
  expect(scopeFor('slice', { card: stacked, ...at(5) })).toBe('series')
  expect(scopeFor('slice', { card: single, ...at(5) })).toBe('slice')
  expect(scopeFor('study', { card: stacked, ...at(5) })).toBe('study')
})
