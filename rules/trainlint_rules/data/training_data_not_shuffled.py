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

LANGUAGE_MODELS = ("ForCausalLM", "LMHeadModel")
"""Ends of names of models that go on with a text, which is often cut into pieces that follow each other."""

FEW_STEPS = 20
"""Updates of a run that is only meant to show that the program works (judgement)."""

LEAST_SHARE = 0.01
"""A buffer that holds less of the data hardly moves a sample: sorted data stay sorted (judgement)."""

LEAST_BATCHES = 4
"""Batches that a buffer holds at least, where its share of the data is smaller (judgement)."""

FIXED = "training data come in the same order every epoch"

PIPELINE_HELP = "shuffle the samples before they become batches: `.shuffle(buffer_size)`"

ONCE = "samples are shuffled once: every epoch brings the same batches"
ONCE_HELP = "shuffle after `cache`, and without `reshuffle_each_iteration=False`"

BY_CLASS = "`validation_split` takes the end of data sorted by class: that class is not learned"
BY_CLASS_HELP = "put inputs and labels into one random order first, or use `train_test_split`"


class TrainingDataNotShuffled(Rule):
    """Every epoch goes through the samples in the same order.

    ## What it does
    Follows the loader of a training loop, or the arguments of `fit`, and looks for data that are not
    shuffled: `shuffle=False`, or a `DataLoader` that was not told (the default is not to shuffle). In a pipeline of
    tf.data it also looks at what is shuffled: whole batches, when `shuffle` comes after `batch`; a buffer
    of less than a hundredth of the samples that holds less than four batches; and, as a hint, an order that is drawn
    once for all epochs, by `reshuffle_each_iteration=False` or by a `cache` behind the shuffle. With
    `validation_split`, which takes the end of the data before they are shuffled, it looks for data that lie sorted by
    class: arrays of one class each that were joined, `x[np.argsort(y)]`, and data sets of scikit-learn.

    ## Why is this bad?
    Data often lie sorted by class or by source. A batch then holds one class only, the network follows
    whatever came last, and the loss swings with the period of an epoch. In a fixed order that is not sorted
    the same batches meet again and again, and their noise does not average out. `shuffle` of tf.data draws from
    a buffer: a sample comes about where it would have come anyway when the buffer is small. The end of sorted data is
    one class: it is missing in training, and nothing else is measured.

    ## When it stays silent
    A sampler, or a data set that brings its own order; networks that read sequences, language models, and stretches of a
    series, since the order of their samples may matter; reinforcement and meta-learning; random data; everything in one
    batch; at most 20 updates, unless `shuffle=False` is written; evaluation; one epoch, where an order is drawn once. A
    loader whose data set is not known and that says nothing about the order. Buffers of data of unknown size; two calls
    of `shuffle`.

    ## Fix safety
    Safe where a `DataLoader` says nothing: samples are drawn in another order. Unsafe where `shuffle=False` is
    written, since it may be meant. None for a pipeline of tf.data: where to shuffle is a choice, and a split by `take`
    and `skip` rests on an order that stays. None for `validation_split`: it takes several statements.

    ## Sources
    Defaults: documentation of `torch.utils.data.DataLoader` (no shuffling) and `keras.Model.fit`
    (shuffling; `validation_split` takes "the last samples in the x and y data provided, before shuffling");
    of `tf.data.Dataset.shuffle` ("for perfect shuffling, a buffer size greater than or equal to the
    full size of the dataset is required"; `reshuffle_each_iteration`). The hundredth, the four batches and the 20
    updates are judgements. Humbatova et al. 2020 (wrong position of data shuffle); Zhang et al. 2022.
    """

    name = "training-data-not-shuffled"
    code = "TL507"
    family = "data"
    since = "0.1.0"
    frameworks = ("keras", "torch")
    severity = "warning"
    message = "{what}, so batches are not a fair sample"
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
            if run.data.random or order_matters(plan.network_of(run), run) or is_trial(run):
                continue
            if run.kept_apart_by_class is not None:
                self.report(
                    run.kept_apart,
                    subject=run,
                    message=BY_CLASS,
                    help=BY_CLASS_HELP,
                    because=(run.kept_apart_by_class,),
                )
                continue
            if certainty is None:
                self.look_at_pipeline(run)
                continue
            if run.shuffle.is_written:
                fix = replace_value(run.shuffle, "True", "samples are drawn in another order")
                self.report(run.shuffle.origin, subject=run, certainty=certainty, fix=fix, what=FIXED)
            elif run.data.origin is not None:
                if run.framework == "torch":
                    fix, advice = add_argument(run.loader, "shuffle=True", "safe"), None
                else:  # the last step of a pipeline of tf.data takes no `shuffle`
                    fix, advice = None, PIPELINE_HELP
                place = run.loader or (run.origin if is_counted(run) else None)
                self.report(place, subject=run, certainty=certainty, help=advice, fix=fix, what=FIXED)

    def look_at_pipeline(self, run: TrainingRun) -> None:
        """What is shuffled in a pipeline of tf.data that shuffles."""
        certainty = run.shuffles_batches.violates(lambda whole: whole)
        if certainty is not None and is_counted(run):
            self.report(
                run.shuffles_batches.origin,
                subject=run,
                certainty=certainty,
                help=PIPELINE_HELP,
                what="whole batches are shuffled",
            )
            return
        certainty = run.shuffled_once.violates(lambda once: once)
        if certainty is not None and run.epochs.value != 1:
            self.report(
                run.shuffled_once.origin,
                subject=run,
                severity="info",
                certainty=certainty,
                message=ONCE,
                help=ONCE_HELP,
            )
            return
        samples, batch = run.data.samples.value, run.batch_size.value
        if samples is None or batch is None:
            return
        certainty = run.shuffle_buffer.violates(
            lambda size: 0 < size < min(samples * LEAST_SHARE, batch * LEAST_BATCHES)
        )
        if certainty is not None:
            self.report(
                run.shuffle_buffer.origin,
                subject=run,
                certainty=certainty,
                help="draw from more: `.shuffle(buffer_size)` with the number of samples, or thousands",
                what=f"samples are drawn from {run.shuffle_buffer.value} of {samples} at a time",
            )


def is_counted(run: TrainingRun) -> bool:
    """Whether the data are known well enough to say that nothing else has put them in random order."""
    return run.data.samples.value is not None


def order_matters(network: Network | None, run: TrainingRun) -> bool:
    """Whether samples may follow each other for a reason: the network reads sequences, or is not known."""
    if network is None or any(layer.title.endswith(LANGUAGE_MODELS) for layer in network.layers):
        return True
    return not run.data.image and any(True for _ in network.of_kind(*SEQUENCES))


def is_trial(run: TrainingRun) -> bool:
    """Whether everything is in one batch, or hardly an update is made and nothing said about the order."""
    is_short = run.updates is not None and run.updates <= FEW_STEPS
    return is_one_batch(run) or (is_short and not run.shuffle.is_written)


def is_one_batch(run: TrainingRun) -> bool:
    samples, batch = run.data.samples.value, run.batch_size.value
    return samples is not None and batch is not None and batch >= samples
