import type { CvLimits } from './limits.ts';

/**
 * Buffers lie outside the heap whose size a thread is held to, so that a decoder of a hostile file could fill the
 * machine. The fuse stands before the constructors a decoder takes buffers from, and blows at the first one past the
 * limits. It is for a thread that does nothing but read CVs: it changes the globals of its thread.
 */
export interface MemoryFuse {
  /** Counts anew. */
  reset(limits: Pick<CvLimits, 'bufferBytes' | 'buffersBytes'>): void;
  /** Whether a buffer was refused since. Decoders swallow errors, so this must be asked. */
  readonly blown: boolean;
}

type BufferConstructor = (new (length: number) => ArrayBufferView) & { readonly BYTES_PER_ELEMENT: number };

/** What a decoder may still take after the fuse has blown, so that it can come to its end. */
const SMALL_BYTES = 64 * 1024;

/** Puts the fuse in. */
export function installMemoryFuse(): MemoryFuse {
  let one = Number.POSITIVE_INFINITY;
  let all = Number.POSITIVE_INFINITY;
  let blown = false;
  const take = (bytes: number) => {
    if (bytes <= SMALL_BYTES) return;
    all -= bytes;
    if (!blown && bytes <= one && all >= 0) return;
    blown = true;
    throw new RangeError('A decoder asked for more memory than a CV needs');
  };
  const fused = <Constructor extends BufferConstructor>(maker: Constructor): Constructor =>
    new Proxy(maker, {
      construct(target, given: unknown[], newTarget) {
        const [length] = given;
        if (typeof length === 'number') take(length * target.BYTES_PER_ELEMENT);
        const made: object = Reflect.construct(target, given, newTarget);
        return made;
      },
    });
  globalThis.Uint8Array = fused(Uint8Array);
  globalThis.Uint8ClampedArray = fused(Uint8ClampedArray);
  globalThis.Uint16Array = fused(Uint16Array);
  globalThis.Uint32Array = fused(Uint32Array);
  globalThis.Int32Array = fused(Int32Array);
  globalThis.Float32Array = fused(Float32Array);
  // Without it pdf.js decodes by itself into buffers that are counted; the native one has no limit.
  Reflect.deleteProperty(globalThis, 'DecompressionStream');
  return {
    reset(limits) {
      one = limits.bufferBytes;
      all = limits.buffersBytes;
      blown = false;
    },
    get blown() {
      return blown;
    },
  };
}
