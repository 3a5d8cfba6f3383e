"""Programs of several files: imports, re-exports, what registers itself."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.evaluate.running import plain, values

FILES = {
    "settings.py": "LR = 0.1\nclass Config:\n    lr = 0.2\n",
    "models/__init__.py": "from .resnet import resnet18\nfrom .vgg import *\nfrom models.registry import MODELS\n",
    "models/registry.py": """\
        MODELS = {}
        def register(name=None):
            def enter(f):
                MODELS[name or f.__name__] = f
                return f
            return enter
        def create(name, **settings):
            if name not in MODELS:
                raise ValueError(name)
            return MODELS[name](**settings)
    """,
    "models/resnet.py": "from .registry import register\n@register('resnet')\ndef resnet18(width=8):\n    return width\n",
    "models/vgg.py": "from models.registry import register\n@register()\ndef vgg(depth=3):\n    return depth * 10\n_HIDDEN = 1\n",
    "models/parts/deep.py": "from ...settings import LR\nfrom .. import registry\n",
    "a.py": "import b\nX = 1\ndef f():\n    return b.Y\n",
    "b.py": "import a\nY = 2\ndef g():\n    return a.X\n",
}

CASES: list[tuple[str, str, Any]] = [
    ("a module", "import settings\nx = (settings.LR, settings.Config.lr)", (0.1, 0.2)),
    ("a name of a module", "from settings import LR as rate\nx = rate", 0.1),
    ("a package that exports again", "from models import resnet18\nx = resnet18()", 8),
    ("everything of a module", "from models import *\nx = vgg(2)", 20),
    ("a submodule", "import models.registry\nx = models.registry.create('resnet')", 8),
    ("modules that import each other", "import a, b\nx = (a.f(), b.g())", (2, 1)),
    ("what registered itself", "import models\nfrom models.registry import create\nx = create('resnet', width=5)", 5),
    ("what registered itself by its name", "from models import MODELS\nx = MODELS['vgg'](depth=1)", 10),
    ("a module by its name", "import importlib\nx = importlib.import_module('models.vgg').vgg(1)", 10),
    ("an attribute by its name", "import models\nx = getattr(models, 'resnet18')()", 8),
    ("a module that is not there", "import nowhere\nx = nowhere.LR * 2", ...),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_imports(tmp_path: Path, code: str, expected: Any) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(dedent(text))
    assert plain(values(code, tmp_path / "train.py")["x"]) == expected


def test_a_module_as_a_dictionary(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text("def small():\n    return 4\ndef large():\n    return 8\n")
    code = "import nets\nx = nets.__dict__['large']()\n"
    assert plain(values(code, tmp_path / "train.py")["x"]) == 8
