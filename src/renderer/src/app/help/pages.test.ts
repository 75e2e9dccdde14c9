import { expect, test } from 'vitest'
import { findInHelp, headingId, helpPages, htmlOf, placeOfLink } from './pages.ts'

test('the guide comes first, and every page has a title', () => {
  expect(helpPages[0]?.name).toBe('user-guide')
  expect(helpPages.filter(({ title }) => title === '')).toEqual([])
})

test('a heading’s id is what links to it say', () => {
  expect(headingId('evaluation.json (`radversary/evaluation/1`)')).toBe(
    'evaluationjson-radversaryevaluation1',
  )
  expect(headingId('Adding a model')).toBe('adding-a-model')
})

test('links lead to pages of the help, or are text', () => {
  expect(placeOfLink('model-card.md#presets', 'user-guide')).toEqual({
    page: 'model-card',
    heading: 'presets',
  })
  expect(placeOfLink('#keys', 'interface')).toEqual({ page: 'interface', heading: 'keys' })
  expect(placeOfLink('https://arxiv.org/abs/2103.05232', 'attacks')).toBeUndefined()
  expect(placeOfLink('decisions/README.md', 'architecture')).toBeUndefined()
  const html = htmlOf({
    name: 'interface',
    title: '',
    markdown: '[a](model-card.md#presets) and [b](https://example.org) ![c](images/results.png)',
  })
  expect(html).toContain('data-page="model-card" data-heading="presets"')
  expect(html).not.toContain('href="https')
  expect(html).toMatch(/<img src="[^"]*results/)
})

test.each(helpPages.map((page) => [page.name, page] as const))(
  'every link within %s leads somewhere',
  (_, page) => {
    const html = htmlOf(page)
    const links = [...html.matchAll(/data-page="([^"]*)" data-heading="([^"]*)"/g)]
    for (const [, name, heading] of links) {
      const target = helpPages.find((each) => each.name === name)
      expect(
        heading === '' || htmlOf(target!).includes(`id="${heading ?? ''}"`),
        `${name ?? ''}#${heading ?? ''}`,
      ).toBe(true)
    }
  },
)

test('a text is found with the heading above it', () => {
  const [hit] = findInHelp('double-click')
  expect(hit).toMatchObject({ page: 'interface', heading: 'mouse-and-keys' })
  expect(findInHelp('x')).toEqual([])
})
