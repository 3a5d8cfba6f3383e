"""Networks in PyTorch, each with inputs of the size that it is meant for."""

from __future__ import annotations

from tests.models.programs import Case

_IMAGE = "torch.randn(2, 3, 32, 32)"
_DIGIT = "torch.randn(2, 1, 28, 28)"
_TOKENS = "torch.randint(0, 30, (2, 16))"

CASES = [
    Case(program, make, inputs)
    for program, rows in {
        "perceptrons": [
            ("in_one_sequential(28 * 28, 10)", _DIGIT),
            ("Subclassed(28 * 28, 10)", _DIGIT),
            ("BuiltInALoop([784, 64, 32, 10])", _DIGIT),
            ("InAModuleList(12, width=16, depth=3, classes=4)", "torch.randn(5, 12)"),
            ("InAModuleDict(12, 4)", "torch.randn(5, 12)"),
            ("Named()", "torch.randn(4, 12, 12)"),
            ("nested()", "torch.randn(6, 20)"),
        ],
        "plain_convolutions": [
            ("LeNet()", _DIGIT),
            ('VGG("small", batch_norm=False)', _IMAGE),
            ('VGG("deep", classes=20)', _IMAGE),
            ("BigStrides()", "torch.randn(1, 3, 96, 96)"),
            ("FullyConvolutional()", _IMAGE),
        ],
        "residual": [
            ("small_resnet()", _IMAGE),
            ("bottleneck_resnet(classes=4)", _IMAGE),
            ("ActivatedBefore()", _IMAGE),
            ("ResNet(SqueezeBlock, [1, 1, 1])", _IMAGE),
        ],
        "branching": [
            ("DenseNet()", _IMAGE),
            ("InceptionNet(12)", _IMAGE),
            ("fires()", _DIGIT),
        ],
        "light": [
            ("SeparableNet()", _IMAGE),
            ("InvertedNet()", _IMAGE),
            ("ShuffleNet()", _IMAGE),
            ("ModernNet()", _IMAGE),
        ],
        "pixels": [
            ("UNet()", _IMAGE),
            ("UNet(bilinear=True, classes=1)", _IMAGE),
            ("Pyramid()", _IMAGE),
            ("Upscaler()", "torch.randn(1, 3, 12, 10)"),
        ],
        "generative": [
            ("AutoEncoder()", _DIGIT),
            ("ConvAutoEncoder()", _DIGIT),
            ("VAE()", _DIGIT),
            ("Generator()", "torch.randn(3, 20)"),
            ("Discriminator()", _IMAGE),
            ("Conditional()", "torch.randn(3, 16), torch.randint(0, 10, (3,))"),
        ],
        "sequences": [
            ("WaveNet1d()", "torch.randn(2, 2, 100)"),
            ("Temporal()", "torch.randn(2, 4, 30)"),
            ("Characters(30, 12)", _TOKENS),
            ("Sentiment()", _TOKENS),
            ("LastStep(5)", "torch.randn(3, 20, 5)"),
            ("TimeFirst()", "torch.randn(3, 20, 6)"),
            ("Packed()", "torch.randint(0, 50, (3, 8)), torch.tensor([8, 5, 2])"),
            ("ImageToText()", "torch.randn(2, 1, 32, 64)"),
            ("CellByCell()", "torch.randn(2, 5, 3)"),
            ("Translator()", "torch.randint(0, 30, (2, 7)), torch.randint(0, 40, (2, 5))"),
        ],
        "transformers_by_hand": [
            ("Classifier()", _TOKENS),
            ("SelfAttentive()", "torch.randn(2, 9, 24)"),
            ("LanguageModel()", _TOKENS),
            ("ViT()", _IMAGE),
            ("FusedAttention()", "torch.randn(2, 9, 32)"),
            ("Mixer()", "torch.randn(2, 3, 16, 16)"),
            ("SequenceToSequence()", f"{_TOKENS}, torch.randint(0, 30, (2, 5))"),
        ],
        "inputs_of_all_kinds": [
            ("Volumes()", "torch.randn(2, 1, 10, 16, 16)"),
            ("TextCNN()", _TOKENS),
            ("BagOfWords()", _TOKENS),
            ("Siamese()", f"{_DIGIT}, {_DIGIT}"),
            ("WideAndDeep()", "torch.randint(0, 5, (4, 3)), torch.randn(4, 6)"),
            ("TwoHeads()", "torch.randn(3, 8)"),
            ("Recommender()", "torch.randint(0, 30, (4,)), torch.randint(0, 20, (4,))"),
            ("GatedUnit()", "torch.randn(3, 10)"),
            ("WordVectors(torch.randn(40, 6))", _TOKENS),
        ],
        "configured": [
            ("FromDictionary(CONFIG)", "torch.randn(3, 16)"),
            ("FromDataclass(Config(classes=3))", _IMAGE),
            ("FromKeywords(kernel_size=3, stride=2, width=12)", _IMAGE),
            ('create_model("deep", inputs=9, classes=2)', "torch.randn(3, 9)"),
            ("WithWideHead(10)", "torch.randn(3, 10)"),
            ("Mixed(14)", "torch.randn(3, 14)"),
            ("OwnLayers()", "torch.randn(3, 12)"),
            ("Tied()", "torch.randn(3, 30)"),
            ("Experts()", "torch.randn(3, 8)"),
            ("Frozen()", _IMAGE),
        ],
    }.items()
    for make, inputs in rows
]
