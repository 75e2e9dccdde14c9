import { dirname, join } from 'node:path'
import { readBeside, readBytes } from '../../adapters/fs/read-file.ts'
import { convertModel } from '../../adapters/tfjs/convert-model.ts'
import { describeModel, pickBackend } from '../../adapters/tfjs/describe-model.ts'
import type { TfjsFiles } from '../../adapters/tfjs/load-model.ts'
import { obstaclesOf } from '../../core/autodiff/obstacles.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelFacts, ObstaclesOf } from '../../core/model/model-facts.ts'
import { factsOf } from '../../core/model/read-facts.ts'
import { decodeModel, encodeModel } from '../../core/onnx/codec.ts'
import { parseModelJson } from '../../core/tfjs/manifest.ts'
import { weightBytes } from '../../core/tfjs/weights.ts'
import { checkConversion, type ConversionCheck } from './check-conversion.ts'
import { isFile, tfjsFileName } from './home.ts'
import { convertedFileName, type ModelRuntime, type TfjsModel } from './tfjs-model-file.ts'

interface TfjsRead extends TfjsModel {
  readonly bytes: Uint8Array
  readonly facts: ModelFacts
  readonly obstaclesOf: ObstaclesOf
}

interface TfjsOptions extends ConversionCheck {
  readonly runtime?: ModelRuntime | undefined
}

/** @throws RadversaryError io-failed, model-unreadable, model-unsupported. */
export async function readTfjsModel(
  path: string,
  { runtime = 'auto', inputShape, inputRange }: TfjsOptions,
): Promise<TfjsRead> {
  const contents = await readContents(path)
  const run = await runOf(tfjsFiles(path, contents), { runtime, inputShape, inputRange })
  return { ...run, contents }
}

async function runOf(files: TfjsFiles, { runtime, inputShape, inputRange }: TfjsOptions): Promise<Run> {
  if (runtime === 'tfjs') return byTensorflow(files, inputShape, 'as asked')
  try {
    return await converted(files, { inputShape, inputRange })
  } catch (error) {
    const canRun =
      error instanceof RadversaryError &&
      (error.code === 'model-unsupported' || error.code === 'runtime-failed')
    if (runtime === 'onnx' || !canRun) throw error
    return byTensorflow(files, inputShape, `not converted: ${error.message}`)
  }
}

/** The model as the adapters take it. @throws RadversaryError model-unreadable. */
export function tfjsFiles(path: string, contents: TfjsModel['contents']): TfjsFiles {
  const manifest = parseModelJson(new TextDecoder().decode(contents[tfjsFileName] ?? new Uint8Array()), path)
  return { file: path, manifest, weights: weightBytes(manifest, contents, path) }
}

async function readContents(path: string): Promise<Record<string, Uint8Array>> {
  const json = await readBytes({ path })
  const { groups } = parseModelJson(new TextDecoder().decode(json), path)
  const contents: Record<string, Uint8Array> = { [tfjsFileName]: json }
  for (const shard of groups.flatMap(({ paths }) => paths)) {
    const content = await readBeside(dirname(path), shard)
    if (content !== undefined) contents[shard] = content
  }
  return contents
}

type Run = Omit<TfjsRead, 'contents'>

async function converted(files: TfjsFiles, check: ConversionCheck): Promise<Run> {
  const { inputShape } = check
  const kept = await keptConversion(files, inputShape)
  const bytes = kept ?? encodeModel(await convertModel(files, inputShape))
  const difference = kept === undefined ? await checkConversion(files, bytes, check) : undefined
  const how =
    difference === undefined
      ? 'converted to ONNX when it was added'
      : `converted to ONNX, outputs within ${difference.toExponential(0)}`
  const model = decodeModel(bytes)
  const facts = withMetadata(factsOf(model, { file: files.file }), files)
  const ofGraph: ObstaclesOf = (scores, boxes) => obstaclesOf(model, scores, boxes)
  return {
    bytes,
    facts,
    obstaclesOf: ofGraph,
    backend: undefined,
    inputShape,
    notices: [`TensorFlow.js model: ${how}`],
  }
}

/** What the model's author said of it (`setUserDefinedMetadata`), in the place of a graph's metadata. */
function withMetadata(facts: ModelFacts, { manifest }: TfjsFiles): ModelFacts {
  const texts = Object.entries(manifest.userDefinedMetadata).map(
    ([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  )
  return { ...facts, metadata: { ...facts.metadata, ...Object.fromEntries(texts) } }
}

/** A stored model's, which was compared when it was added; it has one input size. */
async function keptConversion(
  { file }: TfjsFiles,
  inputShape: readonly number[] | undefined,
): Promise<Uint8Array | undefined> {
  const path = join(dirname(file), convertedFileName)
  if (!(await isFile(path))) return undefined
  const bytes = await readBytes({ path })
  const [input] = decodeModel(bytes).graph.inputs
  const isSame = inputShape === undefined || input?.shape?.slice(1).join() === inputShape.join()
  return isSame ? bytes : undefined
}

async function byTensorflow(
  files: TfjsFiles,
  inputShape: readonly number[] | undefined,
  why: string,
): Promise<Run> {
  const { backend, sentences } = await pickBackend(files, inputShape)
  const facts = withMetadata(await describeModel(files, inputShape), files)
  const notices = [`TensorFlow.js model: run by TensorFlow.js on ${backend}, ${why}`, ...sentences]
  return { bytes: new Uint8Array(), facts, obstaclesOf: () => [], backend, inputShape, notices }
}
