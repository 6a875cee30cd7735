/* Arrays that ganrun/page/arrays.py has packed. */

const KINDS = {
  u8: { bytes: 1, read: "getUint8", missing: 255 },
  u16: { bytes: 2, read: "getUint16", missing: 65535 },
  f32: { bytes: 4, read: "getFloat32" },
};

/** The bytes that a base64 text stands for. */
export function bytesOf(b64) {
  const text = atob(b64);
  const bytes = new Uint8Array(text.length);
  // A loop: `Uint8Array.from` with a function takes half a second for plotly.
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The numbers of {shape, dtype, low, high, b64}, row by row; NaN where there was none. */
export function decode({ dtype, low, high, b64 }) {
  const view = new DataView(bytesOf(b64).buffer);
  const { bytes, read, missing } = KINDS[dtype];
  const step = missing ? (high - low) / (missing - 1) : null;
  const numbers = new Float32Array(view.byteLength / bytes);
  for (let i = 0; i < numbers.length; i += 1) {
    const code = view[read](bytes * i, true);
    if (step === null) numbers[i] = code;
    else numbers[i] = code === missing ? NaN : low + code * step;
  }
  return numbers;
}
