"""Training data that come in one fixed order."""

from __future__ import annotations

from trainlint.api import (
    Example,
    Network,
    Rule,
    TrainingPlan,
    TrainingRun,
    add_argument,
    context,
    kinds,
    replace_value,
)

QUIET = {
    context.INFERENCE_ONLY, context.REINFORCEMENT_LEARNING, context.META_LEARNING, context.DEMO,
    context.INPUT_OPTIMISATION,
}  # fmt: skip

SEQUENCES = kinds.RECURRENT | {"transformer", "transformer_encoder", "transformer_decoder", "attention"}
"""Layers of networks whose data may have an order that matters."""

PIPELINE_HELP = "shuffle the samples before they become batches: `.shuffle(buffer_size)`"


class TrainingDataNotShuffled(Rule):
    """Every epoch goes through the samples in the same order.

    ## What it does
    Follows the loader of a training loop, or the arguments of `fit`, and looks for data that are not
    shuffled: `shuffle=False`, or a `DataLoader` that was not told (the default is not to shuffle).

    ## Why is this bad?
    Data often lie sorted by class or by source. A batch then holds one class only, the network follows
    whatever came last, and the loss swings with the period of an epoch. In a fixed order that is not sorted
    the same batches meet again and again, and their noise does not average out.

    ## When it stays silent
    A sampler, or a data set that brings its own order; networks that read sequences, since the order of
    their samples may matter; reinforcement and meta-learning; random data; everything in one batch;
    evaluation. A loader whose data set is not known and that says nothing about the order.

    ## Fix safety
    Safe where a `DataLoader` says nothing: samples are drawn in another order. Unsafe where `shuffle=False` is
    written, since it may be meant. None for a pipeline of tf.data: where to shuffle is a choice.

    ## Sources
    Defaults: documentation of `torch.utils.data.DataLoader` (no shuffling) and `keras.Model.fit`
    (shuffling). Humbatova et al. 2020 (wrong position of data shuffle); Zhang et al. 2022.
    """

    name = "training-data-not-shuffled"
    code = "TL507"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "training data come in the same order every epoch, so batches are not a fair sample"
    help = "shuffle the training data: `shuffle=True`"

    good = [
        Example(
            "shuffled for training, not for testing",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader
            from torchvision import datasets, transforms

            tensor = transforms.ToTensor()
            train = DataLoader(datasets.MNIST("data", transform=tensor), batch_size=64, shuffle=True)
            test = DataLoader(datasets.MNIST("data", train=False, transform=tensor), batch_size=64)
            net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(5):
                for x, y in train:
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(x), y).backward()
                    optimizer.step()
                for x, y in test:
                    print((net(x).argmax(1) == y).float().mean())
            """,
        ),
        Example(
            "a sampler",
            """
            import torch
            from torch import nn
            from torch.utils.data import DataLoader, WeightedRandomSampler
            from torchvision import datasets, transforms

            data = datasets.MNIST("data", transform=transforms.ToTensor())
            loader = DataLoader(data, 64, sampler=WeightedRandomSampler(weights, len(data)))
            net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for x, y in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(net(x), y).backward()
                optimizer.step()
            """,
        ),
        Example(
            "the order of a series",
            """
            import keras

            model = keras.Sequential([
                keras.layers.Input((30, 4)), keras.layers.LSTM(32), keras.layers.Dense(1),
            ])
            model.compile(optimizer="adam", loss="mse")
            model.fit(windows, following, epochs=10, shuffle=False)
            """,
        ),
    ]
    bad = [
        Example(
            "the default of a loader",
            """
            import torch
            from torch import nn
            from torch.utils import data as tud
            from torchvision import datasets, transforms

            def loaders(size):
                tensor = transforms.ToTensor()
                train = datasets.FashionMNIST("data", train=True, transform=tensor)
                return tud.DataLoader(train, batch_size=size)

            net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(5):
                for x, y in loaders(64):
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(x), y).backward()
                    optimizer.step()
            """,
            at="tud.DataLoader(train, batch_size=size)",
            fixed="""
            import torch
            from torch import nn
            from torch.utils import data as tud
            from torchvision import datasets, transforms

            def loaders(size):
                tensor = transforms.ToTensor()
                train = datasets.FashionMNIST("data", train=True, transform=tensor)
                return tud.DataLoader(train, batch_size=size, shuffle=True)

            net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
            optimizer = torch.optim.Adam(net.parameters())
            for epoch in range(5):
                for x, y in loaders(64):
                    optimizer.zero_grad()
                    nn.functional.cross_entropy(net(x), y).backward()
                    optimizer.step()
            """,
        ),
        Example(
            "switched off in `fit`",
            """
            import keras

            (x_train, y_train), _ = keras.datasets.mnist.load_data()
            model = keras.Sequential([
                keras.layers.Input((28, 28)),
                keras.layers.Rescaling(1 / 255),
                keras.layers.Flatten(),
                keras.layers.Dense(10, activation="softmax"),
            ])
            model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
            model.fit(x_train, y_train, epochs=5, shuffle=False)
            """,
            at="False",
        ),
    ]

    def check(self, plan: TrainingPlan) -> None:
        for run in plan.runs if not plan.context & QUIET else ():
            certainty = run.shuffle.violates(lambda shuffles: not shuffles)
            network = plan.network_of(run)
            if certainty is None or run.data.random or order_matters(network, run) or is_one_batch(run):
                continue
            if run.shuffle.is_written:
                fix = replace_value(run.shuffle, "True", "samples are drawn in another order")
                self.report(run.shuffle.origin, subject=run, certainty=certainty, fix=fix)
            elif run.data.origin is not None:
                if run.framework == "torch":
                    fix, advice = add_argument(run.loader, "shuffle=True", "safe"), None
                else:  # the last step of a pipeline of tf.data takes no `shuffle`
                    fix, advice = None, PIPELINE_HELP
                self.report(run.loader, subject=run, certainty=certainty, help=advice, fix=fix)


def order_matters(network: Network | None, run: TrainingRun) -> bool:
    """Whether samples may follow each other for a reason: the network reads sequences, or is not known."""
    return network is None or (not run.data.image and any(True for _ in network.of_kind(*SEQUENCES)))


def is_one_batch(run: TrainingRun) -> bool:
    samples, batch = run.data.samples.value, run.batch_size.value
    return samples is not None and batch is not None and batch >= samples
