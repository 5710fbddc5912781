export declare const blake2b256: (data: Uint8Array) => Uint8Array
export declare const blake3: (data: Uint8Array) => Uint8Array
