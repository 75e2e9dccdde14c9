import { expect, test } from 'vitest'
import { html, tableMarkup } from './html.ts'

test('values are text, markup in them stays markup', () => {
  const inner = html`<em>${'<script>alert("x")</script> & more'}</em>`
  expect(html`<p>${inner}${null}${3}</p>`.text).toBe(
    '<p><em>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more</em>3</p>',
  )
})

test('a table has its caption, columns and rows, whatever is in a name', () => {
  const { text } = tableMarkup('Two <b>', ['a'], [['</table>'], [1]])
  expect(text).toContain('Two &lt;b&gt;')
  expect(text.match(/<tr>/g)).toHaveLength(3)
  expect(text.match(/<\/table>/g)).toHaveLength(1)
})
