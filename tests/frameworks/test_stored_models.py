"""Class methods of libraries that give an object of a class of the program."""

from __future__ import annotations

from tests.frameworks.planning import plan


def test_a_pretrained_model_of_the_program() -> None:
    made = plan(
        """
        import torch.nn as nn
        from transformers import BertConfig, BertModel, PreTrainedModel, Trainer, TrainingArguments
        class Classifier(PreTrainedModel):
            def __init__(self, config, classes=2):
                super().__init__(config)
                self.bert = BertModel(config)
                self.head = nn.Linear(768, classes)
            def forward(self, input_ids, labels=None):
                logits = self.head(self.bert(input_ids).last_hidden_state[:, 0])
                return {"loss": nn.CrossEntropyLoss()(logits, labels), "logits": logits}
        model = Classifier.from_pretrained("bert-base-uncased", classes=3)
        Trainer(model, TrainingArguments("out", learning_rate=2e-5), train_dataset=data).train()
        """
    )
    assert [network.name for network in made.networks] == ["Classifier"]
    assert made.networks[0].complete
    assert [objective.loss for objective in made.objectives] == ["cross_entropy"]


def test_a_module_from_a_checkpoint() -> None:
    made = plan(
        """
        import torch, lightning as L
        class Net(L.LightningModule):
            def __init__(self, width=8, rate=0.1):
                super().__init__()
                self.layer = torch.nn.Linear(4, width)
                self.rate = rate
            def training_step(self, batch, index):
                return torch.nn.functional.mse_loss(self.layer(batch), batch)
            def configure_optimizers(self):
                return torch.optim.SGD(self.parameters(), lr=self.rate)
        L.Trainer(max_epochs=2).fit(Net.load_from_checkpoint("net.ckpt", rate=0.5))
        """
    )
    assert made.optimizers[0].learning_rate.values == (0.5,)


def test_the_command_line_of_lightning_leaves_the_batch_as_it_is() -> None:
    made = plan(
        """
        import torch, lightning as L
        from lightning.pytorch.cli import LightningCLI
        class Data(L.LightningDataModule):
            def train_dataloader(self):
                return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.zeros(9, 4)), batch_size=3)
        class Net(L.LightningModule):
            def __init__(self, rate: float = 0.1):
                super().__init__()
                self.layer = torch.nn.Linear(4, 4)
                self.rate = rate
            def training_step(self, batch, index):
                return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[0])
            def configure_optimizers(self):
                return torch.optim.SGD(self.parameters(), lr=self.rate)
        LightningCLI(Net, Data)
        """
    )
    assert made.runs[0].batch_size.values == (3,)
    assert made.runs[0].epochs.values == ()
