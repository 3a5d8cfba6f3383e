"""Sequences: convolutions in time, recurrent networks, attention between two of them."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence


class WaveNet1d(nn.Module):
    def __init__(self, channels=2, classes=5):
        super().__init__()
        self.conv1 = nn.Conv1d(channels, 16, kernel_size=7, stride=2)
        self.pool = nn.MaxPool1d(4)
        self.conv2 = nn.Conv1d(16, 32, 3, padding=1)
        self.fc = nn.Linear(32, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = F.relu(self.conv2(x))
        x = F.avg_pool1d(x, x.shape[-1])
        return self.fc(x.permute(0, 2, 1)).squeeze(1)


class Causal(nn.Module):
    """A convolution that sees the past only: what is padded on the right is cut off."""

    def __init__(self, inputs, outputs, kernel, dilation):
        super().__init__()
        self.extra = (kernel - 1) * dilation
        self.conv = nn.Conv1d(inputs, outputs, kernel, padding=self.extra, dilation=dilation)
        self.match = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x):
        out = self.conv(x)[:, :, : -self.extra].relu()
        return out + (x if self.match is None else self.match(x))


class Temporal(nn.Module):
    def __init__(self, inputs=4, channels=(8, 8, 12)):
        super().__init__()
        layers = []
        for level, width in enumerate(channels):
            layers.append(Causal(inputs if level == 0 else channels[level - 1], width, 3, 2**level))
        self.network = nn.Sequential(*layers)
        self.head = nn.Linear(channels[-1], 1)

    def forward(self, x):
        return self.head(self.network(x)[:, :, -1])


class Characters(nn.Module):
    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, hidden)
        self.rnn = nn.RNN(hidden, hidden, nonlinearity="relu", batch_first=True)
        self.out = nn.Linear(hidden, vocabulary)

    def forward(self, tokens, hidden=None):
        output, hidden = self.rnn(self.embed(tokens), hidden)
        return self.out(output), hidden


class Sentiment(nn.Module):
    """Both directions of the last layer, joined."""

    def __init__(self, vocabulary=200, dim=24, hidden=20, layers=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim, padding_idx=0)
        self.lstm = nn.LSTM(dim, hidden, num_layers=layers, bidirectional=True, dropout=0.5, batch_first=True)
        self.fc = nn.Linear(hidden * 2, 1)
        self.dropout = nn.Dropout(0.5)

    def forward(self, text):
        embedded = self.dropout(self.embedding(text))
        _output, (hidden, _cell) = self.lstm(embedded)
        hidden = self.dropout(torch.cat((hidden[-2, :, :], hidden[-1, :, :]), dim=1))
        return self.fc(hidden)


class LastStep(nn.Module):
    def __init__(self, features, hidden_size=32, num_layers=2):
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        self.lstm = nn.LSTM(features, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, 1)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, device=x.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size, device=x.device)
        out, _ = self.lstm(x, (h0, c0))
        return self.fc(out[:, -1, :])


class TimeFirst(nn.Module):
    def __init__(self, features=6, hidden=10):
        super().__init__()
        self.gru = nn.GRU(features, hidden, num_layers=3, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, 4)

    def forward(self, x):
        out, _ = self.gru(x.transpose(0, 1))
        return self.fc(out.mean(dim=0))


class Packed(nn.Module):
    def __init__(self, vocabulary=50, dim=12, hidden=16):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.gru = nn.GRU(dim, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 3)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embed(tokens), lengths, batch_first=True, enforce_sorted=False)
        _, hidden = self.gru(packed)
        return self.head(hidden[-1])


class ImageToText(nn.Module):
    """Columns of an image as steps of a sequence."""

    def __init__(self, symbols=11):
        super().__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
            nn.MaxPool2d((2, 1)),
        )  # fmt: skip
        self.rnn = nn.LSTM(16 * 8, 20, bidirectional=True)
        self.fc = nn.Linear(40, symbols)

    def forward(self, x):
        x = self.cnn(x)
        b, c, h, w = x.size()
        x = x.reshape(b, c * h, w).permute(2, 0, 1)
        x, _ = self.rnn(x)
        return F.log_softmax(self.fc(x), 2)


class CellByCell(nn.Module):
    def __init__(self, features=3, hidden=9):
        super().__init__()
        self.hidden = hidden
        self.cell = nn.LSTMCell(features, hidden)
        self.linear = nn.Linear(hidden, 1)

    def forward(self, x):
        h = torch.zeros(x.size(0), self.hidden)
        c = torch.zeros(x.size(0), self.hidden)
        outputs = []
        for step in range(x.size(1)):
            h, c = self.cell(x[:, step], (h, c))
            outputs.append(self.linear(h))
        return torch.cat(outputs, dim=1)


class Encoder(nn.Module):
    def __init__(self, vocabulary, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.rnn = nn.GRU(dim, hidden, batch_first=True)

    def forward(self, source):
        return self.rnn(self.embedding(source))


class Attention(nn.Module):
    """Additive attention of one state to all outputs of an encoder."""

    def __init__(self, hidden):
        super().__init__()
        self.query = nn.Linear(hidden, hidden)
        self.key = nn.Linear(hidden, hidden)
        self.score = nn.Linear(hidden, 1, bias=False)

    def forward(self, state, memory):
        energy = torch.tanh(self.query(state).unsqueeze(1) + self.key(memory))
        weights = F.softmax(self.score(energy).squeeze(-1), dim=1)
        return torch.bmm(weights.unsqueeze(1), memory)


class Decoder(nn.Module):
    def __init__(self, vocabulary, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.attention = Attention(hidden)
        self.rnn = nn.GRU(dim + hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocabulary)

    def forward(self, token, state, memory):
        context = self.attention(state[-1], memory)
        step = torch.cat([self.embedding(token).unsqueeze(1), context], dim=2)
        output, state = self.rnn(step, state)
        return self.out(output.squeeze(1)), state


class Translator(nn.Module):
    def __init__(self, source=30, target=40, dim=12, hidden=16):
        super().__init__()
        self.encoder = Encoder(source, dim, hidden)
        self.decoder = Decoder(target, dim, hidden)

    def forward(self, source, target):
        memory, state = self.encoder(source)
        steps = []
        for position in range(target.shape[1]):
            logits, state = self.decoder(target[:, position], state, memory)
            steps.append(logits)
        return torch.stack(steps, dim=1)
