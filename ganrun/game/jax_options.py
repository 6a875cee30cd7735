"""Every option of JAX, and whose it is: ganrun's, or whoever's that inherits its variable.

JAX reads each from a variable of the environment too (`jax_enable_x64` from `JAX_ENABLE_X64`), so
what a shell, a notebook or a batch system left there would reach the numbers. What changes them, or
ends in an error of JAX's own where a run would train, is set to the value that it has with nothing
set; the rest is the user's.
"""

from __future__ import annotations

from typing import Any

PINNED: dict[str, Any] = {
    # How many bits, and of what kind.
    "jax_enable_x64": False,
    "jax_explicit_x64_dtypes": "warn",
    "jax_default_matmul_precision": None,
    "jax_numpy_dtype_promotion": "standard",
    "jax_numpy_rank_promotion": "allow",
    "jax_allow_f16_reductions": True,
    # Which random numbers.
    "jax_default_prng_impl": "threefry2x32",
    "jax_enable_custom_prng": False,
    "jax_high_dynamic_range_gumbel": False,
    "jax_legacy_prng_key": "allow",
    "jax_random_seed_offset": 0,
    "jax_threefry_gpu_kernel_lowering": False,
    "jax_threefry_partitionable": True,
    # Which program comes of it, and so the order in which it sums.
    "eager_constant_folding": False,
    "jax_compiler_enable_remat_pass": True,
    "jax_custom_vjp3": False,
    "jax_disable_jit": False,
    "jax_disable_most_optimizations": False,
    "jax_enable_pgle": False,
    "jax_exec_time_optimization_effort": 0.0,
    "jax_memory_fitting_effort": 0.0,
    "jax_memory_fitting_level": "O2",
    "jax_optimization_level": "UNKNOWN",
    "jax_ragged_dot_use_ragged_dot_instruction": True,
    "jax_remat3": False,
    "jax_scan3": False,
    "jax_softmax_custom_jvp": False,
    "jax_use_direct_linearize": True,
    "jax_use_magma": "auto",
    "jax_use_shardy_partitioner": True,
    "jax_use_simplified_jaxpr_constants": False,
    "jax_xla_profile_version": 0,
    # Where it runs.
    "jax_cpu_enable_async_dispatch": False,
    "jax_default_device": None,
    # What a GAN that diverges, or a count that is read from a device, would be an error of.
    "jax_array_garbage_collection_guard": None,
    "jax_check_static_indices": False,
    "jax_check_tracer_leaks": False,
    "jax_debug_infs": False,
    "jax_debug_key_reuse": False,
    "jax_debug_nans": False,
    "jax_enable_checks": False,
    "jax_error_checking_behavior_divide": "ignore",
    "jax_error_checking_behavior_nan": "ignore",
    "jax_error_checking_behavior_oob": "ignore",
    "jax_mutable_array_checks": True,
    "jax_no_execution": False,
    "jax_no_tracing": False,
    "jax_thread_guard": False,
    "jax_transfer_guard": None,
    "jax_transfer_guard_device_to_device": None,
    "jax_transfer_guard_device_to_host": None,
    "jax_transfer_guard_host_to_device": None,
    # The compile cache: what goes wrong with it is never a run's end.
    "jax_compilation_cache_check_contents": False,
    "jax_compilation_cache_expect_pgle": False,
    "jax_compilation_cache_max_size": -1,
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
    "jax_raise_persistent_cache_errors": False,
}
"""Name -> the value that it has while ganrun computes, for these reasons."""
