/* What optimizers do with vectors of slopes, as functions that work in place. */

import { f32x4, get, i32, set, upTo, v128 } from "./assembler.js";
import { splat } from "./vectors.js";

const { add, sub, mul, div, sqrt, min, max } = f32x4;

/* Add them to an assembly; the last number before the others is a length in bytes:
 * `adam(update, slopes, means, squares, bytes, b1, b2, correction1, correction2, eps)`;
 * `rmsprop(update, slopes, squares, bytes, decay, eps)`;
 * `blend(out, a, b, bytes, x, y)`: out = x a + y b;
 * `clip(params, bytes, bound)`. */
export const addDescents = (assembly) => ({
  adam: assembly.function("adam", [...new Array(5).fill("i32"), ...new Array(5).fill("f32")], adam),
  rmsprop: assembly.function("rmsprop", [...new Array(4).fill("i32"), "f32", "f32"], rmsprop),
  blend: assembly.function("blend", [...new Array(4).fill("i32"), "f32", "f32"], blend),
  clip: assembly.function("clip", ["i32", "i32", "f32"], clip),
});

const every = (locals, bytes, body) => {
  const at = locals.of("i32");
  const place = (start) => i32.add(get(start), get(at));
  return upTo(at, get(bytes), 16, body((start) => v128.load(place(start)), (start, value) => v128.store(place(start), value)));
};

const spread = (local) => v128.splat(get(local));
const rest = (local) => sub(splat(1), spread(local));

function adam(locals, update, slopes, means, squares, bytes, b1, b2, correction1, correction2, eps) {
  const [slope, mean, square] = [locals.of("v128"), locals.of("v128"), locals.of("v128")];
  return every(locals, bytes, (load, store) => [
    set(slope, load(slopes)),
    set(mean, add(mul(rest(b1), get(slope)), mul(spread(b1), load(means)))),
    set(square, add(mul(rest(b2), mul(get(slope), get(slope))), mul(spread(b2), load(squares)))),
    store(means, get(mean)),
    store(squares, get(square)),
    store(update, div(div(get(mean), spread(correction1)), add(sqrt(div(get(square), spread(correction2))), spread(eps)))),
  ]);
}

function rmsprop(locals, update, slopes, squares, bytes, decay, eps) {
  const [slope, square] = [locals.of("v128"), locals.of("v128")];
  return every(locals, bytes, (load, store) => [
    set(slope, load(slopes)),
    set(square, add(mul(rest(decay), mul(get(slope), get(slope))), mul(spread(decay), load(squares)))),
    store(squares, get(square)),
    store(update, div(get(slope), add(sqrt(get(square)), spread(eps)))),
  ]);
}

const blend = (locals, out, a, b, bytes, x, y) =>
  every(locals, bytes, (load, store) => store(out, add(mul(spread(x), load(a)), mul(spread(y), load(b)))));

const clip = (locals, params, bytes, bound) =>
  every(locals, bytes, (load, store) => store(params, max(min(load(params), spread(bound)), f32x4.neg(spread(bound)))));
