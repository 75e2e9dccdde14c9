import type { EngineContext } from '../context.ts'
import { imageAt } from '../studies/study-store.ts'
import { storedPayload, type FramePayload } from './frame-payload.ts'

const framePath = /^\/frames\/([0-9a-f]{16})\/(\d{1,6})\/(\d{1,6})$/

/** A binary route's answer; undefined for a path that is none of them. */
export async function frameRoute(path: string, context: EngineContext): Promise<Response | undefined> {
  const found = framePath.exec(path)
  if (found === null) return undefined
  const [, study = '', image = '', frame = ''] = found
  const address = { study, image: Number(image), frame: Number(frame) }
  const pixels = await context.frames.frame(address)
  const { header } = imageAt(await context.studies.find(study), address.image)
  // The file may be replaced by another one, so the page asks again after a while.
  return frameResponse(storedPayload(pixels, header.pixelSpacing), 'private, max-age=600')
}

function frameResponse({ values, headers }: FramePayload, cacheControl: string): Response {
  const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength)
  return new Response(bytes, {
    headers: { ...headers, 'content-type': 'application/octet-stream', 'cache-control': cacheControl },
  })
}
