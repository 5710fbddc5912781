// Libraries that come without types; the parts that are used.
declare module 'js-mp3' {
  interface Decoder {
    readonly sampleRate: number
    /** 16-bit samples of two channels that were decoded so far. */
    buf: ArrayBuffer | null
    readFrame(): { readonly err?: unknown }
  }
  const mp3: { newDecoder(bytes: ArrayBuffer): Decoder | null }
  export default mp3
}
declare module 'libflacjs' {
  interface Flac {
    isReady(): boolean
    on(event: 'ready', listener: () => void): void
    create_libflac_decoder(verify: boolean): number
    init_decoder_stream(
      decoder: number,
      read: (size: number) => { buffer: Uint8Array; readDataLength: number; error: boolean },
      write: (channels: Uint8Array[], block: { readonly bitsPerSample: number }) => void,
      error: (code: number, description: string) => void,
      metadata: (info?: { readonly sampleRate: number; readonly channels: number }) => void,
    ): number
    FLAC__stream_decoder_process_until_end_of_metadata(decoder: number): boolean
    FLAC__stream_decoder_process_single(decoder: number): boolean
    FLAC__stream_decoder_get_state(decoder: number): number
    FLAC__stream_decoder_finish(decoder: number): boolean
    FLAC__stream_decoder_delete(decoder: number): void
  }
  const library: (variant: 'min') => Flac
  export default library
}
declare module 'omggif' {
  export class GifReader {
    constructor(bytes: Uint8Array)
    readonly width: number
    readonly height: number
    decodeAndBlitFrameRGBA(frame: number, pixels: Uint8Array): void
  }
}
declare module 'webp-wasm' {
  interface Decoded {
    readonly width: number
    readonly height: number
    readonly data: Uint8ClampedArray
  }
  const webp: {
    decode(bytes: ArrayBuffer): Promise<Decoded | null>
    encode(image: Decoded, options?: { quality?: number }): Promise<Uint8Array>
  }
  export default webp
}
