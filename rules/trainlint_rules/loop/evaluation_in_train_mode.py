"""A test pass with dropout on."""

from __future__ import annotations

import re

from trainlint.api import (
    Certainty,
    Edit,
    Event,
    Example,
    Fix,
    Origin,
    Rule,
    TrainingPlan,
    WrongMode,
    context,
    line_after,
    line_before,
    loop_around,
    put_into_block,
    safe,
)

QUIET = {context.INFERENCE_ONLY, context.GAN, context.REINFORCEMENT_LEARNING, context.META_LEARNING}


class EvaluationInTrainMode(Rule):
    """A network is measured while it is in training mode.

    ## What it does
    Follows `train()` and `eval()` through the program and looks for a loop that applies a trained network and
    trains nothing, while the network is still in training mode; in Keras for a network that is told
    `training=True` there. Only networks with a layer that depends on the mode: dropout, batch normalisation, a
    known architecture that has them. Where the mode is right, such a loop of PyTorch without `no_grad()` or
    `inference_mode()` gets a hint, whatever the layers.

    ## Why is this bad?
    In training mode dropout removes units at random and batch normalisation uses the statistics of the
    batch, so the result depends on chance and on what else is in the batch, and looks worse than the network
    is. Batch normalisation also updates its running statistics, so the test data leak into the network.
    With gradients on, PyTorch keeps everything that a backward pass would need, for nothing; `volatile=True`, which
    once switched them off, has had no effect since PyTorch 0.4.

    ## When it stays silent
    A network without such layers; `eval()` was called, or the network went to code that cannot be followed;
    a network from elsewhere, unless its `train()` shows that it has a mode: then it is a hint. `train()` right
    before the loop (Monte Carlo dropout, statistics of batch normalisation computed anew); a fixed number of
    passes (an average over dropout); the pass stands in a loop that trains. Generators and critics,
    reinforcement learning. Lightning and other trainers switch. In Keras also several optimizers in one loop,
    and a loop that measures both ways. About gradients: within any context that sets them, `volatile=True` of
    old releases, in demonstrations.

    ## Fix safety
    Safe: `eval()` comes before the loop that measures and, where training goes on and no `train()` of its own
    follows, `train()` after it; `training=True` becomes `training=False`; the loop goes into a block of
    `torch.no_grad()` where the program has the name `torch`.

    ## Sources
    Documentation of `torch.nn.Module.eval`, `torch.nn.Dropout` and `torch.nn.BatchNorm1d`; Zhang et al. 2022,
    smell "training/evaluation mode improper toggling".
    """

    name = "evaluation-in-train-mode"
    code = "TL607"
    family = "loop"
    since = "0.1.0"
    frameworks = ("torch", "keras")
    severity = "warning"
    message = "`{network}` is evaluated in training mode, so {layer} distorts the results"
    help = "call `eval()` before this loop and `train()` before training goes on"

    good = [
        Example(
            "switched for the test and back",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for epoch in range(10):
                model.train()
                for x, y in train_loader:
                    optimizer.zero_grad()
                    nn.functional.mse_loss(model(x), y).backward()
                    optimizer.step()
                model.eval()
                with torch.no_grad():
                    for x, y in test_loader:
                        print(nn.functional.l1_loss(model(x), y))
            """,
        ),
        Example(
            "nothing in the network depends on the mode",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in train_loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                for x, y in test_loader:
                    print(nn.functional.l1_loss(model(x), y))
            """,
        ),
        Example(
            "an average over dropout",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in train_loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                samples = [model(x_test) for _ in range(50)]
                for _ in range(50):
                    samples.append(model(x_test))
            """,
        ),
        Example(
            "Keras infers unless it is told to train",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((20,)), keras.layers.Dropout(0.2), keras.layers.Dense(1)
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(x_train, y_train, epochs=10)
            for x, y in test_batches:
                print(keras.ops.mean(keras.ops.abs(model(x) - y)))
            """,
        ),
    ]
    bad = [
        Example(
            "a test after training",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in train_loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                for x, y in test_loader:
                    print(nn.functional.l1_loss(model(x), y))
            """,
            at="model(x)",
            fixed="""
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in train_loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                model.eval()
                for x, y in test_loader:
                    print(nn.functional.l1_loss(model(x), y))
            """,
        ),
        Example(
            "after each epoch, in functions with other names",
            """
            import torch.nn.functional as fn
            from torch import no_grad
            from torch.nn import BatchNorm1d, Linear, Module
            from torch.optim import Adam

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.first, self.norm, self.out = Linear(10, 64), BatchNorm1d(64), Linear(64, 1)

                def forward(self, x):
                    return self.out(fn.relu(self.norm(self.first(x))))

            def learn(net, batches, adam):
                net.train()
                for x, y in batches:
                    adam.zero_grad()
                    fn.mse_loss(net(x), y).backward()
                    adam.step()

            def measure(net, batches):
                with no_grad():
                    return [fn.l1_loss(net(x), y).item() for x, y in batches]

            def test(net, batches):
                with no_grad():
                    for x, y in batches:
                        print(fn.l1_loss(net(x), y))

            net = Net()
            adam = Adam(net.parameters())
            for epoch in range(10):
                learn(net, make_batches("train"), adam)
                test(net, make_batches("test"))
            """,
            at="net(x)",
            fixed="""
            import torch.nn.functional as fn
            from torch import no_grad
            from torch.nn import BatchNorm1d, Linear, Module
            from torch.optim import Adam

            class Net(Module):
                def __init__(self):
                    super().__init__()
                    self.first, self.norm, self.out = Linear(10, 64), BatchNorm1d(64), Linear(64, 1)

                def forward(self, x):
                    return self.out(fn.relu(self.norm(self.first(x))))

            def learn(net, batches, adam):
                net.train()
                for x, y in batches:
                    adam.zero_grad()
                    fn.mse_loss(net(x), y).backward()
                    adam.step()

            def measure(net, batches):
                with no_grad():
                    return [fn.l1_loss(net(x), y).item() for x, y in batches]

            def test(net, batches):
                with no_grad():
                    net.eval()
                    for x, y in batches:
                        print(fn.l1_loss(net(x), y))

            net = Net()
            adam = Adam(net.parameters())
            for epoch in range(10):
                learn(net, make_batches("train"), adam)
                test(net, make_batches("test"))
            """,
        ),
        Example(
            "gradients for nothing",
            """
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in train_loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            for x, y in test_loader:
                distance = nn.functional.l1_loss(model(x), y)

                print(distance.item())
            """,
            at="model(x)",
            severity="info",
            fixed="""
            import torch
            from torch import nn

            model = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
            optimizer = torch.optim.Adam(model.parameters())
            for x, y in train_loader:
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x), y).backward()
                optimizer.step()
            with torch.no_grad():
                for x, y in test_loader:
                    distance = nn.functional.l1_loss(model(x), y)

                    print(distance.item())
            """,
        ),
        Example(
            "a test of Keras that is told to train",
            """
            import tensorflow as tf
            from tensorflow import keras as k

            model = k.Sequential([
                k.layers.Input((20,)),
                k.layers.Dense(64, activation="relu"),
                k.layers.Dropout(0.5),
                k.layers.Dense(1),
            ])
            distance, optimizer = k.losses.MeanSquaredError(), k.optimizers.Adam()

            @tf.function
            def measure(x, y):
                return distance(y, model(x, training=True))

            for x, y in train_batches:
                with tf.GradientTape() as tape:
                    loss = distance(y, model(x, training=True))
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            for x, y in test_batches:
                print(measure(x, y))
            """,
            at="model(x, training=True)",
            fixed="""
            import tensorflow as tf
            from tensorflow import keras as k

            model = k.Sequential([
                k.layers.Input((20,)),
                k.layers.Dense(64, activation="relu"),
                k.layers.Dropout(0.5),
                k.layers.Dense(1),
            ])
            distance, optimizer = k.losses.MeanSquaredError(), k.optimizers.Adam()

            @tf.function
            def measure(x, y):
                return distance(y, model(x, training=False))

            for x, y in train_batches:
                with tf.GradientTape() as tape:
                    loss = distance(y, model(x, training=True))
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            for x, y in test_batches:
                print(measure(x, y))
            """,
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        if plan.context & QUIET:
            return
        told = set()
        for wrong in plan.evaluated_in_training():
            told.add(wrong.network)
            network, layer = plan.network_at(wrong.network), plan.mode_dependent(wrong.network)
            if wrong.forward.told_to_train and any(map(plan.steps_beside_others, plan.optimizers)):
                continue  # the generator of a GAN may well be meant to make noise
            self.report(
                wrong.forward.origin,
                subject=network,
                certainty=Certainty.EXACT if network is not None else Certainty.POSSIBLE,
                help=INFERENCE if wrong.forward.told_to_train else None,
                because=(
                    layer.origin if layer is not None else None,
                    wrong.left_by.origin if wrong.left_by else None,
                ),
                fix=inferring(wrong.forward) if wrong.forward.told_to_train else switched(plan, wrong),
                network=network.name if network is not None else called(wrong.forward),
                layer=f"`{layer.title}`" if layer is not None else "dropout or normalisation",
            )
        for number, forward in plan.recorded_for_nothing() if context.DEMO not in plan.context else ():
            network = plan.networks[number]
            if number not in told and network.framework == "torch":
                self.report(
                    forward.origin,
                    subject=network,
                    severity="info",
                    message=RECORDED,
                    help="put this loop in `with torch.no_grad():`",
                    fix=in_no_grad(plan, loop_around(forward.origin)),
                    network=network.name,
                )


RECORDED = "`{network}` is evaluated with gradients on: memory and time go into a graph nobody uses"
INFERENCE = "leave `training=True` to the loop that trains"


def inferring(forward: Event) -> Fix | None:
    """The same call, not told to train."""
    site = forward.origin.site if forward.origin is not None else None
    if site is None or len(TOLD.findall(site.text)) != 1:
        return None
    content = TOLD.sub(r"\1False", site.text)
    return safe("Say `training=False`", Edit(place=site.place, content=content))


TOLD = re.compile(r"(\btraining\s*=\s*)True\b")


def in_no_grad(plan: TrainingPlan, loop: Origin | None) -> Fix | None:
    """The loop in a block without gradients, where the program has the name `torch`."""
    made = [*(o.origin for o in plan.optimizers), *(o.loss_origin for o in plan.objectives)]
    made += [layer.origin for network in plan.networks for layer in network.layers]
    texts = (origin.site.text for origin in made if origin is not None and origin.site is not None)
    if not any(text.startswith("torch.") for text in texts):
        return None
    return safe("Compute no gradients here", put_into_block(loop, "with torch.no_grad():"))


def called(forward: Event) -> str:
    """What is called in a forward pass, as it is written."""
    site = forward.origin.site if forward.origin is not None else None
    return site.text.partition("(")[0] if site is not None else "the network"


def switched(plan: TrainingPlan, wrong: WrongMode) -> Fix | None:
    """`eval()` before the loop that measures, and `train()` after it where training goes on without one."""
    forward = wrong.forward.origin
    text = forward.site.text if forward is not None and forward.site is not None else ""
    found = re.match(r"([\w.]+)\(", text)
    if found is None:
        return None
    place = loop_around(forward) or forward
    edits = [line_before(place, f"{found[1]}.eval()")]
    if not comes_back(plan, wrong):
        edits.append(line_after(place, f"{found[1]}.train()"))
    return safe(f"Add `{found[1]}.eval()`", *edits)


def comes_back(plan: TrainingPlan, wrong: WrongMode) -> bool:
    """Whether nothing is trained after the pass, or a `train()` comes before that."""
    for loop in plan.loops():
        events = list(loop.walk())
        if any(event is wrong.forward for event in events):
            trains = any(event.kind == "backward" for event in events)
            switches = any(event.kind == "train_mode" and wrong.network in event.networks for event in events)
            return switches or not trains
    return True
