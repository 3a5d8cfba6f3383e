"""Accelerate: the program's own loop, with wrappers that train the same.

accelerate 1.15 (src/accelerate/accelerator.py). Within `accumulate` the wrapped optimizer leaves out steps and
clearings together, so the loop's events stand as they are written.
"""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.library import Library
from trainlint.frameworks.passing_on import (
    QUIET_MANAGER,
    an_object,
    first,
    in_order,
    manager,
    nothing,
    object_or_unknown,
    seed,
    unknown,
)
from trainlint.frameworks.torch.parameters import owners_of
from trainlint.values.value import Instance, Unknown, Value

ACCELERATOR = "accelerate.Accelerator"
_MANAGER = "accelerate.manager"


def _backward(call: Call) -> Value:
    told = call.receiver.arguments if isinstance(call.receiver, Instance) else {}
    count = told.get("gradient_accumulation_steps")  # src/accelerate/accelerator.py divides the loss by it
    call.machine.happen(
        "backward",
        call.site,
        loss=call.argument(0, "loss") or Unknown("a loss"),
        **({"accumulated": count} if count is not None else {}),
    )
    return Unknown("nothing")


def _clip(by: str, limit: str) -> Handler:
    def handler(call: Call) -> Value:
        call.machine.happen(
            "clip",
            call.site,
            networks=owners_of(call.argument(0, "parameters")) or (),
            limit=call.argument(1, limit) or Unknown("limit"),
            by=by,
        )
        return Unknown("norm of the gradients", call.origin)

    return handler


def _unscale(call: Call) -> Value:
    optimizer = call.argument(0, "optimizer")
    if optimizer is not None:
        call.machine.happen("unscale", call.site, optimizer=optimizer)
    return Unknown("nothing")


_MANAGERS = (
    "accumulate no_sync autocast main_process_first local_main_process_first join_uneven_inputs profile "
    "split_between_processes maybe_context_parallel trigger_sync_in_backward"
).split()
_QUIET = (
    "print wait_for_everyone log init_trackers end_training save save_model save_state load_state "
    "register_for_checkpointing free_memory clear set_trigger on_main_process on_local_main_process"
).split()
_STATES = (
    "device is_main_process is_local_main_process is_last_process num_processes process_index sync_gradients "
    "mixed_precision optimizer_step_was_skipped state distributed_type local_process_index"
).split()

LIBRARY = Library(
    functions={
        ACCELERATOR: an_object,
        "accelerate.skip_first_batches": first("dataloader"),
        "accelerate.utils.set_seed": seed,
        "accelerate.utils.find_executable_batch_size": first("function"),
    },
    methods={
        ACCELERATOR: {
            "prepare": in_order,
            "prepare_model": first("model"),
            "prepare_optimizer": first("optimizer"),
            "prepare_scheduler": first("scheduler"),
            "prepare_data_loader": first("data_loader"),
            "skip_first_batches": first("dataloader"),
            "backward": _backward,
            "clip_grad_norm_": _clip("norm", "max_norm"),
            "clip_grad_value_": _clip("value", "clip_value"),
            "unscale_gradients": _unscale,
            "unwrap_model": first("model"),
            "gather": first("tensor"),
            "gather_for_metrics": first("input_data"),
            "reduce": first("tensor"),
            "pad_across_processes": first("tensor"),
            "get_state_dict": unknown("the weights of a model"),
            "check_trigger": unknown("a trigger"),
            **dict.fromkeys(_MANAGERS, manager(_MANAGER)),
            **dict.fromkeys(_QUIET, nothing),
        },
        _MANAGER: QUIET_MANAGER,
    },
    attributes={ACCELERATOR: {name: unknown(f"the {name.replace('_', ' ')} of a run") for name in _STATES}},
    fallback=object_or_unknown,
)
