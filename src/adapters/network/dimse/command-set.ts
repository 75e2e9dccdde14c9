import { implicitLittleEndian, readElements } from '../../../core/dicom/write/elements.ts'
import { encodeElements, type DataElement } from '../../../core/dicom/write/encode.ts'

/** Command Field (0000,0100), PS3.7 section E.1; an answer's has bit 8000. */
export const commandField = { store: 0x0001, get: 0x0010, find: 0x0020, move: 0x0021, echo: 0x0030 } as const
export const answerBit = 0x8000
export const cancelRequest = 0x0fff

/** A message's command (PS3.7 section 6.3.1), as far as we use it. */
export interface Command {
  readonly field: number
  readonly sopClass?: string | undefined
  readonly sopInstance?: string | undefined
  /** Number of a request. */
  readonly messageId?: number | undefined
  /** Number of the request that is answered. */
  readonly answers?: number | undefined
  readonly moveDestination?: string | undefined
  readonly status?: number | undefined
  readonly hasData: boolean
}

const tags = {
  sopClass: 0x0002,
  field: 0x0100,
  messageId: 0x0110,
  answers: 0x0120,
  moveDestination: 0x0600,
  priority: 0x0700,
  dataSetType: 0x0800,
  status: 0x0900,
  sopInstance: 0x1000,
} as const

const noData = 0x0101

export function encodeCommand(command: Command): Uint8Array {
  const { field, sopClass, sopInstance, messageId, answers, moveDestination, status, hasData } = command
  const isAnswer = (field & answerBit) !== 0
  const hasPriority = !isAnswer && field !== commandField.echo && field !== cancelRequest
  const elements: DataElement[] = [
    ...text(tags.sopClass, 'UI', sopClass),
    ...number(tags.field, field),
    ...number(tags.messageId, messageId),
    ...number(tags.answers, answers),
    ...text(tags.moveDestination, 'AE', moveDestination),
    ...(hasPriority ? number(tags.priority, 0) : []),
    ...number(tags.dataSetType, hasData ? 1 : noData),
    ...number(tags.status, status),
    ...text(tags.sopInstance, 'UI', sopInstance),
  ]
  const body = encodeElements(elements, false)
  return Buffer.concat([encodeElements([{ tag: 0, vr: 'UL', value: [body.length] }], false), body])
}

/** @returns undefined for bytes that are no command */
export function decodeCommand(bytes: Uint8Array): Command | undefined {
  const values = valuesOf(bytes)
  const unsigned = (tag: number) => {
    const value = values?.get(tag)
    return value?.length === 2 ? value.readUInt16LE(0) : undefined
  }
  const line = (tag: number) =>
    values
      ?.get(tag)
      ?.toString('latin1', 0, 64)
      .replace(/[\0 ]+$/, '')
  const field = unsigned(tags.field)
  const dataSetType = unsigned(tags.dataSetType)
  if (field === undefined || dataSetType === undefined) return undefined
  return {
    field,
    sopClass: line(tags.sopClass),
    sopInstance: line(tags.sopInstance),
    messageId: unsigned(tags.messageId),
    answers: unsigned(tags.answers),
    status: unsigned(tags.status),
    hasData: dataSetType !== noData,
  }
}

function valuesOf(bytes: Uint8Array): ReadonlyMap<number, Buffer> | undefined {
  try {
    const spans = readElements(bytes, implicitLittleEndian)
    return new Map(
      spans.map(({ tag, valueStart, valueEnd }) => [tag, Buffer.from(bytes.subarray(valueStart, valueEnd))]),
    )
  } catch {
    return undefined
  }
}

function text(tag: number, vr: 'UI' | 'AE', value: string | undefined): DataElement[] {
  return value === undefined ? [] : [{ tag, vr, value }]
}

function number(tag: number, value: number | undefined): DataElement[] {
  return value === undefined ? [] : [{ tag, vr: 'US', value: [value] }]
}
