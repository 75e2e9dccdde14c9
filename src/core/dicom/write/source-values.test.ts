import { expect, it } from 'vitest'
import { tinyFile } from '../../../../test/support/tiny-instance.ts'
import { decodeText } from '../charset.ts'
import { openInstance } from './part10.ts'
import { latin1Bytes, textBefore } from './source-values.ts'
import { tag } from './tags.ts'

function described(description: string | Uint8Array, characterSet: string): Uint8Array {
  const value = typeof description === 'string' ? latin1Bytes(description) : description
  const file = tinyFile([
    { tag: tag.SpecificCharacterSet, vr: 'CS', value: characterSet },
    { tag: tag.SeriesDescription, vr: 'bytes', as: 'LO', value },
  ])
  const element = textBefore(openInstance(file), tag.SeriesDescription, 'LO', 'Adversarial (SMIA)')
  if (element.vr !== 'bytes') throw new Error('expected bytes')
  return element.value
}

it('keeps the source’s text byte for byte, also where it is not of its own character set', () => {
  const odd = 'A\xff\xfe\x1b$B;3\x1b(B'
  expect(Buffer.from(described(odd, 'ISO_IR 192')).toString('latin1')).toBe(`Adversarial (SMIA) ${odd}`)
})

it('cuts the source’s text where both are too long, between characters', () => {
  const long = new TextEncoder().encode('胸'.repeat(60))
  expect(decodeText(described(long, 'ISO_IR 192'), 'ISO_IR 192')).toBe(
    `Adversarial (SMIA) ${'胸'.repeat(45)}`,
  )
  const japanese = `\x1b$B${';3'.repeat(60)}\x1b(B`
  const cut = described(japanese, '\\ISO 2022 IR 87')
  expect(decodeText(cut, '\\ISO 2022 IR 87')).toBe(`Adversarial (SMIA) ${'山'.repeat(45)}`)
  expect(Buffer.from(cut).toString('latin1').endsWith('\x1b(B')).toBe(true)
})

it('stands alone where the source says nothing', () => {
  expect(Buffer.from(described('  ', 'ISO_IR 100')).toString()).toBe('Adversarial (SMIA)')
})
