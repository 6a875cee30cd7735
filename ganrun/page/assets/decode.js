/* Arrays that ganrun/page/arrays.py has packed. */

/** The numbers of {shape, dtype, low, high, b64}, row by row; NaN where there was none. */
export function decode(packed) {
  const text = atob(packed.b64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return dequantized(bytes.buffer, packed);
}

/** The same from bytes, such as come over a socket. */
export function dequantized(buffer, { dtype, low, high }) {
  if (dtype === "f32") {
    const view = new DataView(buffer);
    const numbers = new Float32Array(buffer.byteLength / 4);
    for (let i = 0; i < numbers.length; i += 1) numbers[i] = view.getFloat32(4 * i, true);
    return numbers;
  }
  const missing = dtype === "u8" ? 255 : 65535;
  const step = (high - low) / (missing - 1);
  if (dtype === "u8") {
    return Float32Array.from(new Uint8Array(buffer), (code) =>
      code === missing ? NaN : low + code * step,
    );
  }
  const view = new DataView(buffer);
  const numbers = new Float32Array(buffer.byteLength / 2);
  for (let i = 0; i < numbers.length; i += 1) {
    const code = view.getUint16(2 * i, true);
    numbers[i] = code === missing ? NaN : low + code * step;
  }
  return numbers;
}
