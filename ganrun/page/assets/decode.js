/* Arrays that ganrun/page/arrays.py has packed. */

const KINDS = {
  u8: { bytes: 1, read: "getUint8", missing: 255 },
  u16: { bytes: 2, read: "getUint16", missing: 65535 },
  f32: { bytes: 4, read: "getFloat32" },
};

/** The numbers of {shape, dtype, low, high, b64}, row by row; NaN where there was none. */
export function decode({ dtype, low, high, b64 }) {
  const text = atob(b64);
  const view = new DataView(new ArrayBuffer(text.length));
  for (let i = 0; i < text.length; i += 1) view.setUint8(i, text.charCodeAt(i));
  const { bytes, read, missing } = KINDS[dtype];
  const step = missing ? (high - low) / (missing - 1) : null;
  const numbers = new Float32Array(text.length / bytes);
  for (let i = 0; i < numbers.length; i += 1) {
    const code = view[read](bytes * i, true);
    if (step === null) numbers[i] = code;
    else numbers[i] = code === missing ? NaN : low + code * step;
  }
  return numbers;
}
