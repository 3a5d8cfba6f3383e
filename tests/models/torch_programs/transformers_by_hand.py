"""Attention: from the library and by hand, for text and for images."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class PositionalEncoding(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        position = torch.arange(longest).unsqueeze(1)
        divisor = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
        table = torch.zeros(1, longest, dim)
        table[0, :, 0::2] = torch.sin(position * divisor)
        table[0, :, 1::2] = torch.cos(position * divisor)
        self.register_buffer("table", table)

    def forward(self, x):
        return x + self.table[:, : x.size(1)]


class Classifier(nn.Module):
    def __init__(self, vocabulary=100, dim=32, heads=4, layers=2, classes=3):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.positions = PositionalEncoding(dim)
        layer = nn.TransformerEncoderLayer(dim, heads, dim_feedforward=64, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=layers)
        self.head = nn.Linear(dim, classes)
        self.scale = math.sqrt(dim)

    def forward(self, tokens):
        x = self.positions(self.embedding(tokens) * self.scale)
        return self.head(self.encoder(x).mean(dim=1))


class MultiHead(nn.Module):
    def __init__(self, dim, heads, dropout=0.1):
        super().__init__()
        assert dim % heads == 0
        self.heads, self.head_dim = heads, dim // heads
        self.q_proj = nn.Linear(dim, dim)
        self.k_proj = nn.Linear(dim, dim)
        self.v_proj = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)

    def split(self, x):
        batch, length, _ = x.shape
        return x.view(batch, length, self.heads, self.head_dim).permute(0, 2, 1, 3)

    def forward(self, query, key, value, mask=None):
        q, k, v = self.split(self.q_proj(query)), self.split(self.k_proj(key)), self.split(self.v_proj(value))
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.head_dim)
        if mask is not None:
            scores = scores.masked_fill(mask == 0, float("-inf"))
        weights = self.dropout(F.softmax(scores, dim=-1))
        context = (weights @ v).transpose(1, 2).contiguous()
        context = context.view(context.size(0), -1, self.heads * self.head_dim)
        return self.out(context)


class SelfAttentive(nn.Module):
    def __init__(self, dim=24, heads=3):
        super().__init__()
        self.attention = MultiHead(dim, heads)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.feed = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, dim))

    def forward(self, x):
        x = self.norm1(x + self.attention(x, x, x))
        return self.norm2(x + self.feed(x))


class CausalBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        self.heads = config["heads"]
        self.ln1, self.ln2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.proj = nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        length = config["length"]
        self.register_buffer("mask", torch.tril(torch.ones(length, length)).view(1, 1, length, length))

    def attend(self, x):
        B, T, C = x.size()
        q, k, v = self.qkv(x).split(C, dim=2)
        q = q.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        k = k.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = v.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
        y = F.softmax(att, dim=-1) @ v
        return self.proj(y.transpose(1, 2).contiguous().view(B, T, C))

    def forward(self, x):
        x = x + self.attend(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class LanguageModel(nn.Module):
    """The weights of the embedding are those of the output, too."""

    def __init__(self, vocabulary=60, dim=32, heads=4, layers=2, length=24):
        super().__init__()
        config = {"dim": dim, "heads": heads, "length": length}
        self.tokens = nn.Embedding(vocabulary, dim)
        self.positions = nn.Embedding(length, dim)
        self.blocks = nn.Sequential(*[CausalBlock(config) for _ in range(layers)])
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocabulary, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, idx):
        _B, T = idx.shape
        x = self.tokens(idx) + self.positions(torch.arange(T, device=idx.device))
        return self.head(self.norm(self.blocks(x)))


class PatchEmbedding(nn.Module):
    def __init__(self, image, patch, channels, dim):
        super().__init__()
        self.count = (image // patch) ** 2
        self.proj = nn.Conv2d(channels, dim, kernel_size=patch, stride=patch)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class ViT(nn.Module):
    def __init__(self, image=32, patch=8, dim=24, depth=2, heads=3, classes=10):
        super().__init__()
        self.patches = PatchEmbedding(image, patch, 3, dim)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.randn(1, self.patches.count + 1, dim) * 0.02)
        self.blocks = nn.ModuleList([self.Block(dim, heads) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, classes)

    class Block(nn.Module):
        def __init__(self, dim, heads):
            super().__init__()
            self.norm1 = nn.LayerNorm(dim)
            self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
            self.norm2 = nn.LayerNorm(dim)
            self.mlp = nn.Sequential(nn.Linear(dim, dim * 2), nn.GELU(), nn.Linear(dim * 2, dim))

        def forward(self, x):
            y = self.norm1(x)
            x = x + self.attn(y, y, y, need_weights=False)[0]
            return x + self.mlp(self.norm2(x))

    def forward(self, images):
        x = self.patches(images)
        cls = self.cls_token.expand(x.shape[0], -1, -1)
        x = torch.cat((cls, x), dim=1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, 0])


class FusedAttention(nn.Module):
    """The projections of all heads in one matrix, taken apart by reshaping."""

    def __init__(self, dim=32, heads=4):
        super().__init__()
        self.num_heads = heads
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        x = F.scaled_dot_product_attention(q, k, v)
        return self.proj(x.transpose(1, 2).reshape(B, N, C))


class Mixer(nn.Module):
    def __init__(self, image=16, patch=4, dim=20, depth=2, classes=6):
        super().__init__()
        patches = (image // patch) * (image // patch)
        self.stem = nn.Conv2d(3, dim, patch, patch)
        self.layers = nn.ModuleList()
        for _ in range(depth):
            self.layers.append(
                nn.ModuleDict(
                    {
                        "norm1": nn.LayerNorm(dim),
                        "tokens": self.mlp(patches, 12),
                        "norm2": nn.LayerNorm(dim),
                        "channels": self.mlp(dim, 40),
                    }
                )
            )
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, classes))

    def mlp(self, dim, hidden):
        return nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, x):
        x = self.stem(x).flatten(2).permute(0, 2, 1)
        for layer in self.layers:
            x = x + layer["tokens"](layer["norm1"](x).transpose(1, 2)).transpose(1, 2)
            x = x + layer["channels"](layer["norm2"](x))
        return self.head(x).mean(dim=1)


class SequenceToSequence(nn.Module):
    def __init__(self, vocabulary=40, dim=16):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, dim)
        self.transformer = nn.Transformer(
            d_model=dim,
            nhead=2,
            num_encoder_layers=1,
            num_decoder_layers=1,
            dim_feedforward=32,
            batch_first=True,
        )
        self.generator = nn.Linear(dim, vocabulary)

    def forward(self, source, target):
        mask = nn.Transformer.generate_square_subsequent_mask(target.size(1))
        out = self.transformer(self.embed(source), self.embed(target), tgt_mask=mask)
        return self.generator(out)
