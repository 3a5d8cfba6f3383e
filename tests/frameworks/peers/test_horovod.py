"""Programs that train with Horovod."""

from __future__ import annotations

from tests.frameworks.planning import plan


def test_the_optimizer_within_is_the_one_that_trains() -> None:
    made = plan(
        """
        import torch
        import horovod.torch as hvd
        hvd.init()
        net = torch.nn.Linear(4, 2)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01 * hvd.size())
        optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=net.named_parameters())
        for _ in range(3):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(torch.zeros(8, 4)), torch.zeros(8).long()).backward()
            optimizer.step()
        """
    )
    assert [optimizer.name for optimizer in made.optimizers] == ["SGD"]
    rate = made.optimizers[0].learning_rate
    assert (rate.values, rate.certainty.value) == ((0.01,), "default")
