"""Autoencoders, generators and discriminators."""

import torch
from torch import nn


class AutoEncoder(nn.Module):
    def __init__(self, code=16):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, code))
        self.decoder = nn.Sequential(nn.Linear(code, 64), nn.ReLU(), nn.Linear(64, 784), nn.Sigmoid())

    def forward(self, x):
        shape = x.shape
        code = self.encoder(x.flatten(1))
        return self.decoder(code).reshape(shape)


class ConvAutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),
            nn.ELU(),
            nn.Conv2d(16, 8, 3, stride=2, padding=1),
            nn.ELU(),
        )
        self.decode = nn.Sequential(
            nn.ConvTranspose2d(8, 16, 3, stride=2, padding=1, output_padding=1),
            nn.ELU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
            nn.Tanh(),
        )

    def forward(self, x):
        return self.decode(self.encode(x))


class VAE(nn.Module):
    def __init__(self, latent=8):
        super().__init__()
        self.fc1 = nn.Linear(784, 100)
        self.mean = nn.Linear(100, latent)
        self.log_variance = nn.Linear(100, latent)
        self.fc3 = nn.Linear(latent, 100)
        self.fc4 = nn.Linear(100, 784)

    def encode(self, x):
        h = torch.relu(self.fc1(x))
        return self.mean(h), self.log_variance(h)

    def reparameterise(self, mean, log_variance):
        deviation = torch.exp(0.5 * log_variance)
        noise = torch.randn_like(deviation)
        return mean + noise * deviation

    def decode(self, z):
        return torch.sigmoid(self.fc4(torch.relu(self.fc3(z))))

    def forward(self, x):
        mean, log_variance = self.encode(x.view(-1, 784))
        z = self.reparameterise(mean, log_variance)
        return self.decode(z), mean, log_variance


class Generator(nn.Module):
    def __init__(self, latent=20, width=8, channels=3):
        super().__init__()

        def block(inputs, outputs, stride, padding):
            return [
                nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(True),
            ]

        self.main = nn.Sequential(
            *block(latent, width * 4, 1, 0),
            *block(width * 4, width * 2, 2, 1),
            *block(width * 2, width, 2, 1),
            nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False),
            nn.Tanh(),
        )

    def forward(self, noise):
        return self.main(noise[:, :, None, None])


class Discriminator(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        layers = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
        for step in range(2):
            inputs = width * 2**step
            layers += [
                nn.Conv2d(inputs, inputs * 2, 4, 2, 1, bias=False),
                nn.InstanceNorm2d(inputs * 2, affine=True),
                nn.LeakyReLU(0.2, inplace=True),
            ]
        layers.append(nn.Conv2d(width * 4, 1, 4, 1, 0, bias=False))
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        return self.main(x).view(-1, 1).squeeze(1)


class Conditional(nn.Module):
    """A generator that is told the class."""

    def __init__(self, classes=10, latent=16, shape=(1, 14, 14)):
        super().__init__()
        self.shape = shape
        self.label = nn.Embedding(classes, classes)
        size = shape[0] * shape[1] * shape[2]
        self.model = nn.Sequential(
            nn.Linear(latent + classes, 64), nn.LeakyReLU(0.2), nn.Linear(64, size), nn.Tanh()
        )

    def forward(self, noise, labels):
        x = torch.cat((self.label(labels), noise), -1)
        return self.model(x).view(x.size(0), *self.shape)
