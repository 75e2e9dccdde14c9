/**
 * The few web-standard globals that every JavaScript engine of ours has (Node, Electron, browsers). Declared
 * here because core is compiled without Node's and the DOM's types, so that it can't lean on either.
 */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: ArrayBufferView | ArrayBuffer): string
}

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}
