"""What a process inherits: ganrun sets it, records it, or refuses it in one line that names it."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import jax
import pytest
from typer.testing import CliRunner

from ganrun import user_cache
from ganrun.cli import app
from ganrun.executors.compile_cache import compile_cache
from ganrun.game import backend
from ganrun.game.jax_options import PINNED
from ganrun.machine import UnfitEnvironment, foreign_arithmetic, xla_flags
from ganrun.store import numerics

# Why an option of JAX is none of ganrun's business -> the options.
LEFT = {
    "which device: recorded in the numerics, and refused where it cannot be had": """
    jax_backend_target jax_cpu_collectives_implementation jax_cuda_visible_devices
    jax_mock_gpu_topology jax_num_cpu_devices jax_oneapi_visible_devices
    jax_pjrt_client_create_options jax_platform_name jax_platforms jax_rocm_visible_devices
    jax_sort_devices_by_process_index jax_xla_backend mock_num_gpu_processes
    """,
    "what is logged, dumped or told of an error": """
    jax_captured_constants_report_frames jax_captured_constants_warn_bytes jax_check_proxy_envs
    jax_compiler_detailed_logging_min_ops jax_debug_leaked_clients_on_clear_backends
    jax_debug_log_modules jax_distributed_debug jax_dump_ir_modes jax_dump_ir_to
    jax_explain_cache_misses jax_include_debug_info_in_dumps
    jax_include_full_tracebacks_in_locations jax_hlo_source_file_canonicalization_regex
    jax_log_checkpoint_residuals jax_log_compiles jax_logging_level jax_pprint_use_color
    jax_send_traceback_to_runtime jax_source_url_schema jax_traceback_filtering
    jax_traceback_in_locations_limit jax_tracer_error_num_traceback_frames
    """,
    "where programs are kept: a hit and a miss are the same program": """
    jax_compilation_cache_dir jax_compilation_cache_include_metadata_in_key
    jax_enable_compilation_cache jax_persistent_cache_enable_xla_caches
    jax_remove_custom_partitioning_ptr_from_cache_key
    """,
    "not used: sparse arrays, ragged products, Pallas, exported programs, meshes, hosts": """
    check_vma jax2tf_associative_scan_reductions jax2tf_default_native_serialization jax_auto_pcast
    jax_bcoo_cusparse_lowering jax_cpu_get_global_topology_timeout_minutes
    jax_cpu_get_local_topology_timeout_minutes jax_cross_host_transfer_socket_address
    jax_cross_host_transfer_timeout_seconds jax_cross_host_transfer_transfer_size
    jax_cross_host_transport_addresses jax_disable_bwd_checks jax_disable_vmap_shmap_error
    jax_disallow_mesh_context_manager jax_embedded_constants_max_bytes
    jax_enable_preemption_service jax_enable_recoverability
    jax_experimental_unsafe_xla_runtime_errors jax_export_calling_convention_version
    jax_export_ignore_forward_compatibility jax_force_dcn_cross_host_transfers jax_mosaic_allow_hlo
    jax_pallas_enable_debug_checks jax_pallas_poison_buffers jax_pallas_use_mosaic_gpu
    jax_pallas_verbose_errors jax_pgle_aggregation_percentile jax_pgle_profiling_runs
    jax_ragged_dot_use_gpu_pallas_triton_lowering jax_refs_to_pins
    jax_remove_size_one_mesh_axis_from_type jax_serialization_version
    jax_share_binary_between_hosts jax_share_binary_between_hosts_timeout_ms
    jax_use_emit_pipeline_primitive
    """,
}


@pytest.fixture(autouse=True)
def _no_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)


def test_every_option_of_jax_is_ganruns_or_said_to_be_none_of_its_business() -> None:
    """A new one, of a new JAX, is to be looked at."""
    left = {name for names in LEFT.values() for name in names.split()}
    assert not left & PINNED.keys()
    if version("jax").startswith("0.10."):
        assert set(jax.config.values) == left | PINNED.keys()


def test_what_was_set_for_jax_is_set_back_before_anything_is_computed() -> None:
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_disable_jit", True)
    backend.prepare()
    assert (jax.config.values["jax_enable_x64"], jax.config.values["jax_disable_jit"]) == (
        False,
        False,
    )


# XLA_FLAGS as inherited -> what of them is recorded.
FLAGS = {
    "": None,
    "--xla_cpu_enable_fast_math=true": "--xla_cpu_enable_fast_math=true",
    "--xla_b=2  --xla_a=1": "--xla_a=1 --xla_b=2",
    "--xla_cpu_multi_thread_eigen=true": None,  # ganrun's own, which wins
    "--xla_dump_to=/tmp/x --xla_dump_hlo_as_text": None,
    "--xla_force_host_platform_device_count=8": None,
    "flags.txt": "--xla_of_a_file",
}


@pytest.mark.parametrize("inherited", list(FLAGS))
def test_flags_that_change_programs_are_recorded_like_another_machine(
    inherited: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flags.txt").write_text("--xla_of_a_file\n")
    plain = numerics(backend="cpu", device="cpu", lanes=1)
    monkeypatch.setenv("XLA_FLAGS", inherited)
    recorded = FLAGS[inherited]
    assert foreign_arithmetic() == ({"XLA_FLAGS": recorded} if recorded else {})
    assert numerics(backend="cpu", device="cpu", lanes=1) == plain | foreign_arithmetic()
    own = "--xla_cpu_multi_thread_eigen=false --xla_cpu_prefer_vector_width=512"
    assert xla_flags().endswith(own)
    monkeypatch.setenv("XLA_FLAGS", xla_flags())  # as a worker inherits them
    assert foreign_arithmetic() == ({"XLA_FLAGS": recorded} if recorded else {})


def test_a_variable_that_chooses_kernels_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "X86_V4")
    assert foreign_arithmetic() == {"NPY_DISABLE_CPU_FEATURES": "X86_V4"}
    monkeypatch.setenv("OMP_NUM_THREADS", "7")  # how many threads, none
    assert len(foreign_arithmetic()) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("XLA_FLAGS", "--xla_nonsense=1", "Unknown flag in XLA_FLAGS: --xla_nonsense=1"),
        ("JAX_ENABLE_X64", "maybe", "invalid truth value 'maybe'"),
        ("XLA_FLAGS", "nowhere.txt", "no flags, nor a file of flags"),
    ],
)
def test_what_jax_cannot_start_under_is_one_line_that_names_the_variable(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UnfitEnvironment) as error:
        backend.check_environment()
    assert str(error.value).startswith(f"{name}={value}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_without_such_variables_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    backend.check_environment()


def test_figures_are_drawn_whatever_backend_a_notebook_left_and_it_keeps_it() -> None:
    code = "import ganrun.report.figures, matplotlib, os; print(os.environ['MPLBACKEND'])"
    environment = os.environ | {"MPLBACKEND": "module://nowhere.to_be_found"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("module://nowhere.to_be_found\n", "")


# The compile cache.


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of compiled programs in a cache of three, used one after another."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = user_cache.programs_folder() / "jaxlib-1"
    folder.mkdir(parents=True)
    for age, name in enumerate(["newest", "older", "oldest"]):
        path = folder / f"jit_{name}-cache"
        path.write_bytes(bytes(600_000))
        os.utime(path, (1e9 - age, 1e9 - age))
    return folder


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ganrun(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments, prog_name="ganrun")
    return result.exit_code, result.stdout, result.stderr


def test_programs_that_were_not_used_for_longest_make_room(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_cache.trim_programs()
    assert len(names_in(programs)) == 3
    monkeypatch.setenv("GANRUN_CACHE_MB", "1")
    assert compile_cache() is not None
    assert names_in(programs) == ["jit_newest-cache"]
    monkeypatch.setenv("GANRUN_CACHE_MB", "0")
    assert compile_cache() is None


def test_the_cache_is_shown_and_cleared(programs: Path) -> None:
    code, output, errors = ganrun("cache")
    assert (code, errors) == (0, "")
    said = "3 compiled programs, 2 MB of at most 1.0 GB; 0 references, 0 MB; 0 fits to points, 0 MB"
    assert output == f"{user_cache.user_cache()}: {said}\n"
    assert ganrun("cache", "--clear")[:2] == (0, f"{output}Cleared.\n")
    assert names_in(programs) == []


def test_a_size_that_is_none_is_one_line(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANRUN_CACHE_MB", "much")
    line = "GANRUN_CACHE_MB=much: expected a whole number of megabytes\n"
    assert ganrun("cache") == (2, "", line)


def test_a_cache_that_cannot_be_used_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert (compile_cache(), compile_cache()) == (None, None)
    beside = get_context("spawn").Process(target=compile_cache)
    beside.start()
    beside.join()
    assert beside.exitcode == 0
    said = capfd.readouterr().err
    assert said.startswith(f"note: {tmp_path / 'file'}")
    assert said.endswith(
        "cannot be used (Not a directory), so programs are compiled anew each time\n"
    )
    assert said.count("\n") == 1


def test_a_damaged_program_is_made_again_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = compile_cache()
    assert folder is not None

    def kept() -> Path:
        def tripled_and_one(x: float) -> float:
            return x * 3 + 1

        jax.jit(tripled_and_one)(2.0)
        (entry,) = folder.glob("jit_tripled_and_one-*")
        return entry

    entry = kept()
    whole = entry.read_bytes()
    entry.unlink()  # it may be linked to other sessions' caches
    entry.write_bytes(whole[:100])
    with warnings.catch_warnings(record=True) as shown:
        monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
        monkeypatch.setattr(backend._Client, "minds_cache", False)
        backend._drop_damaged_programs(folder)
        assert len(kept().read_bytes()) > 100
    assert shown == []
