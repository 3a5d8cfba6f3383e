"""Programs whose loop belongs to Lightning, Hugging Face or Accelerate, run under watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.probe.programs import DIGITS
from tests.probe.ran import judged

HEAD = f"""
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
{DIGITS}
loader = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True, num_workers=2)
layers = nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)
"""

LIGHTNING = f"""
import lightning
{HEAD}
class Digits(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def training_step(self, batch, number):
        inputs, targets = batch
        loss = nn.functional.cross_entropy(self.layers(inputs), targets)
        self.log("loss", loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-8)

trainer = lightning.Trainer(max_epochs=100, limit_train_batches=8)
trainer.fit(Digits(), loader)
"""

ACCELERATE = f"""
import accelerate
{HEAD}
accelerator = accelerate.Accelerator(gradient_accumulation_steps=2)
model = nn.Sequential(*layers)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-8)
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
for epoch in range(100):
    for inputs, targets in loader:
        with accelerator.accumulate(model):
            accelerator.backward(nn.functional.cross_entropy(model(inputs), targets))
            optimizer.step()
            optimizer.zero_grad()
    accelerator.save_state("state")
"""

HUGGING_FACE = """
import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

class Words(Dataset):
    def __init__(self):
        self.words = torch.randint(5, 100, (256, 16))

    def __len__(self):
        return len(self.words)

    def __getitem__(self, place):
        return {"input_ids": self.words[place], "labels": (self.words[place, 0] > 50).long()}

config = BertConfig(
    vocab_size=100, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, num_labels=2
)
model = BertForSequenceClassification(config)
arguments = TrainingArguments(
    output_dir="out", per_device_train_batch_size=16, learning_rate=1e-9, num_train_epochs=50,
    lr_scheduler_type="constant", save_strategy="steps", save_steps=8, save_total_limit=1,
)
Trainer(model=model, args=arguments, train_dataset=Words()).train()
"""

PROGRAMS = {"Lightning": LIGHTNING, "Accelerate": ACCELERATE, "Hugging Face": HUGGING_FACE}


@pytest.mark.parametrize("library", PROGRAMS)
def test_its_loop_is_watched_and_writes_nothing(library: str, tmp_path: Path) -> None:
    verdict = judged(tmp_path, PROGRAMS[library], steps=30)["learning-rate-too-low"].probe
    assert verdict is not None
    assert verdict.verdict == "confirmed", verdict.sentence
    assert verdict.budget.steps == 30
    assert not [note for note in verdict.assumptions if "not allowed" in note]
    assert [file.name for file in tmp_path.iterdir()] == ["program.py"]
    assert not [layer for layer in verdict.layers if layer.name.startswith("weight ")]  # all have names
