"""Networks that are told by settings what they are, that inherit, and that hold weights of their own."""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

CONFIG = {
    "input_dim": 16,
    "layers": [{"units": 32, "activation": "relu"}, {"units": 24, "activation": "tanh", "dropout": 0.1}],
    "num_classes": 5,
}

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "none": nn.Identity}


class FromDictionary(nn.Module):
    def __init__(self, config):
        super().__init__()
        size = config["input_dim"]
        modules = []
        for spec in config["layers"]:
            modules.append(nn.Linear(size, spec["units"]))
            modules.append(ACTIVATIONS[spec.get("activation", "none")]())
            if spec.get("dropout"):
                modules.append(nn.Dropout(spec["dropout"]))
            size = spec["units"]
        self.body = nn.Sequential(*modules)
        self.head = nn.Linear(size, config["num_classes"])

    def forward(self, x):
        return self.head(self.body(x))


@dataclass
class Config:
    channels: int = 3
    widths: list = field(default_factory=lambda: [8, 16])
    kernel: int = 3
    classes: int = 7

    @property
    def last(self):
        return self.widths[-1]


class FromDataclass(nn.Module):
    def __init__(self, cfg: Config):
        super().__init__()
        self.cfg = cfg
        channels = cfg.channels
        for index, width in enumerate(cfg.widths):
            setattr(self, f"conv{index}", nn.Conv2d(channels, width, cfg.kernel, padding=cfg.kernel // 2))
            channels = width
        self.fc = nn.Linear(cfg.last, cfg.classes)

    def forward(self, x):
        for index in range(len(self.cfg.widths)):
            x = F.relu(getattr(self, f"conv{index}")(x))
            x = F.max_pool2d(x, 2)
        return self.fc(x.amax(dim=(2, 3)))


class FromKeywords(nn.Module):
    def __init__(self, **kwargs):
        super().__init__()
        width = kwargs.pop("width", 16)
        self.conv = nn.Conv2d(3, width, **kwargs)
        self.norm = nn.BatchNorm2d(num_features=width)
        self.fc = nn.Linear(in_features=width, out_features=kwargs.get("groups", 1) + 2)

    def forward(self, x):
        x = self.norm(self.conv(x)).relu().mean(dim=-1).mean(dim=-1)
        return self.fc(x)


REGISTRY = {}


def register(name):
    def decorate(cls):
        REGISTRY[name] = cls
        return cls

    return decorate


@register("shallow")
class Shallow(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.fc(x)


@register("deep")
class Deep(Shallow):
    def __init__(self, inputs, classes, depth=2):
        super().__init__(inputs, classes)
        self.hidden = nn.ModuleList([nn.Linear(inputs, inputs) for _ in range(depth)])

    def forward(self, x):
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return super().forward(x)


def create_model(name, **kwargs):
    if name not in REGISTRY:
        raise ValueError(f"no model is called {name}")
    return REGISTRY[name](**kwargs)


class Base(nn.Module):
    hidden = 20

    def __init__(self, inputs):
        super().__init__()
        self.inputs = inputs
        self.backbone = self.make_backbone()
        self.head = self.make_head()

    def make_backbone(self):
        raise NotImplementedError

    def make_head(self):
        return nn.Linear(self.hidden, 2)

    def forward(self, x):
        return self.head(self.backbone(x))


class WithBackbone(Base):
    def make_backbone(self):
        return nn.Sequential(nn.Linear(self.inputs, self.hidden), nn.ReLU())


class WithWideHead(WithBackbone):
    hidden = 28

    def make_head(self):
        return nn.Sequential(nn.Dropout(0.1), nn.Linear(self.hidden, 6))


class ScalingMixin:
    def scaled(self, x):
        return x * self.scale


class NormalisingMixin:
    def normalised(self, x):
        return F.layer_norm(x, x.shape[1:])


class Mixed(NormalisingMixin, ScalingMixin, nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(dim))
        self.fc = nn.Linear(dim, 3)

    def forward(self, x):
        return self.fc(self.scaled(self.normalised(x)))


class OwnLinear(nn.Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        if bias:
            self.bias = nn.Parameter(torch.zeros(outputs))
        else:
            self.register_parameter("bias", None)
        nn.init.kaiming_uniform_(self.weight)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


class OwnLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = OwnLinear(12, 18)
        self.b = OwnLinear(18, 4, bias=False)
        self.temperature = nn.Parameter(torch.tensor(1.0))

    def forward(self, x):
        return self.b(torch.relu(self.a(x))) / self.temperature


class Tied(nn.Module):
    """The decoder uses the encoder's matrix, transposed."""

    def __init__(self, inputs=30, code=6):
        super().__init__()
        self.encoder = nn.Linear(inputs, code)
        self.decoder_bias = nn.Parameter(torch.zeros(inputs))

    def forward(self, x):
        code = torch.sigmoid(self.encoder(x))
        return F.linear(code, self.encoder.weight.t(), self.decoder_bias)


class Experts(nn.Module):
    """Each expert's answer, weighted by a gate."""

    def __init__(self, dim=8, experts=3, outputs=4):
        super().__init__()
        self.gate = nn.Linear(dim, experts)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(dim, 16), nn.ReLU(), nn.Linear(16, outputs)) for _ in range(experts)
        )

    def forward(self, x):
        weights = self.gate(x).softmax(dim=-1)
        answers = torch.stack([expert(x) for expert in self.experts], dim=1)
        return torch.einsum("be,beo->bo", weights, answers)


class Frozen(nn.Module):
    """A part that is not trained, and a head that is."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        for parameter in self.backbone.parameters():
            parameter.requires_grad = False
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        with torch.no_grad():
            x = self.backbone(x)
        return self.head(x)
