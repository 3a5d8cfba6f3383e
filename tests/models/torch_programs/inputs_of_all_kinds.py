"""Volumes, words, pairs, several inputs and several outputs."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Volumes(nn.Module):
    def __init__(self, classes=2):
        super().__init__()
        self.group1 = nn.Sequential(nn.Conv3d(1, 4, 3), nn.BatchNorm3d(4), nn.ReLU(), nn.MaxPool3d(2))
        self.group2 = nn.Sequential(
            nn.Conv3d(4, 8, (3, 3, 3), padding=(1, 1, 1)), nn.ReLU(), nn.AdaptiveAvgPool3d((1, 2, 2))
        )
        self.up = nn.ConvTranspose3d(8, 4, kernel_size=(1, 2, 2), stride=(1, 2, 2))
        self.fc = nn.Linear(4 * 1 * 4 * 4, classes)

    def forward(self, x):
        x = self.up(self.group2(self.group1(x)))
        return self.fc(x.view(x.size()[0], -1))


class TextCNN(nn.Module):
    def __init__(self, vocabulary=80, dim=16, filters=10, windows=(2, 3, 4), classes=2):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.convs = nn.ModuleList([nn.Conv2d(1, filters, (window, dim)) for window in windows])
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(len(windows) * filters, classes)

    def forward(self, tokens):
        x = self.embed(tokens).unsqueeze(1)
        maps = [F.relu(conv(x)).squeeze(3) for conv in self.convs]
        pooled = [F.max_pool1d(found, found.size(2)).squeeze(2) for found in maps]
        return self.fc(self.dropout(torch.cat(pooled, 1)))


class BagOfWords(nn.Module):
    def __init__(self, vocabulary=500, dim=8, classes=4):
        super().__init__()
        self.embedding = nn.EmbeddingBag(vocabulary, dim, mode="mean")
        self.fc = nn.Linear(dim, classes)

    def forward(self, tokens):
        return self.fc(self.embedding(tokens))


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.tower = nn.Sequential(
            nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 12 * 12, 16)
        )
        self.judge = nn.Linear(16, 1)

    def forward_once(self, x):
        return self.tower(x)

    def forward(self, first, second):
        distance = torch.abs(self.forward_once(first) - self.forward_once(second))
        return torch.sigmoid(self.judge(distance)).squeeze(-1)


class WideAndDeep(nn.Module):
    """A table's columns: numbers, and categories with an embedding for each."""

    def __init__(self, cardinalities=(5, 12, 7), numbers=6, hidden=(32, 16)):
        super().__init__()
        self.embeddings = nn.ModuleList(
            [nn.Embedding(size, min(50, (size + 1) // 2)) for size in cardinalities]
        )
        width = sum(embedding.embedding_dim for embedding in self.embeddings)
        self.norm = nn.BatchNorm1d(numbers)
        sizes = [width + numbers, *hidden]
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])  # noqa: B905, RUF007
        self.wide = nn.Linear(numbers, 1)
        self.deep = nn.Linear(hidden[-1], 1)

    def forward(self, categories, numbers):
        found = [embedding(categories[:, i]) for i, embedding in enumerate(self.embeddings)]
        numbers = self.norm(numbers)
        x = torch.cat([*found, numbers], dim=1)
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.deep(x) + self.wide(numbers)


class TwoHeads(nn.Module):
    def __init__(self, actions=4):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh())
        self.policy = nn.Linear(32, actions)
        self.value = nn.Linear(32, 1)

    def forward(self, state):
        features = self.body(state)
        return {"policy": F.softmax(self.policy(features), dim=-1), "value": self.value(features)}


class Recommender(nn.Module):
    def __init__(self, users=30, items=20, dim=8):
        super().__init__()
        self.user, self.item = nn.Embedding(users, dim), nn.Embedding(items, dim)
        self.user_bias, self.item_bias = nn.Embedding(users, 1), nn.Embedding(items, 1)

    def forward(self, users, items):
        match = (self.user(users) * self.item(items)).sum(dim=1, keepdim=True)
        return (match + self.user_bias(users) + self.item_bias(items)).squeeze()


class GatedUnit(nn.Module):
    """Half of the outputs decide about the other half; a bilinear layer over both."""

    def __init__(self, dim=10):
        super().__init__()
        self.widen = nn.Linear(dim, 2 * dim)
        self.mix = nn.Bilinear(dim, dim, 6)

    def forward(self, x):
        gated = F.glu(self.widen(x), dim=-1)
        return self.mix(gated, x)


class WordVectors(nn.Module):
    """Vectors that were learned elsewhere, once as they are and once to be trained on."""

    def __init__(self, vectors, classes=3):
        super().__init__()
        self.fixed = nn.Embedding.from_pretrained(vectors)
        self.tuned = nn.Embedding.from_pretrained(vectors.clone(), freeze=False)
        self.project = nn.ParameterList(
            [nn.Parameter(torch.zeros(2 * vectors.shape[1], classes)) for _ in range(1)]
        )

    def forward(self, tokens):
        x = torch.cat([self.fixed(tokens), self.tuned(tokens)], dim=-1).mean(dim=1)
        return x @ self.project[0]
