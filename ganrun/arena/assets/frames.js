/* A frame is a little-endian uint32 (length of the header), a header in JSON with spaces up to a
 * multiple of four, and the float32 arrays that it lists: views of the message, not copies. */

export function unpackFrame(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const { name, shape, offset } of header.arrays) {
    const size = shape.reduce((product, side) => product * side, 1);
    arrays[name] = new Float32Array(buffer, offset, size);
  }
  return [header, arrays];
}
