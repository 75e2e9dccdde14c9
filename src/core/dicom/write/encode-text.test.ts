import { describe, expect, it } from 'vitest'
import { decodeText } from '../charset.ts'
import { asciiLetters, canEncode, encodeText } from './encode-text.ts'

const written = (text: string, characterSet?: string) => encodeText(text, 'LO', characterSet)
const stored = (text: string, characterSet?: string) =>
  Buffer.from(written(text, characterSet)).toString('latin1')

describe('text in a character set', () => {
  it.each([
    ['ISO_IR 100', 'Schädel'],
    ['ISO_IR 144', 'грудь'],
    ['ISO_IR 192', '胸部 Ω ä'],
    ['ISO_IR 166', 'ไทย'],
    ['GB18030', '肿瘤 A'],
    ['GBK', '肿瘤'],
    ['ISO 2022 IR 100\\ISO 2022 IR 144', 'ä Л ö'],
    ['\\ISO 2022 IR 87', '病変 A 腫瘍'],
    ['ISO 2022 IR 13\\ISO 2022 IR 87', 'ﾔﾏ山'],
    ['\\ISO 2022 IR 149', '종양 x'],
    ['\\ISO 2022 IR 58', '肿瘤'],
  ])('comes back from %s', (characterSet, text) => {
    expect(canEncode(text, characterSet)).toBe(true)
    expect(decodeText(written(text, characterSet), characterSet)).toBe(text)
  })

  it('ends with ASCII designated, as PS3.5 section 6.1.2.5.3 wants it', () => {
    expect(stored('山', '\\ISO 2022 IR 87')).toBe('\x1b$B;3\x1b(B')
    expect(stored('山 A', '\\ISO 2022 IR 87')).toBe('\x1b$B;3\x1b(B A')
  })

  it('falls back to base letters, then to "?", for what the set has not', () => {
    expect(canEncode('Läsion', undefined)).toBe(false)
    expect(stored('Läsion Л', undefined)).toBe('Lasion ?')
    expect(stored('ä Л', 'ISO_IR 100')).toBe('\u00e4 ?')
    expect(asciiLetters('Übergröße ﬁ')).toBe('Ubergro?e fi')
  })

  it('holds no control character, and in a LO no backslash', () => {
    expect(stored('a\\b\x1b[2Jc\u0085\u202e', 'ISO_IR 192')).toBe('a/b?[2Jc??')
    expect(Buffer.from(encodeText('a\\b\r\nc\x07', 'LT', undefined)).toString()).toBe('a\\b\r\nc?')
  })

  it('is cut by characters, not by bytes', () => {
    expect(decodeText(written('胸'.repeat(100), 'ISO_IR 192'), 'ISO_IR 192')).toBe('胸'.repeat(64))
    expect(stored('x'.repeat(2000), undefined)).toHaveLength(64)
    expect(encodeText('x'.repeat(2000), 'ST', undefined)).toHaveLength(1024)
  })
})
