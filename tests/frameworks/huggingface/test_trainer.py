"""Trainer and TrainingArguments, models that compute their own loss, and data sets of the Hub."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import kinds, plan, row, within
from trainlint.plan import context
from trainlint.plan.loop import Branch, Loop, Sequence

IMPORTS = """
import torch
import torch.nn as nn
from datasets import Dataset, load_dataset
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments
"""
MODEL = 'model = AutoModelForSequenceClassification.from_pretrained("bert-base-uncased", num_labels=4)'
DATA = 'data = load_dataset("imdb")'
TRAIN = 'Trainer(model=model, args=args, train_dataset=data["train"]).train()'


def arguments(text: str = "") -> str:
    return f'args = TrainingArguments("out", {text})'


def test_all_defaults() -> None:
    made = plan(IMPORTS, MODEL, DATA, arguments(), TRAIN)
    [optimizer], [run] = made.optimizers, made.runs
    assert (optimizer.name, optimizer.trains) == ("AdamW", True)
    assert optimizer.learning_rate.value == 5e-5
    assert optimizer.learning_rate.is_library_default
    assert optimizer.number("weight_decay") == 0
    assert (run.epochs.value, run.batch_size.value, run.data.samples.value) == (3, 8, 25_000)
    assert run.validates is False
    assert optimizer.schedule is not None
    assert (optimizer.schedule.name, optimizer.schedule.warms_up) == (
        "get_linear_schedule_with_warmup",
        False,
    )
    assert optimizer.schedule.peak.value == 5e-5
    assert within(["forward", "backward", "clip", "step", "scheduler_step", "zero_grad"], kinds(made))
    assert not list(made.uncleared_steps())
    assert {objective.loss for objective in made.objectives} == {"cross_entropy"}
    assert context.FINE_TUNING in made.context


def test_a_trainer_without_settings() -> None:
    made = plan(IMPORTS, MODEL, DATA, 'Trainer(model, train_dataset=data["train"]).train()')
    assert (made.optimizers[0].learning_rate.value, made.runs[0].epochs.value) == (5e-5, 3)


def test_settings_stand_where_they_are_written() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        DATA,
        """
        args = TrainingArguments(
            output_dir="out",
            learning_rate=3e-4,
            per_device_train_batch_size=16,
            gradient_accumulation_steps=4,
            num_train_epochs=7,
            weight_decay=0.1,
            lr_scheduler_type="cosine",
            warmup_steps=100,
            max_grad_norm=0.0,
        )
        trainer = Trainer(model=model, args=args, train_dataset=data["train"], eval_dataset=data["test"])
        trainer.train()
        """,
    )
    [optimizer], [run] = made.optimizers, made.runs
    assert optimizer.learning_rate.value == 3e-4
    assert row(optimizer.learning_rate) == 12
    assert optimizer.number("weight_decay") == 0.1
    assert (run.epochs.value, run.batch_size.value, run.validates) == (7, 64, True)
    assert optimizer.schedule is not None
    assert (optimizer.schedule.name, optimizer.schedule.warms_up) == ("get_cosine_schedule_with_warmup", True)
    assert "clip" not in kinds(made)


@pytest.mark.parametrize(
    ("optim", "name"),
    [
        ("adamw_torch_fused", "AdamW"),
        ("adafactor", "Adafactor"),
        ("sgd", "SGD"),
        ("paged_adamw_8bit", "AdamW8bit"),
        ("lion_8bit", "Lion8bit"),
    ],
)
def test_optimizers_by_name(optim: str, name: str) -> None:
    made = plan(IMPORTS, MODEL, DATA, arguments(f"optim='{optim}', learning_rate=1e-4"), TRAIN)
    assert [(o.name, o.learning_rate.value, o.trains) for o in made.optimizers] == [(name, 1e-4, True)]


def test_steps_instead_of_epochs() -> None:
    made = plan(IMPORTS, MODEL, DATA, arguments("max_steps=500"), TRAIN)
    assert not made.runs[0].epochs.known


def test_optimizers_of_the_program() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        DATA,
        arguments(),
        "opt = torch.optim.SGD(model.parameters(), lr=0.2)",
        "trainer = Trainer(model=model, args=args, train_dataset=data['train'], optimizers=(opt, None))",
        "trainer.train()",
    )
    assert [(o.name, o.learning_rate.value) for o in made.optimizers] == [("SGD", 0.2)]


def test_a_loss_of_the_program_on_the_logits_of_a_model() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        DATA,
        arguments(),
        """
        class Weighted(Trainer):
            def compute_loss(self, model, inputs, return_outputs=False):
                labels = inputs.pop("labels")
                outputs = model(**inputs)
                loss = nn.CrossEntropyLoss()(outputs.logits, labels)
                return (loss, outputs) if return_outputs else loss

        Weighted(model=model, args=args, train_dataset=data["train"]).train()
        """,
    )
    [objective] = made.objectives
    assert (objective.loss, objective.scores) == ("cross_entropy", 4)
    assert made.runs[0].objective == 0


def test_a_network_of_the_program() -> None:
    made = plan(
        IMPORTS,
        """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.head = nn.Linear(8, 3)
            def forward(self, input_ids, labels=None):
                logits = self.head(input_ids)
                loss = None
                if labels is not None:
                    loss = nn.functional.cross_entropy(logits, labels)
                return {"loss": loss, "logits": logits}
        """,
        arguments("learning_rate=0.1"),
        "Trainer(model=Net(), args=args, train_dataset=None).train()",
    )
    assert made.networks[0].name == "Net"
    assert made.optimizers[0].learning_rate.value == 0.1
    assert made.objectives[0].loss == "cross_entropy"


def test_a_model_made_for_each_trial() -> None:
    made = plan(
        IMPORTS,
        f"def make():\n    {MODEL}\n    return model",
        arguments(),
        "Trainer(model_init=make, args=args).train()",
    )
    assert made.networks[0].pretrained


def test_pretrained_or_from_scratch() -> None:
    made = plan(IMPORTS, MODEL, "model(input_ids=torch.zeros(2, 8)).logits.sum().backward()")
    assert made.networks[0].pretrained
    scratch = plan(
        IMPORTS,
        'model = AutoModelForSequenceClassification.from_config(AutoConfig.from_pretrained("x", num_labels=5))',
        "model(input_ids=torch.zeros(2, 8)).logits.sum().backward()",
    )
    [network] = scratch.networks
    assert not network.pretrained
    assert network.layers[-1].units == 5


def test_a_loop_of_the_program_around_a_model_with_labels() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        DATA,
        """
        from torch.utils.data import DataLoader
        from transformers import get_linear_schedule_with_warmup
        optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5)
        schedule = get_linear_schedule_with_warmup(optimizer, 10, 100)
        loader = DataLoader(data["train"].shuffle().select(range(640)), batch_size=32)
        for epoch in range(2):
            for batch in loader:
                outputs = model(**batch)
                loss = outputs.loss
                loss.backward()
                optimizer.step()
                schedule.step()
        """,
    )
    [run] = made.runs
    assert (run.batch_size.value, run.data.samples.value, run.updates) == (32, 640, 40)
    assert {objective.loss for objective in made.objectives} <= {"custom"}
    assert len(list(made.uncleared_steps())) == 1


@pytest.mark.parametrize("access", ["outputs.loss", "outputs[0]", "outputs['loss']"])
def test_the_loss_of_an_output(access: str) -> None:
    made = plan(
        IMPORTS,
        MODEL,
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)",
        "outputs = model(input_ids=torch.zeros(2, 8), labels=torch.zeros(2))",
        f"{access}.backward()",
        "optimizer.step()",
    )
    [backward] = [event for tree in made.events for event in tree.walk() if event.kind == "backward"]
    assert set(backward.networks) & set(made.optimizers[0].networks)


@pytest.mark.parametrize(
    ("code", "samples"),
    [
        ("load_dataset('imdb', split='train')", 25_000),
        ("load_dataset('imdb', split='train[:500]')", 500),
        ("load_dataset('imdb', split='train[:10%]')", 2_500),
        ("load_dataset('glue', 'mrpc')['train']", 3_668),
        ("load_dataset('imdb')['train'].map(str).remove_columns(['text'])", 25_000),
        ("load_dataset('imdb')['train'].train_test_split(test_size=0.2)['train']", 20_000),
        ("load_dataset('imdb')['train'].take(12)", 12),
        ("load_dataset('imdb')['train'].filter(bool)", None),
        ("load_dataset('somebody/something')['train']", None),
        ("Dataset.from_dict({'text': ['a', 'b', 'c']})", 3),
    ],
)
def test_how_many_samples_there_are(code: str, samples: int | None) -> None:
    made = plan(
        IMPORTS, MODEL, f"data = {code}", arguments(), "Trainer(model, args, train_dataset=data).train()"
    )
    assert made.runs[0].data.samples.value == samples


def test_adapters_and_trainers_for_language_models() -> None:
    made = plan(
        IMPORTS,
        """
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM
        from trl import SFTConfig, SFTTrainer
        model = get_peft_model(AutoModelForCausalLM.from_pretrained("m"), LoraConfig(r=8))
        SFTTrainer(model=model, args=SFTConfig(output_dir="out"), train_dataset=load_dataset("imdb", split="train")).train()
        """,
    )
    assert made.optimizers[0].learning_rate.value == 2e-5
    assert made.networks[0].pretrained
    by_name = plan(IMPORTS, "from trl import SFTTrainer", "SFTTrainer('some/model', train_dataset=1).train()")
    assert by_name.networks[0].pretrained


def test_rates_that_differ_between_releases_are_unknown() -> None:
    made = plan(
        IMPORTS,
        MODEL,
        "from trl import DPOConfig, DPOTrainer",
        "DPOTrainer(model, args=DPOConfig(output_dir='out')).train()",
    )
    assert not made.optimizers[0].learning_rate.known


def test_one_of_two_models_is_the_same_one_everywhere() -> None:
    made = plan(
        IMPORTS,
        """
        if torch.cuda.is_available():
            model = AutoModelForSequenceClassification.from_pretrained("x")
        else:
            model = AutoModelForSequenceClassification.from_config(None)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for epoch in range(3):
            model.train()
            for batch in batches:
                model(**batch).loss.backward()
                optimizer.step()
                optimizer.zero_grad()
            model.eval()
        """,
    )
    names = [branch.condition for branch in branches(made.events) if branch.condition.startswith("which of")]
    assert len(names) >= 3
    assert len(set(names)) == 1


def branches(trees: tuple[Sequence, ...]) -> list[Branch]:
    found: list[Branch] = []
    for tree in trees:
        for item in tree.items:
            if isinstance(item, Branch):
                found += [item, *branches(item.paths)]
            elif isinstance(item, Loop):
                found += branches((item.body,))
    return found


def test_other_trainers_are_not_followed() -> None:
    made = plan(
        IMPORTS,
        "class Trainer:\n    def __init__(self, model, args): pass\n    def train(self): pass",
        MODEL,
        arguments(),
        "Trainer(model, args).train()",
    )
    assert not made.optimizers
    assert not made.runs


def test_models_for_tensorflow_are_no_modules() -> None:
    made = plan(
        "import torch", "from transformers import TFAutoModel", "m = TFAutoModel.from_pretrained('x')", "m(1)"
    )
    assert not made.networks
