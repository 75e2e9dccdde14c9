import type { EngineContext } from '../context.ts'
import { imageAt } from '../studies/study-store.ts'
import { plainPayload, storedPayload, type FramePayload } from './frame-payload.ts'
import type { RunFrameAddress } from './run-frames.ts'

const studyFramePath = /^\/frames\/([0-9a-f]{16})\/(\d{1,6})\/(\d{1,6})$/
const gradientPath = /^\/frames\/([0-9a-f]{16})\/(\d{1,6})\/(\d{1,6})\/gradient$/
const runFramePath =
  /^\/runs\/([\w-]{1,40})\/frames\/(adversarial|smoothed|perturbation)\/(\d{1,6})\/(\d{1,6})$/

/** A binary route's answer; undefined for a path that is none of them. */
export async function frameRoute(
  { url, signal }: Pick<Request, 'url' | 'signal'>,
  context: EngineContext,
): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(url)
  const studyFrame = studyFramePath.exec(pathname)
  if (studyFrame !== null) return studyFrameResponse(studyFrame, context)
  const gradient = gradientPath.exec(pathname)
  if (gradient !== null) {
    const model = searchParams.get('model') ?? ''
    return gradientResponse(gradient, { model, signal }, context)
  }
  const runFrame = runFramePath.exec(pathname)
  return runFrame === null ? undefined : runFrameResponse(runFrame, context)
}

async function studyFrameResponse(
  [, study = '', image = '', frame = '']: RegExpExecArray,
  context: EngineContext,
) {
  const address = { study, image: Number(image), frame: Number(frame) }
  const pixels = await context.frames.frame(address)
  const { header } = imageAt(await context.studies.find(study), address.image)
  return frameResponse(storedPayload(pixels, header.pixelSpacing))
}

/**
 * `?model=NAME`: how the loss of that model's prediction answers to each pixel, per width of the model's
 * intensity range.
 */
async function gradientResponse(
  [, study = '', image = '', frame = '']: RegExpExecArray,
  { model, signal }: { readonly model: string; readonly signal: AbortSignal },
  context: EngineContext,
) {
  const address = { study, image: Number(image), frame: Number(frame) }
  const { pixels, values } = await context.gradients.of(address, model, signal)
  const { header } = imageAt(await context.studies.find(study), address.image)
  const payload = plainPayload(pixels, values, { unit: '1/window', spacing: header.pixelSpacing })
  return frameResponse(payload)
}

async function runFrameResponse(
  [, run = '', kind = '', image = '', frame = '']: RegExpExecArray,
  context: EngineContext,
) {
  const address = { run, kind: kind as RunFrameAddress['kind'], image: Number(image), frame: Number(frame) }
  return frameResponse(await context.runFrames.frame(address))
}

function frameResponse({ values, headers }: FramePayload): Response {
  const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength)
  return new Response(bytes, {
    headers: {
      ...headers,
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.byteLength),
    },
  })
}
