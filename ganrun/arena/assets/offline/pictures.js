/* A picture as the protocol has it: the length of a header, the header, and float32 arrays. */

const ROOM = 12; // digits of an offset, which depends on the header's length and stands in it

/* What JSON can hold: numbers that are not finite become null. */
export const plain = (value) => JSON.parse(JSON.stringify(value, (_, one) => (typeof one === "number" && !Number.isFinite(one) ? null : one)));

/* `arrays`: name -> [Float32Array, shape]. Returns an ArrayBuffer. */
export function writeFrame(header, arrays) {
  const described = Object.entries(arrays).map(([name, [, shape]]) => ({ name, shape, dtype: "f32", offset: 0 }));
  const encode = () => new TextEncoder().encode(JSON.stringify({ ...plain(header), arrays: described }));
  const start = Math.ceil((4 + encode().length + ROOM * described.length) / 4) * 4;
  let end = start;
  Object.values(arrays).forEach(([numbers], index) => {
    described[index].offset = end;
    end += 4 * numbers.length;
  });
  const buffer = new ArrayBuffer(end);
  new DataView(buffer).setUint32(0, start - 4, true);
  const head = new Uint8Array(buffer, 4, start - 4).fill(0x20);
  head.set(encode());
  Object.values(arrays).forEach(([numbers], index) => new Float32Array(buffer, described[index].offset, numbers.length).set(numbers));
  return buffer;
}
