import { expect, test } from 'vitest'
import { requestBounds } from '../../shared/request-bounds.ts'
import { createRequestGate } from './request-gate.ts'

const url = 'http://engine.test/api/a'

/** Answers with a stream that stays open until it is cancelled. */
function openStream(): Promise<Response> {
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new Uint8Array(1))
    },
  })
  return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/jsonl' } }))
}

test('a URL or a body beyond its bound is refused as the caller’s fault, and not handled', async () => {
  let handled = 0
  const gate = createRequestGate(() => Promise.resolve(new Response(String(handled++))))
  const long = new Request(`${url}?input=${'x'.repeat(requestBounds.urlLength)}`)
  const headers = { 'content-length': String(requestBounds.bodyBytes + 1) }
  const large = new Request(url, { method: 'POST', body: '{}', headers })
  const statuses = [(await gate(long)).status, (await gate(large)).status]
  expect([...statuses, handled]).toEqual([414, 413, 0])
  expect(await (await gate(long)).json()).toMatchObject({ error: { code: 'usage' } })
  expect((await gate(new Request(url))).status).toBe(200)
})

test('streams count while they are open, and one that is left or that ends makes room', async () => {
  const gate = createRequestGate(openStream, 2)
  const streams = [await gate(new Request(url)), await gate(new Request(url))]
  expect((await gate(new Request(url))).status).toBe(429)
  await streams[0]!.body!.cancel()
  expect((await gate(new Request(url))).status).toBe(200)

  const short = createRequestGate(
    () => Promise.resolve(new Response('{}', { headers: { 'content-type': 'application/jsonl' } })),
    1,
  )
  for (let i = 0; i < 3; i++) expect(await (await short(new Request(url))).text()).toBe('{}')
})

test('each call of a batch counts, however its comma is written', async () => {
  const gate = createRequestGate(openStream, 3)
  expect((await gate(new Request('http://engine.test/api/a,b%2cc,d?batch=1'))).status).toBe(429)
  expect((await gate(new Request('http://engine.test/api/a,b%2cc?batch=1'))).status).toBe(200)
  expect((await gate(new Request(url))).status).toBe(429)
})

test('what fails makes room', async () => {
  const gate = createRequestGate(() => Promise.reject(new Error('no')), 1)
  for (let i = 0; i < 3; i++) await expect(gate(new Request(url))).rejects.toThrow('no')
})
